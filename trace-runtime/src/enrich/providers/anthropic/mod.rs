//! Messages (`POST /v1/messages`) of Anthropic.
//!
//! Reference: <https://docs.anthropic.com/en/api/messages>. Fixtures: `anthropic_*.json`. The
//! content blocks are read in `blocks`, the events of a stream in `stream`.

mod blocks;
pub(super) mod stream;

use super::exclusive_usage::ExclusiveUsage;
use crate::enrich::api::{
    ChatRequest, ChatResponse, Origin, is_content, json_message, parameters, tools,
};
use crate::enrich::message_builder::Messages;
use crate::enrich::wire::lenient::items;
use crate::enrich::wire::tagged::from_tagged;
use crate::enrich::wire::value_deserializer::from_value;
use crate::record::{SystemMessage, TokenCount, ToolMessage, UserMessage};
use blocks::{ContentBlock, add_assistant_content, parse_content};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Map, Value};

/// The models are Anthropic's. The provider stays open: Bedrock and Vertex AI serve the same
/// format.
const ORIGIN: Origin = Origin { system: Some("anthropic"), provider: None };

/// The body of a request.
///
/// ```json
/// {"model": "claude-sonnet-4-20250514", "max_tokens": 1024, "system": "Be brief.",
///  "messages": [{"role": "user", "content": "Hi"}],
///  "tools": [{"name": "weather", "input_schema": {"type": "object"}}]}
/// ```
#[derive(Deserialize)]
struct Request {
    /// Optional: Bedrock and Vertex AI have the model in the URL.
    model: Option<String>,
    #[expect(dead_code, reason = "read item by item; here it is kept out of `rest`")]
    messages: IgnoredAny,
    /// A text or a list of blocks.
    system: Option<Value>,
    tools: Option<Vec<Value>>,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

/// A message, by its role. Its content is a text or a list of blocks.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum WireMessage {
    User {
        content: Value,
    },
    Assistant {
        content: Value,
    },
    /// Instructions in the middle of a conversation.
    System {
        content: Value,
    },
}

/// Reads a request that only this API accepts.
///
/// A request with plain text and no distinguishing field is valid for OpenAI too and is left to
/// that format, which records the same messages without a vendor.
pub(super) fn request(value: &Value) -> Option<ChatRequest> {
    let request = from_value::<Request>(value)?;
    let wire_messages = items(value, "messages");
    let has_message = wire_messages.iter().any(|message| WireMessage::parse(message).is_some());
    if !has_message || !is_distinct(&request, wire_messages) {
        return None;
    }
    let Request { model, system, tools: definitions, mut rest, .. } = request;
    // The version of the format, which Bedrock and Vertex AI require. It sets nothing.
    rest.remove("anthropic_version");
    let mut messages = Messages::default();
    if let Some(system) = system {
        messages.push(SystemMessage::new(parse_content(&system)));
    }
    for message in wire_messages {
        match WireMessage::parse(message) {
            Some(message) => message.add_to(&mut messages),
            None => messages.push(json_message(message)),
        }
    }
    // The API requires `max_tokens`. Without it, the value is the arguments of a function that
    // happen to have this layout, so the origin is not proved.
    let origin = if rest.contains_key("max_tokens") { ORIGIN } else { Origin::default() };
    Some(ChatRequest {
        messages: messages.finish(),
        tools: tools(definitions),
        parameters: parameters(model.as_deref().map(|model| ("model", model)), rest),
        model,
        origin,
        ..ChatRequest::default()
    })
}

/// Returns true if a request has a feature that OpenAI's chat completions do not have: `system`
/// beside the messages, `input_schema` in a tool, a Claude model, or one of Anthropic's blocks.
fn is_distinct(request: &Request, messages: &[Value]) -> bool {
    let is_anthropic_block = |block: &Value| {
        let block_types = ["thinking", "redacted_thinking", "tool_use", "tool_result"];
        let kind = block.get("type").and_then(Value::as_str);
        kind.is_some_and(|kind| block_types.contains(&kind) || block.get("source").is_some())
    };
    let has_anthropic_block =
        |message: &Value| items(message, "content").iter().any(is_anthropic_block);
    request.system.is_some()
        || request.tools.iter().flatten().any(|tool| tool.get("input_schema").is_some())
        || request.model.as_deref().is_some_and(|model| model.starts_with("claude-"))
        || messages.iter().any(has_anthropic_block)
}

