//! Amazon Bedrock's Converse, for the models of many vendors.

mod blocks;
pub(super) mod stream;

use crate::enrich::neutral::{ChatRequest, ChatResponse, Vendor, parameters, sum, tokens, tools};
use crate::enrich::turn::Messages;
use crate::enrich::wire::value_deserializer::read;
use crate::record::{SystemMessage, TokenCount, UserMessage};
use blocks::{Block, add_turn, content};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Map, Value};

const VENDOR: Vendor = Vendor { system: None, provider: Some("aws") };

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Request {
    model_id: Option<String>,
    messages: Vec<WireMessage>,
    system: Option<Vec<Value>>,
    tool_config: Option<ToolConfig>,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

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
    /// Another API's.
    tool_calls: Option<IgnoredAny>,
}

#[derive(Clone, Copy, Deserialize, PartialEq)]
#[serde(rename_all = "snake_case")]
enum Role {
    User,
    Assistant,
    System,
}

pub(crate) fn request(value: &Value) -> Option<ChatRequest> {
    let request = read::<Request>(value)?;
    let has_block = request.messages.iter().any(|message| !message.content.is_empty());
    let has_calls = request.messages.iter().any(|message| message.tool_calls.is_some());
    // The model's field has another name here.
    if !has_block || has_calls || request.rest.contains_key("model") {
        return None;
    }
    let mut messages = Messages::default();
    if let Some(system) = request.system {
        messages.push(SystemMessage::new(content(&system)?));
    }
    for message in request.messages {
        message.write(&mut messages)?;
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
        vendor: VENDOR,
        ..ChatRequest::default()
    })
}

impl WireMessage {
    /// The results of tools stand among the user's blocks; each is a message of its own.
    fn write(self, messages: &mut Messages) -> Option<()> {
        messages.end_turn();
        match self.role {
            Role::Assistant => return add_turn(messages, &self.content),
            Role::System => {
                messages.push(SystemMessage::new(content(&self.content)?));
                return Some(());
            }
            Role::User => {}
        }
        let mut parts = Vec::new();
        for value in &self.content {
            match read::<Block>(value)? {
                Block::ToolResult(result) => messages.push(result.message()?),
                block => parts.extend(block.part(value)),
            }
        }
        if !parts.is_empty() {
            messages.push(UserMessage::new(parts));
        }
        Some(())
    }
}

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

/// Cached tokens are beside the input tokens.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Usage {
    input_tokens: Option<u64>,
    output_tokens: Option<u64>,
    total_tokens: Option<u64>,
    cache_read_input_tokens: Option<u64>,
    cache_write_input_tokens: Option<u64>,
}

pub(crate) fn response(value: &Value) -> Option<ChatResponse> {
    let response = read::<Response>(value)?;
    let message = response.output.message;
    if message.role != Role::Assistant {
        return None;
    }
    let mut messages = Messages::default();
    add_turn(&mut messages, &message.content)?;
    Some(ChatResponse {
        messages: messages.finish_answer(),
        finish_reason: response.stop_reason,
        tokens: response.usage.and_then(|usage| usage.tokens()),
        model: None,
        vendor: VENDOR,
        ..ChatResponse::default()
    })
}

impl Usage {
    fn tokens(&self) -> Option<TokenCount> {
        let (cache_read, cache_write) =
            (self.cache_read_input_tokens, self.cache_write_input_tokens);
        let counts = [self.input_tokens, cache_read, cache_write];
        let prompt = counts.iter().any(Option::is_some).then(|| sum(counts));
        let tokens = tokens(prompt, self.output_tokens)?;
        let total = self.total_tokens.or(tokens.total);
        Some(TokenCount { total, cache_read, cache_write, ..tokens })
    }
}
