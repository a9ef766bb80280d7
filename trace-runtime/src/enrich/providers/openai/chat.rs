//! `OpenAI` chat completions, and the many servers that speak them: `OpenRouter`, Groq, vLLM,
//! `DeepSeek`, Mistral. The shape says nothing about who served a model, or whose model it is.

use super::messages::{WireAssistant, WireMessage};
use crate::enrich::neutral::{ChatRequest, ChatResponse, Vendor, parameters, tokens, tools};
use crate::enrich::wire::merge::merge;
use crate::enrich::wire::value_deserializer::read;
use crate::record::TokenCount;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

#[derive(Deserialize)]
struct Request {
    model: Option<String>,
    messages: Vec<WireMessage>,
    tools: Option<Vec<Value>>,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

pub(crate) fn request(value: &Value) -> Option<ChatRequest> {
    let Request { model, messages, tools: definitions, rest } = read::<Request>(value)?;
    // Instructions beside the messages are another API's.
    if messages.is_empty() || rest.get("system").is_some_and(|system| !system.is_null()) {
        return None;
    }
    Some(ChatRequest {
        messages: messages.into_iter().map(WireMessage::message).collect::<Option<_>>()?,
        tools: tools(definitions),
        parameters: parameters(model.as_deref().map(|model| ("model", model)), rest),
        model,
        vendor: Vendor::default(),
        ..ChatRequest::default()
    })
}

#[derive(Deserialize)]
struct Response {
    choices: Vec<Choice>,
    model: Option<String>,
    usage: Option<Usage>,
    x_groq: Option<XGroq>,
}

/// Where Groq says the usage of a stream.
#[derive(Deserialize)]
struct XGroq {
    usage: Option<Usage>,
}

#[derive(Deserialize)]
struct Choice {
    message: Answer,
    finish_reason: Option<String>,
}

#[derive(Deserialize)]
struct Answer {
    role: String,
    #[serde(flatten)]
    message: WireAssistant,
}

#[derive(Deserialize)]
pub(crate) struct Usage {
    prompt_tokens: Option<u64>,
    completion_tokens: Option<u64>,
    total_tokens: Option<u64>,
    prompt_tokens_details: Option<PromptDetails>,
    completion_tokens_details: Option<CompletionDetails>,
    /// `DeepSeek`'s name for the cached tokens.
    prompt_cache_hit_tokens: Option<u64>,
}

#[derive(Deserialize)]
struct PromptDetails {
    cached_tokens: Option<u64>,
    cache_write_tokens: Option<u64>,
    audio_tokens: Option<u64>,
}

#[derive(Deserialize)]
struct CompletionDetails {
    reasoning_tokens: Option<u64>,
    audio_tokens: Option<u64>,
}

pub(crate) fn response(value: &Value) -> Option<ChatResponse> {
    let Response { choices, model, usage, x_groq } = read::<Response>(value)?;
    let finish_reason = choices.first()?.finish_reason.clone();
    let message = |Choice { message: answer, .. }: Choice| {
        Some(answer.message.message().filter(|_| answer.role == "assistant")?.into())
    };
    Some(ChatResponse {
        messages: choices.into_iter().map(message).collect::<Option<_>>()?,
        finish_reason,
        tokens: usage.or(x_groq.and_then(|own| own.usage)).and_then(|usage| usage.tokens()),
        model,
        vendor: Vendor::default(),
        ..ChatResponse::default()
    })
}

impl Usage {
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

#[derive(Deserialize)]
struct Chunk {
    /// Some servers leave them out of the chunk that says the usage.
    choices: Option<Vec<ChunkChoice>>,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

#[derive(Deserialize)]
struct ChunkChoice {
    index: u64,
    /// Some servers leave it out of a chunk that says something else.
    delta: Option<Map<String, Value>>,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

/// One response whose choices have all the pieces of their messages.
pub(crate) fn joined(chunks: &[Value]) -> Option<Value> {
    let mut response = Map::new();
    let mut choices: BTreeMap<u64, Map<String, Value>> = BTreeMap::new();
    let mut has_delta = false;
    for chunk in chunks {
        let Chunk { choices: pieces, rest } = read::<Chunk>(chunk)?;
        let is_said = |value: &Value| !value.is_null() && value != "";
        let is_usage = rest.get("usage").is_some_and(Value::is_object);
        let pieces = pieces.or_else(|| is_usage.then(Vec::new))?;
        response.extend(rest.into_iter().filter(|(_, value)| is_said(value)));
        for ChunkChoice { index, delta, rest } in pieces {
            has_delta |= delta.is_some();
            let choice = choices.entry(index).or_insert_with(|| begun(index));
            let message = choice.get_mut("message")?.as_object_mut()?;
            merge(message, &delta.unwrap_or_default());
            merge(choice, &rest);
        }
    }
    if !has_delta {
        return None;
    }
    response.insert("choices".to_owned(), choices.into_values().collect());
    Some(response.into())
}

fn begun(index: u64) -> Map<String, Value> {
    let message = json!({"role": "assistant"});
    Map::from_iter([("index".to_owned(), index.into()), ("message".to_owned(), message)])
}
