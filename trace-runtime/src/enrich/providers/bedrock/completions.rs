//! Completions of one prompt, which Bedrock serves by `InvokeModel` in the format of each vendor.
//!
//! Reference: <https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters.html>.
//! Fixtures: `bedrock_mistral*.json`, `bedrock_command*.json`, `bedrock_claude_2*.json`,
//! `bedrock_jurassic.json`, `bedrock_deepseek.json`. Cohere and Anthropic serve these formats
//! themselves too. Llama and Titan, which have token counts, are read in files of their own.

use super::{ORIGIN, completion_request};
use crate::enrich::api::{ChatRequest, ChatResponse, Origin};
use crate::enrich::providers::cohere;
use crate::enrich::wire::lenient::{items, read_items};
use crate::enrich::wire::merge::{UnknownChunks, append_text};
use serde_json::{Value, json};

/// The format of one vendor: a list of completions.
struct Format {
    /// The field with the list.
    list: &'static str,
    /// The reason beside each text. It distinguishes the format from other lists of texts.
    reason: &'static str,
    origin: Origin,
}

/// ```json
/// {"outputs": [{"text": "Because ..", "stop_reason": "stop"}]}
/// {"id": "1", "generations": [{"id": "2", "text": "Because ..", "finish_reason": "COMPLETE"}]}
/// {"choices": [{"text": "Because ..", "stop_reason": "stop"}]}
/// ```
const FORMATS: [Format; 3] = [
    Format {
        list: "outputs",
        reason: "stop_reason",
        origin: Origin { system: Some("mistralai"), ..ORIGIN },
    },
    Format { list: "generations", reason: "finish_reason", origin: cohere::ORIGIN },
    // DeepSeek-R1 and others.
    Format { list: "choices", reason: "stop_reason", origin: ORIGIN },
];

/// Claude up to version 2: `{"completion": " Hello", "stop_reason": "stop_sequence"}`.
const CLAUDE: Origin = Origin { system: Some("anthropic"), provider: None };

/// Jurassic: `{"completions": [{"data": {"text": ".."}, "finishReason": {"reason": "endoftext"}}]}`.
const JURASSIC: Origin = Origin { system: Some("ai21"), provider: None };

/// Reads a request that has a parameter of only one vendor. The model is in the URL.
///
/// ```json
/// {"prompt": "\n\nHuman: Hi\n\nAssistant:", "max_tokens_to_sample": 200}
/// {"prompt": "Hi", "num_generations": 2, "return_likelihoods": "NONE"}
/// ```
pub(crate) fn request(value: &Value) -> Option<ChatRequest> {
    let vendors = [
        ("max_tokens_to_sample", CLAUDE),
        ("num_generations", cohere::ORIGIN),
        ("return_likelihoods", cohere::ORIGIN),
    ];
    let is_set = |field: &str| value.get(field).is_some_and(|parameter| !parameter.is_null());
    let (_, origin) = vendors.into_iter().find(|(field, _)| is_set(field))?;
    completion_request(value, "prompt", origin)
}

/// Reads a request of which nothing but its use proves that it is one: a text, and parameters.
pub(crate) fn plain_request(value: &Value, origin: Origin) -> Option<ChatRequest> {
    ["prompt", "inputText"].iter().find_map(|field| completion_request(value, field, origin))
}

/// Reads a response, of which at least one item must have a text and a field for the reason.
pub(crate) fn response(value: &Value) -> Option<ChatResponse> {
    listed(value).or_else(|| claude(value)).or_else(|| jurassic(value))
}

fn listed(value: &Value) -> Option<ChatResponse> {
    FORMATS.iter().find_map(|format| {
        let list = items(value, format.list);
        let choices =
            read_items(list, |item| format.text(item).map(str::to_owned), Value::to_string)?;
        let mut reasons = list.iter().filter_map(|item| item.get(format.reason)?.as_str());
        Some(ChatResponse {
            choices,
            finish_reason: reasons.next().map(str::to_owned),
            tokens: cohere::generate_tokens(value),
            origin: format.origin,
            ..ChatResponse::default()
        })
    })
}

impl Format {
    fn text<'a>(&self, item: &'a Value) -> Option<&'a str> {
        item.get(self.reason)?;
        item.get("text")?.as_str()
    }
}

fn claude(value: &Value) -> Option<ChatResponse> {
    let reason = value.get("stop_reason")?;
    Some(ChatResponse {
        choices: vec![value.get("completion")?.as_str()?.to_owned()],
        finish_reason: reason.as_str().map(str::to_owned),
        model: value.get("model").and_then(Value::as_str).map(str::to_owned),
        origin: CLAUDE,
        ..ChatResponse::default()
    })
}

