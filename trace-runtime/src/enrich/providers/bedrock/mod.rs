//! The Converse API of Amazon Bedrock, one format for the models of many vendors.
//!
//! Reference: <https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html>.
//! Fixtures: `bedrock_converse*.json`. The content blocks are read in `blocks`, the events of
//! `ConverseStream` in `stream`. The bodies of `InvokeModel` have the
//! format of the vendor that made the model.

mod blocks;
pub(super) mod stream;

use super::exclusive_usage::ExclusiveUsage;
use crate::enrich::api::{ChatRequest, ChatResponse, Origin, parameters, tools};
use crate::enrich::message_builder::Messages;
use crate::enrich::wire::value_deserializer::from_value;
use crate::record::{SystemMessage, TokenCount, UserMessage};
use blocks::{ContentBlock, add_assistant_blocks, parse_content};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Map, Value};

/// Only AWS serves this format. The vendor of the model follows from the model's name alone.
const ORIGIN: Origin = Origin { system: None, provider: Some("aws") };

/// The body of a request.
///
/// ```json
/// {"modelId": "us.amazon.nova-lite-v1:0", "system": [{"text": "Be brief."}],
///  "messages": [{"role": "user", "content": [{"text": "Hi"}]}],
///  "inferenceConfig": {"maxTokens": 100}}
/// ```
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Request {
    /// Optional: over HTTP the model is in the URL. The SDKs take it as a field.
    model_id: Option<String>,
    messages: Vec<WireMessage>,
    system: Option<Vec<Value>>,
    tool_config: Option<ToolConfig>,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

/// `{"tools": [{"toolSpec": {"name": ..}}], "toolChoice": {"auto": {}}}`. Each tool is recorded as
/// a tool, while the choice is an invocation parameter.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ToolConfig {
    tools: Vec<Value>,
    tool_choice: Option<Value>,
}

#[derive(Deserialize)]
struct WireMessage {
    role: Role,
    content: Vec<Value>,
    /// A field of OpenAI, not of Converse. An OpenAI message with only tool calls and an empty list
    /// as content would otherwise match a message of Converse.
    tool_calls: Option<IgnoredAny>,
}

#[derive(Clone, Copy, Deserialize, PartialEq)]
#[serde(rename_all = "snake_case")]
enum Role {
    User,
    Assistant,
    System,
}

/// Reads a request. The format is recognized by its blocks, which have no `type`.
pub(super) fn request(value: &Value) -> Option<ChatRequest> {
    let request = from_value::<Request>(value)?;
    let has_block = request.messages.iter().any(|message| !message.content.is_empty());
    let has_tool_calls = request.messages.iter().any(|message| message.tool_calls.is_some());
    // Converse has `modelId`; all other APIs with messages have `model`.
    if !has_block || has_tool_calls || request.rest.contains_key("model") {
        return None;
    }
    let mut messages = Messages::default();
    if let Some(system) = request.system {
        messages.push(SystemMessage::new(parse_content(&system)?));
    }
    for message in request.messages {
        message.add_to(&mut messages)?;
    }
    let mut rest = request.rest;
    let mut definitions = None;
    if let Some(config) = request.tool_config {
        definitions = Some(config.tools);
        rest.extend(config.tool_choice.map(|choice| ("toolChoice".to_owned(), choice)));
    }
    let model = request.model_id;
    Some(ChatRequest {
        messages: messages.finish(),
        tools: tools(definitions),
        parameters: parameters(model.as_deref().map(|model| ("modelId", model)), rest),
        model,
        origin: ORIGIN,
        ..ChatRequest::default()
    })
}

impl WireMessage {
    /// Adds the message. A user message with `toolResult` blocks becomes a tool message for each of
    /// them, followed by a user message with the other blocks.
    fn add_to(self, messages: &mut Messages) -> Option<()> {
        // Two assistant messages in a row stay two messages.
        messages.end_turn();
        match self.role {
            Role::Assistant => return add_assistant_blocks(messages, &self.content),
            Role::System => {
                messages.push(SystemMessage::new(parse_content(&self.content)?));
                return Some(());
            }
            Role::User => {}
        }
        let mut parts = Vec::new();
        for value in &self.content {
            match from_value::<ContentBlock>(value)? {
                ContentBlock::ToolResult(result) => messages.push(result.to_message()?),
                block => parts.extend(block.into_part(value)),
            }
        }
        if !parts.is_empty() {
            messages.push(UserMessage::new(parts));
        }
        Some(())
    }
}

/// The body of a response.
///
/// ```json
/// {"output": {"message": {"role": "assistant", "content": [{"text": "Hello"}]}},
///  "stopReason": "end_turn", "usage": {"inputTokens": 9, "outputTokens": 2, "totalTokens": 11}}
/// ```
///
/// The response does not name the model.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Response {
    output: Output,
    stop_reason: Option<String>,
    usage: Option<Usage>,
}

#[derive(Deserialize)]
struct Output {
    message: WireMessage,
}

/// The counts exclude each other: `inputTokens` does not include the cached tokens, `totalTokens`
/// does.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Usage {
    input_tokens: Option<u64>,
    output_tokens: Option<u64>,
    total_tokens: Option<u64>,
    cache_read_input_tokens: Option<u64>,
    cache_write_input_tokens: Option<u64>,
}

/// Reads a response.
pub(super) fn response(value: &Value) -> Option<ChatResponse> {
    let response = from_value::<Response>(value)?;
    let message = response.output.message;
    if message.role != Role::Assistant {
        return None;
    }
    let mut messages = Messages::default();
    add_assistant_blocks(&mut messages, &message.content)?;
    Some(ChatResponse {
        messages: messages.finish_response(),
        finish_reason: response.stop_reason,
        tokens: response.usage.and_then(|usage| usage.tokens()),
        model: None,
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
            cache_write: self.cache_write_input_tokens,
            output: self.output_tokens,
        };
        let tokens = usage.inclusive()?;
        Some(TokenCount { total: self.total_tokens.or(tokens.total), ..tokens })
    }
}
