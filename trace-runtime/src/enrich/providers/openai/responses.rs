//! `OpenAI` responses: items in place of messages.

use super::items::{add, answer};
use crate::enrich::neutral::{ChatRequest, ChatResponse, Vendor, parameters, tokens, tools};
use crate::enrich::turn::Messages;
use crate::enrich::wire::value_deserializer::read;
use crate::record::{SystemMessage, TokenCount, UserMessage};
use serde::Deserialize;
use serde_json::{Map, Value};

#[derive(Deserialize)]
struct Request {
    model: Option<String>,
    input: Input,
    instructions: Option<String>,
    tools: Option<Vec<Value>>,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Input {
    Text(String),
    Items(Vec<Value>),
}

pub(crate) fn request(value: &Value) -> Option<ChatRequest> {
    let Request { model, input, instructions, tools: definitions, rest } = read::<Request>(value)?;
    let mut messages = Messages::default();
    if let Some(instructions) = instructions {
        messages.push(SystemMessage::new(instructions));
    }
    match input {
        // An argument of this name alone is no request.
        Input::Text(_) if model.is_none() => return None,
        Input::Text(text) => messages.push(UserMessage::new(text)),
        Input::Items(items) if items.is_empty() => return None,
        Input::Items(items) => {
            for item in &items {
                add(&mut messages, item)?;
            }
        }
    }
    Some(ChatRequest {
        messages: messages.finish(),
        tools: tools(definitions),
        parameters: parameters(model.as_deref().map(|model| ("model", model)), rest),
        model,
        vendor: Vendor::default(),
        ..ChatRequest::default()
    })
}

#[derive(Deserialize)]
struct Response {
    object: String,
    model: Option<String>,
    output: Vec<Value>,
    status: Option<String>,
    incomplete_details: Option<Incomplete>,
    usage: Option<Usage>,
}

#[derive(Deserialize)]
struct Incomplete {
    reason: Option<String>,
}

#[derive(Deserialize)]
struct Usage {
    input_tokens: Option<u64>,
    output_tokens: Option<u64>,
    total_tokens: Option<u64>,
    input_tokens_details: Option<InputDetails>,
    output_tokens_details: Option<OutputDetails>,
}

#[derive(Deserialize)]
struct InputDetails {
    cached_tokens: Option<u64>,
    cache_write_tokens: Option<u64>,
}

#[derive(Deserialize)]
struct OutputDetails {
    reasoning_tokens: Option<u64>,
}

pub(crate) fn response(value: &Value) -> Option<ChatResponse> {
    let response = read::<Response>(value)?;
    if response.object != "response" {
        return None;
    }
    let messages = answer(&response.output)?;
    let ended = response.status.filter(|status| !["queued", "in_progress"].contains(&&**status));
    Some(ChatResponse {
        messages,
        finish_reason: response.incomplete_details.and_then(|it| it.reason).or(ended),
        tokens: response.usage.and_then(|usage| usage.tokens()),
        model: response.model,
        vendor: Vendor::default(),
        ..ChatResponse::default()
    })
}

impl Usage {
    fn tokens(&self) -> Option<TokenCount> {
        let tokens = tokens(self.input_tokens, self.output_tokens)?;
        let input = self.input_tokens_details.as_ref();
        Some(TokenCount {
            total: self.total_tokens.or(tokens.total),
            cache_read: input.and_then(|details| details.cached_tokens),
            cache_write: input.and_then(|details| details.cache_write_tokens),
            reasoning: self.output_tokens_details.as_ref().and_then(|it| it.reasoning_tokens),
            ..tokens
        })
    }
}