fn jurassic(value: &Value) -> Option<ChatResponse> {
    let list = items(value, "completions");
    let text = |item: &Value| {
        item.get("finishReason")?;
        Some(item.get("data")?.get("text")?.as_str()?.to_owned())
    };
    let choices = read_items(list, text, Value::to_string)?;
    let mut reasons = list.iter().filter_map(|item| {
        let reason = item.get("finishReason")?;
        reason.get("reason").unwrap_or(reason).as_str()
    });
    Some(ChatResponse {
        choices,
        finish_reason: reasons.next().map(str::to_owned),
        origin: JURASSIC,
        ..ChatResponse::default()
    })
}

/// Assembles the chunks of a completion into one response.
///
/// ```json
/// {"outputs": [{"text": "Bec", "stop_reason": null}]}
/// {"outputs": [{"text": "ause ..", "stop_reason": "stop"}]}
///
/// {"completion": " Hel", "stop_reason": null}
///
/// {"text": "Bec", "is_finished": false}
/// {"is_finished": true, "finish_reason": "COMPLETE", "response": {"generations": [..]}}
/// ```
pub(crate) fn assemble(chunks: &[Value]) -> Option<Value> {
    if chunks.iter().any(|chunk| claude(chunk).is_some()) {
        return Some(joined(chunks, |response, _, chunk| {
            claude(chunk)?;
            add_fields(response, chunk, "completion");
            Some(())
        }));
    }
    if chunks.iter().any(is_generation) {
        return Some(generation(chunks));
    }
    let has_items = |chunk: &Value, format: &Format| {
        items(chunk, format.list).iter().any(|item| format.text(item).is_some())
    };
    let format =
        FORMATS.iter().find(|format| chunks.iter().any(|chunk| has_items(chunk, format)))?;
    Some(joined(chunks, |response, unknown, chunk| format.add_items(response, unknown, chunk)))
}

impl Format {
    /// Adds the items of a chunk to those at the same places. Unknown items take no place.
    fn add_items(
        &self,
        response: &mut Value,
        unknown: &mut UnknownChunks,
        chunk: &Value,
    ) -> Option<()> {
        let list = chunk.get(self.list)?.as_array()?;
        let whole = response.as_object_mut()?.entry(self.list).or_insert_with(|| json!([]));
        let whole = whole.as_array_mut()?;
        let mut place = 0;
        for item in list {
            if self.text(item).is_none() {
                unknown.keep(item);
                continue;
            }
            match whole.get_mut(place) {
                Some(old) => add_fields(old, item, "text"),
                None => whole.push(item.clone()),
            }
            place += 1;
        }
        Some(())
    }
}

/// Joins chunks by `add`, which returns `None` for an unknown one.
fn joined(
    chunks: &[Value],
    add: impl Fn(&mut Value, &mut UnknownChunks, &Value) -> Option<()>,
) -> Value {
    let mut response = json!({});
    let mut unknown = UnknownChunks::default();
    for chunk in chunks {
        if add(&mut response, &mut unknown, chunk).is_none() {
            unknown.keep(chunk);
        }
    }
    if let Some(response) = response.as_object_mut() {
        unknown.add_to(response);
    }
    response
}

/// Adds the fields of a chunk: the text continues, every other field is the last one.
fn add_fields(old: &mut Value, chunk: &Value, text_field: &str) {
    for (field, value) in chunk.as_object().into_iter().flatten() {
        match value {
            Value::String(text) if field == text_field => append_text(old, field, text),
            value => {
                let is_missing = old.get(field).is_none();
                if let Some(old) = old.as_object_mut()
                    && (is_missing || !value.is_null())
                {
                    old.insert(field.clone(), value.clone());
                }
            }
        }
    }
}

/// Returns true for a chunk of Cohere's completions. Those of its chats have an `event_type`.
fn is_generation(chunk: &Value) -> bool {
    let is_finished = chunk.get("is_finished").and_then(Value::as_bool);
    is_finished.is_some() && chunk.get("event_type").is_none_or(Value::is_null)
}

/// Joins the chunks of Cohere's completions. The last one has the whole response.
fn generation(chunks: &[Value]) -> Value {
    let mut response = joined(chunks, |response, _, chunk| {
        is_generation(chunk).then_some(())?;
        if let Some(Value::Object(whole)) = chunk.get("response") {
            response.as_object_mut()?.extend(whole.clone());
        }
        add_fields(response, chunk, "text");
        Some(())
    });
    if let Some(fields) = response.as_object_mut() {
        let text = fields.remove("text").unwrap_or_default();
        let reason = fields.remove("finish_reason").unwrap_or_default();
        fields.retain(|field, _| !["is_finished", "response"].contains(&field.as_str()));
        let generation = json!([{"text": text, "finish_reason": reason}]);
        fields.entry("generations").or_insert(generation);
    }
    response
}
