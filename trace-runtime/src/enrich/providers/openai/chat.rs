//! Chat completions (`POST /chat/completions`), of OpenAI and of the servers that are compatible.
//!
//! Reference: <https://platform.openai.com/docs/api-reference/chat>. Fixtures:
//! `openai_chat_*.json`, `openrouter_*.json`, `groq_*.json`, `vllm_*.json`, `deepseek_*.json`,
//! `mistral_*.json`.

use super::messages::{AssistantReply, WireMessage};
use crate::enrich::api::{ChatRequest, ChatResponse, Origin, parameters, tokens, tools};
use crate::enrich::wire::merge::merge;
use crate::enrich::wire::value_deserializer::from_value;
use crate::record::TokenCount;
use serde::Deserialize;
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
    messages: Vec<WireMessage>,
    /// Kept as sent, because each entry is recorded as the JSON schema of one tool.
    tools: Option<Vec<Value>>,
    /// All other fields. They become the invocation parameters.
    #[serde(flatten)]
    rest: Map<String, Value>,
}

/// Reads a chat request. This is the least specific of the formats with `messages`.
pub(crate) fn request(value: &Value) -> Option<ChatRequest> {
    let Request { model, messages, tools: definitions, rest } = from_value::<Request>(value)?;
    // Instructions beside the messages are Anthropic's or Bedrock's. If their formats rejected the
    // value, it is malformed, and reading half of it would hide the instructions.
    if messages.is_empty() || rest.get("system").is_some_and(|system| !system.is_null()) {
        return None;
    }
    Some(ChatRequest {
        messages: messages.into_iter().map(WireMessage::into_message).collect::<Option<_>>()?,
        tools: tools(definitions),
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
    choices: Vec<Choice>,
    model: Option<String>,
    usage: Option<Usage>,
    x_groq: Option<XGroq>,
}

/// Groq's addition. In a stream, `x_groq.usage` holds the counts in place of `usage`.
#[derive(Deserialize)]
struct XGroq {
    usage: Option<Usage>,
}

#[derive(Deserialize)]
struct Choice {
    message: AssistantReply,
    finish_reason: Option<String>,
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
}

#[derive(Deserialize)]
struct PromptDetails {
    cached_tokens: Option<u64>,
    /// Reported where the model's vendor charges for cache writes, as by OpenRouter.
    cache_write_tokens: Option<u64>,
    audio_tokens: Option<u64>,
}

#[derive(Deserialize)]
struct CompletionDetails {
    reasoning_tokens: Option<u64>,
    audio_tokens: Option<u64>,
}

/// Reads a chat response with one or more choices.
pub(crate) fn response(value: &Value) -> Option<ChatResponse> {
    let Response { choices, model, usage, x_groq } = from_value::<Response>(value)?;
    let finish_reason = choices.first()?.finish_reason.clone();
    let messages = choices.into_iter().map(|choice| Some(choice.message.into_message()?.into()));
    Some(ChatResponse {
        messages: messages.collect::<Option<_>>()?,
        finish_reason,
        tokens: usage.or(x_groq.and_then(|groq| groq.usage)).and_then(|usage| usage.tokens()),
        model,
        origin: Origin::default(),
        ..ChatResponse::default()
    })
}

impl Usage {
    /// Returns the counts, or `None` if the object is empty, as some servers send it.
    pub(crate) fn tokens(&self) -> Option<TokenCount> {
        let tokens = tokens(self.prompt_tokens, self.completion_tokens)?;
        let prompt = self.prompt_tokens_details.as_ref();
        let completion = self.completion_tokens_details.as_ref();
        let cached = prompt.and_then(|details| details.cached_tokens);
        Some(TokenCount {
            total: self.total_tokens.or(tokens.total),
            cache_read: cached.or(self.prompt_cache_hit_tokens),
            cache_write: prompt.and_then(|details| details.cache_write_tokens),
            prompt_audio: prompt.and_then(|details| details.audio_tokens),
            reasoning: completion.and_then(|details| details.reasoning_tokens),
            completion_audio: completion.and_then(|details| details.audio_tokens),
            ..tokens
        })
    }
}

/// A `chat.completion.chunk`:
///
/// ```json
/// {"choices": [{"index": 0, "delta": {"content": "Hel"}, "finish_reason": null}]}
/// ```
///
/// With `stream_options.include_usage`, the last chunk has the usage and `"choices": []`.
#[derive(Deserialize)]
struct Chunk {
    /// Optional, because some servers omit the empty list or send null beside the usage.
    choices: Option<Vec<ChunkChoice>>,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

#[derive(Deserialize)]
struct ChunkChoice {
    /// The position of the choice, which exceeds 0 only for requests with `n` > 1.
    index: u64,
    /// Optional: a chunk with the results of Azure's content filter has no delta.
    delta: Option<Map<String, Value>>,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

/// Assembles chunks into one response: each `delta` is merged into the message of its choice.
///
/// For the fields beside the choices, the last value wins that is neither null nor empty: the
/// content filter of Azure sends chunks with `"id": ""` and `"model": ""`.
pub(crate) fn assemble(chunks: &[Value]) -> Option<Value> {
    let mut response = Map::new();
    let mut choices: BTreeMap<u64, Map<String, Value>> = BTreeMap::new();
    let mut has_delta = false;
    for chunk in chunks {
        let Chunk { choices: chunk_choices, rest } = from_value::<Chunk>(chunk)?;
        let has_content = |value: &Value| !value.is_null() && value != "";
        let has_usage = rest.get("usage").is_some_and(Value::is_object);
        let chunk_choices = chunk_choices.or_else(|| has_usage.then(Vec::new))?;
        response.extend(rest.into_iter().filter(|(_, value)| has_content(value)));
        for ChunkChoice { index, delta, rest } in chunk_choices {
            has_delta |= delta.is_some();
            let choice = choices.entry(index).or_insert_with(|| empty_choice(index));
            let message = choice.get_mut("message")?.as_object_mut()?;
            merge(message, &delta.unwrap_or_default());
            merge(choice, &rest);
        }
    }
    // Chunks of legacy completions have choices too, but no deltas.
    if !has_delta {
        return None;
    }
    response.insert("choices".to_owned(), choices.into_values().collect());
    Some(response.into())
}

/// Returns a choice whose message has only its role, which some servers never send in a delta.
fn empty_choice(index: u64) -> Map<String, Value> {
    let message = json!({"role": "assistant"});
    Map::from_iter([("index".to_owned(), index.into()), ("message".to_owned(), message)])
}
