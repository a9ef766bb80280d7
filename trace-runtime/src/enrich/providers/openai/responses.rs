//! Responses (`POST /responses`) of OpenAI, whose input and output are lists of items.
//!
//! Reference: <https://platform.openai.com/docs/api-reference/responses>. Fixtures:
//! `openai_responses*.json`. The items are read in `items`, the events of a stream in
//! `responses_stream`.

use super::built_in::generated_images;
use super::items::{add_item, is_item, output_messages};
use crate::enrich::api::{ChatRequest, ChatResponse, Origin, parameters, tokens, tools};
use crate::enrich::message_builder::Messages;
use crate::enrich::wire::value_deserializer::from_value;
use crate::record::{SystemMessage, TokenCount, UserMessage};
use serde::Deserialize;
use serde_json::{Map, Value};

/// The body of a request.
///
/// ```json
/// {"model": "gpt-5", "instructions": "Be brief.",
///  "input": [{"role": "user", "content": [{"type": "input_text", "text": "Hi"}]}]}
/// ```
#[derive(Deserialize)]
struct Request {
    model: Option<String>,
    /// A text or a list of items.
    input: Option<Value>,
    /// The system prompt of this one request; it is not among the items.
    instructions: Option<String>,
    tools: Option<Vec<Value>>,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

/// The fields of Google's Interactions API that OpenAI's responses do not have.
///
/// Its requests have a `model` and an `input` too, but other items. Reading them here would show
/// the blocks of the user as text of the assistant, so they are left alone.
const INTERACTION_FIELDS: [&str; 6] = [
    "agent",
    "agent_config",
    "generation_config",
    "previous_interaction_id",
    "response_modalities",
    "system_instruction",
];

/// The types of items in Google's Interactions API. OpenAI's begin with `input_` and `output_`.
const INTERACTION_TYPES: [&str; 9] = [
    "audio",
    "document",
    "function_result",
    "image",
    "model_output",
    "text",
    "thought",
    "user_input",
    "video",
];

/// Returns true for a request to Google's Interactions API.
fn is_interaction(rest: &Map<String, Value>, input: Option<&Value>) -> bool {
    let is_foreign = |item: &Value| {
        let kind = item.get("type").and_then(Value::as_str);
        item.get("role").is_some_and(|role| role == "model")
            || kind.is_some_and(|kind| INTERACTION_TYPES.contains(&kind))
    };
    let items = input.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    INTERACTION_FIELDS.iter().any(|field| rest.contains_key(*field)) || items.iter().any(is_foreign)
}

/// Reads a request: its input is a text or a list of items, or missing if a stored prompt contains
/// it, as in `{"prompt": {"id": "pmpt_1", "variables": {"city": "Paris"}}}`.
pub(crate) fn request(value: &Value) -> Option<ChatRequest> {
    let Request { model, input, instructions, tools: definitions, rest } =
        from_value::<Request>(value)?;
    if is_interaction(&rest, input.as_ref()) {
        return None;
    }
    let mut messages = Messages::default();
    if let Some(instructions) = instructions {
        messages.push(SystemMessage::new(instructions));
    }
    match &input {
        // Many functions have an argument `input`. With a text, only the model distinguishes them.
        Some(Value::String(_)) if model.is_none() => return None,
        Some(Value::String(text)) => messages.push(UserMessage::new(text.as_str())),
        Some(Value::Array(items)) if items.iter().any(is_item) => {
            for item in items {
                add_item(&mut messages, item);
            }
        }
        None => drop(rest.get("prompt")?.get("id")?.as_str()?),
        Some(_) => return None,
    }
    Some(ChatRequest {
        messages: messages.finish(),
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
/// {"object": "response", "model": "gpt-5-2025-08-07", "status": "completed",
///  "output": [{"type": "message", "role": "assistant",
///              "content": [{"type": "output_text", "text": "Hello"}]}],
///  "usage": {"input_tokens": 9, "output_tokens": 2, "total_tokens": 11}}
/// ```
#[derive(Deserialize)]
struct Response {
    /// Always `response`. It distinguishes the format from other objects with an `output`.
    object: String,
    model: Option<String>,
    output: Vec<Value>,
    /// `completed`, `incomplete`, `failed`, `cancelled`, `queued` or `in_progress`.
    status: Option<String>,
    incomplete_details: Option<Incomplete>,
    usage: Option<Usage>,
}

/// Present if the status is `incomplete`. The reason is `max_output_tokens` or `content_filter`.
#[derive(Deserialize)]
struct Incomplete {
    reason: Option<String>,
}

/// The token counts, with other names than in chat completions but the same meaning: cached tokens
/// are a part of the input and reasoning tokens a part of the output.
#[derive(Deserialize)]
pub(super) struct Usage {
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

/// Reads a response. The finish reason is the reason why it is incomplete, or else its status.
pub(crate) fn response(value: &Value) -> Option<ChatResponse> {
    let response = from_value::<Response>(value)?;
    if response.object != "response" {
        return None;
    }
    let messages = output_messages(&response.output);
    let images = generated_images(&response.output);
    // A background response is returned before it ends, and so is a stream that broke.
    let is_final = |status: &String| !["queued", "in_progress"].contains(&status.as_str());
    let status = response.status.filter(is_final);
    let incomplete = response.incomplete_details.and_then(|details| details.reason);
    Some(ChatResponse {
        messages,
        images,
        finish_reason: incomplete.or(status),
        tokens: response.usage.and_then(|usage| usage.tokens()),
        model: response.model,
        origin: Origin::default(),
        ..ChatResponse::default()
    })
}

impl Usage {
    /// Returns the counts, or `None` for an empty object.
    pub(super) fn tokens(&self) -> Option<TokenCount> {
        let tokens = tokens(self.input_tokens, self.output_tokens)?;
        let input = self.input_tokens_details.as_ref();
        let output = self.output_tokens_details.as_ref();
        Some(TokenCount {
            total: self.total_tokens.or(tokens.total),
            cache_read: input.and_then(|details| details.cached_tokens),
            cache_write: input.and_then(|details| details.cache_write_tokens),
            reasoning: output.and_then(|details| details.reasoning_tokens),
            ..tokens
        })
    }
}
