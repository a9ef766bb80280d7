//! Anthropic messages.

mod blocks;
pub(super) mod stream;

use crate::enrich::neutral::{ChatRequest, ChatResponse, Vendor, parameters, sum, tokens, tools};
use crate::enrich::turn::Messages;
use crate::enrich::wire::value_deserializer::read;
use crate::record::{Content, SystemMessage, TokenCount, ToolMessage, UserMessage};
use blocks::{Block, Blocks, add_turn};
use serde::Deserialize;
use serde_json::{Map, Value};

const VENDOR: Vendor = Vendor { system: Some("anthropic"), provider: None };

#[derive(Deserialize)]
struct Request {
    model: Option<String>,
    messages: Vec<WireMessage>,
    system: Option<Blocks>,
    tools: Option<Vec<Value>>,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

#[derive(Deserialize)]
struct WireMessage {
    role: Role,
    content: Blocks,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Role {
    User,
    Assistant,
    System,
}

/// A request that only this API takes: those of plain text are the same elsewhere.
pub(crate) fn request(value: &Value) -> Option<ChatRequest> {
    let request = read::<Request>(value)?;
    if request.messages.is_empty() || !is_distinct(&request) {
        return None;
    }
    let Request { model, messages: wire, system, tools: definitions, rest } = request;
    let mut messages = Messages::default();
    if let Some(system) = system {
        messages.push(SystemMessage::new(system.content()?));
    }
    for message in wire {
        message.write(&mut messages)?;
    }
    // Required there; without it, these are arguments that are laid out the same way.
    let vendor = if rest.contains_key("max_tokens") { VENDOR } else { Vendor::default() };
    Some(ChatRequest {
        messages: messages.finish(),
        tools: tools(definitions),
        parameters: parameters(model.as_deref().map(|model| ("model", model)), rest),
        model,
        vendor,
        ..ChatRequest::default()
    })
}

fn is_distinct(request: &Request) -> bool {
    let is_own = |block: &Value| {
        let own = ["thinking", "redacted_thinking", "tool_use", "tool_result"];
        let kind = block.get("type").and_then(Value::as_str);
        kind.is_some_and(|kind| own.contains(&kind) || block.get("source").is_some())
    };
    let has_own = |message: &WireMessage| match &message.content {
        Blocks::Text(_) => false,
        Blocks::List(blocks) => blocks.iter().any(is_own),
    };
    request.system.is_some()
        || request.tools.iter().flatten().any(|tool| tool.get("input_schema").is_some())
        || request.model.as_deref().is_some_and(|model| model.starts_with("claude-"))
        || request.messages.iter().any(has_own)
}

impl WireMessage {
    /// The results of tools stand among the user's blocks; each is a message of its own.
    fn write(self, messages: &mut Messages) -> Option<()> {
        match (self.role, self.content) {
            (Role::Assistant, content) => {
                messages.end_turn();
                add_turn(messages, &content)?;
            }
            (Role::System, content) => messages.push(SystemMessage::new(content.content()?)),
            (Role::User, Blocks::Text(text)) => messages.push(UserMessage::new(text)),
            (Role::User, Blocks::List(blocks)) => {
                let mut parts = Vec::new();
                for value in &blocks {
                    match read::<Block>(value)? {
                        Block::ToolResult { tool_use_id, content } => {
                            let content = content.map_or(Some(Content::Empty), Blocks::content)?;
                            messages.push(ToolMessage::new(tool_use_id, content));
                        }
                        block => parts.push(block.part(value)),
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

#[derive(Deserialize)]
struct Response {
    /// Not among the fields of some typed clients.
    r#type: Option<String>,
    role: String,
    model: String,
    content: Vec<Value>,
    stop_reason: Option<String>,
    usage: Usage,
}

/// Counts that exclude each other, unlike those of most APIs.
#[derive(Deserialize)]
struct Usage {
    input_tokens: Option<u64>,
    output_tokens: Option<u64>,
    cache_creation_input_tokens: Option<u64>,
    cache_read_input_tokens: Option<u64>,
    output_tokens_details: Option<OutputDetails>,
}

#[derive(Deserialize)]
struct OutputDetails {
    thinking_tokens: Option<u64>,
}

pub(crate) fn response(value: &Value) -> Option<ChatResponse> {
    let response = read::<Response>(value)?;
    let is_message = response.r#type.is_none_or(|kind| kind == "message");
    if !is_message || response.role != "assistant" {
        return None;
    }
    let mut messages = Messages::default();
    add_turn(&mut messages, &Blocks::List(response.content))?;
    Some(ChatResponse {
        messages: messages.finish_answer(),
        finish_reason: response.stop_reason,
        tokens: response.usage.tokens(),
        model: Some(response.model),
        vendor: VENDOR,
        ..ChatResponse::default()
    })
}

impl Usage {
    fn tokens(&self) -> Option<TokenCount> {
        let (cache_read, cache_write) =
            (self.cache_read_input_tokens, self.cache_creation_input_tokens);
        let counts = [self.input_tokens, cache_read, cache_write];
        let prompt = counts.iter().any(Option::is_some).then(|| sum(counts));
        let tokens = tokens(prompt, self.output_tokens)?;
        let output = self.output_tokens_details.as_ref();
        let reasoning = output.and_then(|details| details.thinking_tokens);
        Some(TokenCount { cache_read, cache_write, reasoning, ..tokens })
    }
}
