//! Messages (`POST /v1/messages`) of Anthropic.
//!
//! Reference: <https://docs.anthropic.com/en/api/messages>. Fixtures: `anthropic_*.json`. The
//! content blocks are read in `blocks`, the events of a stream in `stream`.

mod blocks;
pub(super) mod stream;

use super::exclusive_usage::ExclusiveUsage;
use crate::enrich::api::{ChatRequest, ChatResponse, Origin, parameters, tools};
use crate::enrich::message_builder::Messages;
use crate::enrich::wire::value_deserializer::from_value;
use crate::record::{Content, SystemMessage, TokenCount, ToolMessage, UserMessage};
use blocks::{ContentBlock, WireContent, add_assistant_blocks};
use serde::Deserialize;
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
    messages: Vec<WireMessage>,
    system: Option<WireContent>,
    tools: Option<Vec<Value>>,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

#[derive(Deserialize)]
struct WireMessage {
    role: Role,
    content: WireContent,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Role {
    User,
    Assistant,
    /// Instructions in the middle of a conversation.
    System,
}

/// Reads a request that only this API accepts.
///
/// A request with plain text and no distinguishing field is valid for OpenAI too and is left to
/// that format, which records the same messages without a vendor.
pub(super) fn request(value: &Value) -> Option<ChatRequest> {
    let request = from_value::<Request>(value)?;
    if request.messages.is_empty() || !is_distinct(&request) {
        return None;
    }
    let Request { model, messages: wire_messages, system, tools: definitions, rest } = request;
    let mut messages = Messages::default();
    if let Some(system) = system {
        messages.push(SystemMessage::new(system.into_content()?));
    }
    for message in wire_messages {
        message.add_to(&mut messages)?;
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
fn is_distinct(request: &Request) -> bool {
    let is_anthropic_block = |block: &Value| {
        let block_types = ["thinking", "redacted_thinking", "tool_use", "tool_result"];
        let kind = block.get("type").and_then(Value::as_str);
        kind.is_some_and(|kind| block_types.contains(&kind) || block.get("source").is_some())
    };
    let has_anthropic_block = |message: &WireMessage| match &message.content {
        WireContent::Text(_) => false,
        WireContent::Blocks(blocks) => blocks.iter().any(is_anthropic_block),
    };
    request.system.is_some()
        || request.tools.iter().flatten().any(|tool| tool.get("input_schema").is_some())
        || request.model.as_deref().is_some_and(|model| model.starts_with("claude-"))
        || request.messages.iter().any(has_anthropic_block)
}

impl WireMessage {
    /// Adds the message. A user message with `tool_result` blocks becomes a tool message for each
    /// of them, followed by a user message with the other blocks.
    fn add_to(self, messages: &mut Messages) -> Option<()> {
        match (self.role, self.content) {
            (Role::Assistant, content) => {
                // Two assistant messages in a row stay two messages.
                messages.end_turn();
                add_assistant_blocks(messages, &content)?;
            }
            (Role::System, content) => messages.push(SystemMessage::new(content.into_content()?)),
            (Role::User, WireContent::Text(text)) => messages.push(UserMessage::new(text)),
            (Role::User, WireContent::Blocks(blocks)) => {
                let mut parts = Vec::new();
                for value in &blocks {
                    match from_value::<ContentBlock>(value)? {
                        ContentBlock::ToolResult { tool_use_id, content } => {
                            let content =
                                content.map_or(Some(Content::Empty), WireContent::into_content)?;
                            messages.push(ToolMessage::new(tool_use_id, content));
                        }
                        block => parts.push(block.into_part(value)),
                    }
                }
                if !parts.is_empty() {
                    messages.push(UserMessage::new(parts));
                }
            }
        }
        Some(())
    }
}

/// The body of a response.
///
/// ```json
/// {"type": "message", "role": "assistant", "model": "claude-sonnet-4-20250514",
///  "content": [{"type": "text", "text": "Hello"}], "stop_reason": "end_turn",
///  "usage": {"input_tokens": 9, "output_tokens": 2}}
/// ```
#[derive(Deserialize)]
struct Response {
    /// Optional: some typed clients drop this constant. The other fields are required in return.
    r#type: Option<String>,
    role: String,
    model: String,
    content: Vec<Value>,
    /// Null in the `message_start` event, so in a stream that broke.
    stop_reason: Option<String>,
    usage: Usage,
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
    let is_message = response.r#type.is_none_or(|kind| kind == "message");
    if !is_message || response.role != "assistant" {
        return None;
    }
    let mut messages = Messages::default();
    add_assistant_blocks(&mut messages, &WireContent::Blocks(response.content))?;
    Some(ChatResponse {
        messages: messages.finish_response(),
        finish_reason: response.stop_reason,
        tokens: response.usage.tokens(),
        model: Some(response.model),
        origin: ORIGIN,
        ..ChatResponse::default()
    })
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
