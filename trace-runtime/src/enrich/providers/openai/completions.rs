//! Legacy completions (`POST /completions`), of OpenAI and of servers that still offer them (vLLM).
//!
//! Reference: <https://platform.openai.com/docs/api-reference/completions>. Fixtures:
//! `openai_completions*.json`. A request with one text is identical to one of Ollama's `generate`
//! and is read there.

use super::chat::Usage;
use crate::enrich::api::{ChatRequest, ChatResponse, parameters, vector};
use crate::enrich::wire::lenient::{items, read_items};
use crate::enrich::wire::merge::{Merged, UnknownChunks, index_field};
use crate::enrich::wire::value_deserializer::from_value;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// The `object` of a response and of its chunks.
const OBJECT: &str = "text_completion";

/// The body of a request.
///
/// ```json
/// {"model": "gpt-3.5-turbo-instruct", "prompt": ["Once", "There"], "max_tokens": 16}
/// ```
#[derive(Deserialize)]
struct Request {
    model: String,
    #[expect(dead_code, reason = "read item by item; here it is kept out of `rest`")]
    prompt: IgnoredAny,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

/// Reads a completion request whose `prompt` is a list: of texts, or of token ids.
pub(crate) fn request(value: &Value) -> Option<ChatRequest> {
    let Request { model, rest, .. } = from_value::<Request>(value)?;
    let prompts = items(value, "prompt");
    let is_token = |prompt: &Value| prompt.is_u64() || vector(prompt).is_some();
    let text = |prompt: &Value| prompt.as_str().map(str::to_owned);
    Some(ChatRequest {
        prompts: match read_items(prompts, text, Value::to_string) {
            Some(texts) => texts,
            // Decoding token ids would need the vocabulary of the model.
            None if !prompts.is_empty() && prompts.iter().all(is_token) => Vec::new(),
            None => return None,
        },
        parameters: parameters(Some(("model", &model)), rest),
        model: Some(model),
        ..ChatRequest::default()
    })
}

/// The body of a response.
///
/// ```json
/// {"object": "text_completion",
///  "choices": [{"index": 0, "text": " upon a time", "finish_reason": "length"}]}
/// ```
#[derive(Deserialize)]
struct Response {
    /// Required, because a list of choices with a text is too common to be recognized alone.
    object: String,
    model: Option<String>,
    usage: Option<Usage>,
}

/// Reads a completion response, of which at least one choice must have a text.
pub(crate) fn response(value: &Value) -> Option<ChatResponse> {
    let Response { object, model, usage } = from_value::<Response>(value)?;
    if object != OBJECT {
        return None;
    }
    let choices = items(value, "choices");
    let text = |choice: &Value| Some(choice.get("text")?.as_str()?.to_owned());
    let mut reasons = choices.iter().filter_map(|choice| choice.get("finish_reason")?.as_str());
    Some(ChatResponse {
        choices: read_items(choices, text, Value::to_string)?,
        finish_reason: reasons.next().map(str::to_owned),
        tokens: usage.and_then(|usage| usage.tokens()),
        model,
        ..ChatResponse::default()
    })
}

/// Assembles chunks into one response by concatenating the `text` of each choice.
///
/// A chunk has the form of a response. Its choices continue those with the same index. The last
/// chunk may have the usage and an empty list of choices.
pub(crate) fn assemble(chunks: &[Value]) -> Option<Value> {
    let is_chunk = |chunk: &Value| chunk.get("object").is_some_and(|object| object == OBJECT);
    if !chunks.iter().any(is_chunk) {
        return None;
    }
    let mut response = Map::new();
    let mut choices: BTreeMap<u64, Merged> = BTreeMap::new();
    let mut unknown = UnknownChunks::default();
    for chunk in chunks {
        let Some(fields) = chunk.as_object().filter(|_| is_chunk(chunk)) else {
            unknown.keep(chunk);
            continue;
        };
        let fields = fields.iter().filter(|(key, value)| *key != "choices" && !value.is_null());
        response.extend(fields.map(|(key, value)| (key.clone(), value.clone())));
        for choice in items(chunk, "choices") {
            match (index_field(choice, "index"), choice.as_object()) {
                (Some(index), Some(fields)) => choices.entry(index).or_default().add(fields),
                _ => unknown.keep(choice),
            }
        }
    }
    let choices = choices.into_values().map(|choice| Value::from(choice.into_map()));
    response.insert("choices".to_owned(), choices.collect());
    unknown.add_to(&mut response);
    Some(response.into())
}
