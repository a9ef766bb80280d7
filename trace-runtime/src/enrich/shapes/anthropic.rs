//! Anthropic messages.

use super::super::neutral::{
    AssistantTurn, ChatRequest, ChatResponse, Vendor, json, parameters, sum, tokens, tools,
};
use crate::record::{
    Content, Document, Image, Message, Part, Reasoning, SystemMessage, TokenCount, ToolCall,
    ToolMessage, UserMessage, data_url,
};
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

#[derive(Deserialize)]
#[serde(untagged)]
enum Blocks {
    Text(String),
    List(Vec<Value>),
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Block {
    Text {
        text: String,
    },
    Thinking {
        thinking: String,
        signature: Option<String>,
    },
    RedactedThinking {
        data: String,
    },
    #[serde(alias = "server_tool_use", alias = "mcp_tool_use")]
    ToolUse {
        id: String,
        name: String,
        input: Value,
    },
    ToolResult {
        tool_use_id: String,
        content: Option<Blocks>,
    },
    Image {
        source: Source,
    },
    Document {
        source: Source,
        title: Option<String>,
    },
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Source {
    Base64 {
        media_type: String,
        data: String,
    },
    Text {
        data: String,
    },
    Url {
        url: String,
    },
    File {
        file_id: String,
    },
    #[serde(other)]
    Other,
}

/// A request that only this API takes: those of plain text are the same elsewhere.
pub(super) fn request(value: &Value) -> Option<ChatRequest> {
    let request = Request::deserialize(value).ok()?;
    if request.messages.is_empty() || !is_distinct(&request) {
        return None;
    }
    let Request { model, messages: wire, system, tools: definitions, rest } = request;
    let mut messages = Vec::new();
    if let Some(system) = system {
        messages.push(SystemMessage::new(system.content()?).into());
    }
    for message in wire {
        message.write(&mut messages)?;
    }
    // Required there; without it, these are arguments that are laid out the same way.
    let vendor = if rest.contains_key("max_tokens") { VENDOR } else { Vendor::default() };
    Some(ChatRequest {
        messages,
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
    fn write(self, messages: &mut Vec<Message>) -> Option<()> {
        match (self.role, self.content) {
            (Role::Assistant, content) => messages.push(turn(&content)?.finish().into()),
            (Role::System, content) => messages.push(SystemMessage::new(content.content()?).into()),
            (Role::User, Blocks::Text(text)) => messages.push(UserMessage::new(text).into()),
            (Role::User, Blocks::List(blocks)) => {
                let mut parts = Vec::new();
                for value in &blocks {
                    match Block::deserialize(value).ok()? {
                        Block::ToolResult { tool_use_id, content } => {
                            let content = content.map_or(Some(Content::Empty), Blocks::content)?;
                            messages.push(ToolMessage::new(tool_use_id, content).into());
                        }
                        block => parts.push(block.part(value)),
                    }
                }
                if !parts.is_empty() {
                    messages.push(UserMessage::new(parts).into());
                }
            }
        }
        Some(())
    }
}

impl Blocks {
    fn content(self) -> Option<Content> {
        Some(match self {
            Blocks::Text(text) => text.into(),
            Blocks::List(blocks) => {
                let part = |value| Some(Block::deserialize(value).ok()?.part(value));
                blocks.iter().map(part).collect::<Option<Vec<Part>>>()?.into()
            }
        })
    }
}

impl Block {
    /// A block of a kind that is not known is shown as the JSON it is.
    fn part(self, value: &Value) -> Part {
        match self {
            Block::Text { text } => Part::text(text),
            Block::Image { source } => match source.url() {
                Some(url) => Image::new(url).into(),
                None => Part::text(value.to_string()),
            },
            Block::Document { source, title } => {
                let document = match source {
                    Source::Text { data } => Document::new(data),
                    source => Document { url: source.url(), ..Document::default() },
                };
                Document { name: title, ..document }.into()
            }
            _ => Part::text(value.to_string()),
        }
    }
}

impl Source {
    fn url(self) -> Option<String> {
        match self {
            Source::Base64 { media_type, data } => Some(data_url(&media_type, &data)),
            Source::Url { url } => Some(url),
            Source::File { file_id } => Some(file_id),
            Source::Text { .. } | Source::Other => None,
        }
    }
}

fn turn(content: &Blocks) -> Option<AssistantTurn> {
    let mut turn = AssistantTurn::default();
    let blocks = match content {
        Blocks::Text(text) => {
            turn.text(text);
            return Some(turn);
        }
        Blocks::List(blocks) => blocks,
    };
    for value in blocks {
        match Block::deserialize(value).ok()? {
            Block::Text { text } => turn.text(&text),
            Block::Thinking { thinking, signature } => {
                let signature = signature.filter(|signature| !signature.is_empty());
                turn.reason(Reasoning { signature, ..Reasoning::new(thinking) });
            }
            Block::RedactedThinking { data } => turn.reason(Reasoning::redacted(data)),
            Block::ToolUse { id, name, input } => {
                turn.tool_calls.push(ToolCall::new(name, json(&input)).id(id));
            }
            block => turn.say(block.part(value)),
        }
    }
    Some(turn)
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
}

pub(super) fn response(value: &Value) -> Option<ChatResponse> {
    let response = Response::deserialize(value).ok()?;
    let is_message = response.r#type.is_none_or(|kind| kind == "message");
    if !is_message || response.role != "assistant" {
        return None;
    }
    Some(ChatResponse {
        messages: vec![turn(&Blocks::List(response.content))?.finish().into()],
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
        Some(TokenCount { cache_read, cache_write, ..tokens })
    }
}
