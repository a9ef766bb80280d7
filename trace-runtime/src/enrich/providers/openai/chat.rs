//! Chat completions (`POST /chat/completions`), of OpenAI and of the servers that are compatible.
//!
//! Reference: <https://platform.openai.com/docs/api-reference/chat>. Fixtures:
//! `openai_chat_*.json`, `openrouter_*.json`, `groq_*.json`, `vllm_*.json`, `deepseek_*.json`,
//! `mistral_*.json`.

use super::messages::{assistant_message, parse_messages, parse_reply};
use crate::enrich::api::{ChatRequest, ChatResponse, Origin, parameters, tokens, tools};
use crate::enrich::wire::lenient::{items, read_items};
use crate::enrich::wire::merge::{Merged, UnknownChunks, index_field, update_counts};
use crate::enrich::wire::value_deserializer::from_value;
use crate::record::{AssistantMessage, Message, TokenCount};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// The body of a request.
///
/// ```json
/// {"model": "gpt-4o", "messages": [{"role": "user", "content": "Hi"}], "temperature": 0.2}
/// ```
#[derive(Deserialize)]
struct Request {
    /// Optional: Azure OpenAI has the deployment in the URL, and a function may take only messages.
    model: Option<String>,
    #[expect(dead_code, reason = "read item by item; here it is kept out of `rest`")]
    messages: IgnoredAny,
    /// Kept as sent, because each entry is recorded as the JSON schema of one tool.
    tools: Option<Vec<Value>>,
    /// The deprecated predecessor of `tools`.
    functions: Option<Vec<Value>>,
    /// All other fields. They become the invocation parameters.
    #[serde(flatten)]
    rest: Map<String, Value>,
}

/// Reads a chat request. This is the least specific of the formats with `messages`.
pub(crate) fn request(value: &Value) -> Option<ChatRequest> {
    let Request { model, tools: definitions, functions, rest, .. } = from_value::<Request>(value)?;
    // Instructions beside the messages are Anthropic's or Bedrock's. If their formats rejected the
    // value, it is malformed, and reading half of it would hide the instructions.
    if rest.get("system").is_some_and(|system| !system.is_null()) {
        return None;
    }
    Some(ChatRequest {
        messages: parse_messages(items(value, "messages"))?,
        tools: tools(definitions.or(functions)),
        parameters: parameters(model.as_deref().map(|model| ("model", model)), rest),
        model,
        origin: Origin::default(),
        ..ChatRequest::default()
    })
}

/// The body of a response.
///
/// ```json
/// {"model": "gpt-4o-2024-08-06",
///  "choices": [{"message": {"role": "assistant", "content": "Hello"}, "finish_reason": "stop"}],
///  "usage": {"prompt_tokens": 9, "completion_tokens": 2, "total_tokens": 11}}
/// ```
///
/// `object` is not required, since compatible servers may omit it; `choices[].message` is enough to
/// recognize the format.
#[derive(Deserialize)]
struct Response {
    object: Option<String>,
    model: Option<String>,
    usage: Option<Usage>,
    x_groq: Option<XGroq>,
}

/// Groq's addition. In a stream, `x_groq.usage` holds the counts in place of `usage`.
#[derive(Deserialize)]
struct XGroq {
    usage: Option<Usage>,
}

/// The token counts of chat completions, legacy completions and embeddings.
///
/// `prompt_tokens` includes the cached tokens and `completion_tokens` the reasoning tokens, so the
/// details are parts of the two counts. An embedding has no completion.
#[derive(Deserialize)]
pub(crate) struct Usage {
    prompt_tokens: Option<u64>,
    completion_tokens: Option<u64>,
    total_tokens: Option<u64>,
    prompt_tokens_details: Option<PromptDetails>,
    completion_tokens_details: Option<CompletionDetails>,
    /// The name that `DeepSeek` uses for `prompt_tokens_details.cached_tokens`.
    prompt_cache_hit_tokens: Option<u64>,
    /// Moonshot's name for the same.
    cached_tokens: Option<u64>,
}

#[derive(Deserialize)]
struct PromptDetails {
    cached_tokens: Option<u64>,
    /// Reported where the model's vendor charges for cache writes, as by OpenRouter. The second name
    /// is that of the client `genai`.
    #[serde(alias = "cache_creation_tokens")]
    cache_write_tokens: Option<u64>,
    audio_tokens: Option<u64>,
}

#[derive(Deserialize)]
struct CompletionDetails {
    reasoning_tokens: Option<u64>,
    audio_tokens: Option<u64>,
}

/// Reads a chat response with one or more choices, of which at least one must be known.
///
/// A response without choices must have a model and counts: some servers return that if a filter
/// removed the answer.
pub(crate) fn response(value: &Value) -> Option<ChatResponse> {
    let Response { object, model, usage, x_groq } = from_value::<Response>(value)?;
    let is_named = object.as_deref() == Some("chat.completion");
    let choices = ordered_choices(value)?;
    // Moonshot's streams have the usage in the last choice.
    let in_choice = || choices.iter().find_map(|choice| from_value(choice.get("usage")?));
    let usage = usage.or(x_groq.and_then(|groq| groq.usage)).or_else(in_choice);
    let tokens = usage.and_then(|usage: Usage| usage.tokens());
    let known = |choice: &&Value| {
        let message = choice.get("message")?;
        let is_reply = is_named && message.get("role").is_none() && reason(choice).is_some();
        let reply = if is_reply { assistant_message(message) } else { parse_reply(message)? };
        Some(Message::from(reply))
    };
    let unknown = |choice: &&Value| AssistantMessage::new(choice.to_string()).into();
    let messages = match read_items(&choices, known, unknown) {
        Some(messages) => messages,
        None if is_named && choices.is_empty() && model.is_some() && tokens.is_some() => Vec::new(),
        None => return None,
    };
    Some(ChatResponse {
        messages,
        finish_reason: choices.iter().find_map(|choice| reason(choice)).map(str::to_owned),
        tokens,
        model,
        origin: Origin::default(),
        ..ChatResponse::default()
    })
}