impl WireMessage {
    /// Reads a message, or returns `None` if its role is unknown or its content has no known form.
    fn parse(value: &Value) -> Option<Self> {
        from_tagged(value, "role").filter(|message| match message {
            WireMessage::User { content }
            | WireMessage::Assistant { content }
            | WireMessage::System { content } => is_content(content),
        })
    }

    /// Adds the message. A user message with `tool_result` blocks becomes a tool message for each
    /// of them, followed by a user message with the other blocks.
    fn add_to(self, messages: &mut Messages) {
        let blocks = match self {
            WireMessage::Assistant { content } => {
                // Two assistant messages in a row stay two messages.
                messages.end_turn();
                return add_assistant_content(messages, &content);
            }
            WireMessage::System { content } => {
                return messages.push(SystemMessage::new(parse_content(&content)));
            }
            WireMessage::User { content: Value::Array(blocks) } => blocks,
            WireMessage::User { content } => {
                return messages.push(UserMessage::new(parse_content(&content)));
            }
        };
        let mut parts = Vec::new();
        for value in &blocks {
            match ContentBlock::parse(value) {
                ContentBlock::ToolResult { tool_use_id: tool_call_id, content } => {
                    let content = parse_content(&content);
                    messages.push(ToolMessage { tool_call_id, name: None, content });
                }
                block => parts.push(block.into_part(value)),
            }
        }
        if !parts.is_empty() {
            messages.push(UserMessage::new(parts));
        }
    }
}

/// The body of a response.
///
/// ```json
/// {"type": "message", "role": "assistant", "model": "claude-sonnet-4-20250514",
///  "content": [{"type": "text", "text": "Hello"}], "stop_reason": "end_turn",
///  "usage": {"input_tokens": 9, "output_tokens": 2}}
/// ```
///
/// Typed clients drop the constants `type` and `role` (`async-anthropic`).
#[derive(Deserialize)]
struct Response {
    r#type: Option<String>,
    role: Option<String>,
    model: Option<String>,
    /// Null in the `message_start` event, so in a stream that broke.
    stop_reason: Option<String>,
    usage: Option<Usage>,
}

/// The counts exclude each other: `input_tokens` does not include the cached tokens.
#[derive(Deserialize)]
struct Usage {
    input_tokens: Option<u64>,
    /// Includes the thinking tokens.
    output_tokens: Option<u64>,
    cache_creation_input_tokens: Option<u64>,
    cache_read_input_tokens: Option<u64>,
    output_tokens_details: Option<OutputDetails>,
}

#[derive(Deserialize)]
struct OutputDetails {
    thinking_tokens: Option<u64>,
}

/// Reads a response.
pub(super) fn response(value: &Value) -> Option<ChatResponse> {
    let response = from_value::<Response>(value)?;
    let content = value.get("content").filter(|content| content.is_array())?;
    if !response.is_distinct(value) {
        return None;
    }
    let mut messages = Messages::default();
    add_assistant_content(&mut messages, content);
    Some(ChatResponse {
        messages: messages.finish_response(),
        finish_reason: response.stop_reason,
        tokens: response.usage.and_then(|usage| usage.tokens()),
        model: response.model,
        origin: ORIGIN,
        ..ChatResponse::default()
    })
}

impl Response {
    /// Returns true if the fields that are present identify the format. Each constant that is
    /// missing must be made up for by other fields: many values have a `content` and a `model`.
    fn is_distinct(&self, value: &Value) -> bool {
        let is_absent_or = |field: &Option<String>, constant: &str| {
            field.as_deref().is_none_or(|field| field == constant)
        };
        let count = |usage: &Usage| usage.input_tokens.or(usage.output_tokens);
        let has_count = self.usage.as_ref().and_then(count).is_some();
        is_absent_or(&self.r#type, "message")
            && is_absent_or(&self.role, "assistant")
            && match (&self.r#type, &self.role) {
                (Some(_), Some(_)) => self.model.is_some() || self.usage.is_some(),
                (_, Some(_)) => self.model.is_some() && self.usage.is_some(),
                (_, None) => {
                    self.model.is_some() && has_count && value.get("stop_reason").is_some()
                }
            }
    }
}

impl Usage {
    /// Returns inclusive counts, or `None` for an empty object.
    fn tokens(&self) -> Option<TokenCount> {
        let usage = ExclusiveUsage {
            input: self.input_tokens,
            cache_read: self.cache_read_input_tokens,
            cache_write: self.cache_creation_input_tokens,
            output: self.output_tokens,
        };
        let output = self.output_tokens_details.as_ref();
        let reasoning = output.and_then(|details| details.thinking_tokens);
        Some(TokenCount { reasoning, ..usage.inclusive()? })
    }
}