/// Returns the choices in the order of their indexes. Those without one keep their place.
fn ordered_choices(value: &Value) -> Option<Vec<&Value>> {
    let mut choices: Vec<&Value> = value.get("choices")?.as_array()?.iter().collect();
    if choices.iter().all(|choice| index_field(choice, "index").is_some()) {
        choices.sort_by_key(|choice| index_field(choice, "index"));
    }
    Some(choices)
}

/// Returns the reason why a choice ended; Mistral's models on Bedrock have the second name.
fn reason(choice: &Value) -> Option<&str> {
    ["finish_reason", "stop_reason"].iter().find_map(|field| choice.get(*field)?.as_str())
}

impl Usage {
    /// Returns the counts of an embedding, of which some servers state only the total.
    pub(crate) fn tokens_of_embedding(&self) -> Option<TokenCount> {
        self.tokens().or_else(|| self.total_tokens.map(TokenCount::of_prompt))
    }

    /// Returns the counts, or `None` if the object is empty, as some servers send it.
    pub(crate) fn tokens(&self) -> Option<TokenCount> {
        let tokens = tokens(self.prompt_tokens, self.completion_tokens)?;
        let prompt = self.prompt_tokens_details.as_ref();
        let completion = self.completion_tokens_details.as_ref();
        let cached = prompt.and_then(|details| details.cached_tokens);
        Some(TokenCount {
            total: self.total_tokens.or(tokens.total),
            cache_read: cached.or(self.prompt_cache_hit_tokens).or(self.cached_tokens),
            cache_write: prompt.and_then(|details| details.cache_write_tokens),
            prompt_audio: prompt.and_then(|details| details.audio_tokens),
            reasoning: completion.and_then(|details| details.reasoning_tokens),
            completion_audio: completion.and_then(|details| details.audio_tokens),
            ..tokens
        })
    }
}

/// Assembles the chunks of a stream into one response: each `delta` is merged into the message of
/// its choice.
///
/// ```json
/// {"choices": [{"index": 0, "delta": {"content": "Hel"}, "finish_reason": null}]}
/// ```
///
/// `index` is the position of the choice, which exceeds 0 only for requests with `n` > 1. With
/// `stream_options.include_usage`, the last chunk has the usage and `"choices": []`; some servers
/// omit the empty list or send null. Azure sends chunks with the results of its content filter, in
/// which the choice has no delta, and `id` and `model` are empty: for the fields beside the choices,
/// the last value wins that is neither null nor empty.
pub(crate) fn assemble(chunks: &[Value]) -> Option<Value> {
    // Chunks of legacy completions have choices too, but no deltas. Mistral's models on Bedrock have
    // a `message` in its place.
    let has_delta = |choice: &Value| {
        let is_delta = |field| choice.get(field).is_some_and(Value::is_object);
        is_delta("delta") || is_delta("message")
    };
    if !chunks.iter().any(|chunk| items(chunk, "choices").iter().any(has_delta)) {
        return None;
    }
    let mut response = Map::new();
    let mut choices: BTreeMap<u64, Choice> = BTreeMap::new();
    let mut unknown = UnknownChunks::default();
    for chunk in chunks {
        let has_usage = chunk.get("usage").is_some_and(Value::is_object);
        let (Some(fields), true) =
            (chunk.as_object(), has_usage || chunk.get("choices").is_some_and(Value::is_array))
        else {
            unknown.keep(chunk);
            continue;
        };
        for (key, value) in fields.iter().filter(|(_, value)| !value.is_null() && *value != "") {
            match key.as_str() {
                "choices" => {}
                "usage" => {
                    update_counts(response.entry(key.as_str()).or_insert(Value::Null), value);
                }
                key => drop(response.insert(key.to_owned(), value.clone())),
            }
        }
        for choice in items(chunk, "choices") {
            match choice.as_object() {
                Some(fields) => {
                    let index = index_field(choice, "index").unwrap_or(0);
                    choices.entry(index).or_default().add(fields);
                }
                None => unknown.keep(choice),
            }
        }
    }
    let choices = choices.into_iter().map(|(index, choice)| choice.into_value(index));
    response.insert("choices".to_owned(), choices.collect());
    unknown.add_to(&mut response);
    Some(response.into())
}

/// A choice that the chunks continue.
#[derive(Default)]
struct Choice {
    message: Merged,
    /// The fields beside the delta.
    rest: Merged,
}

impl Choice {
    fn add(&mut self, fields: &Map<String, Value>) {
        let mut rest = fields.clone();
        match rest.remove("delta").or_else(|| rest.remove("message")) {
            Some(Value::Object(delta)) => self.message.add(&delta),
            // A wrong type is kept, so that it can be seen in the response.
            Some(other) if !other.is_null() => drop(rest.insert("delta".to_owned(), other)),
            _ => {}
        }
        self.rest.add(&rest);
    }

    /// Returns the choice. Some servers never send the role in a delta.
    fn into_value(self, index: u64) -> Value {
        let mut message = self.message.into_map();
        message.entry("role").or_insert_with(|| json!("assistant"));
        let mut choice = self.rest.into_map();
        choice.insert("index".to_owned(), index.into());
        choice.insert("message".to_owned(), message.into());
        choice.into()
    }
}
