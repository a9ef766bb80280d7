//! Amazon Bedrock's Converse, for the models of many vendors.

use super::super::neutral::{
    AssistantTurn, ChatRequest, ChatResponse, Vendor, json, parameters, sum, tokens, tools,
};
use crate::record::{
    Content, Document, Image, Message, Part, Reasoning, SystemMessage, TokenCount, ToolCall,
    ToolMessage, UserMessage, Video, data_url,
};
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
}

/// A block has one field, which says its kind.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
enum Block {
    Text(String),
    Image(Media),
    Video(Media),
    Document(Media),
    ToolUse(ToolUse),
    ToolResult(ToolResult),
    ReasoningContent(ReasoningContent),
    CachePoint(IgnoredAny),
    GuardContent(IgnoredAny),
    CitationsContent(IgnoredAny),
    SearchResult(IgnoredAny),
    Audio(IgnoredAny),
}

#[derive(Deserialize)]
struct Media {
    format: Option<String>,
    name: Option<String>,
    source: Source,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Source {
    bytes: Option<Value>,
    s3_location: Option<S3Location>,
    text: Option<String>,
}

#[derive(Deserialize)]
struct S3Location {
    uri: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ToolUse {
    tool_use_id: String,
    name: String,
    input: Value,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ToolResult {
    tool_use_id: String,
    content: Vec<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ReasoningContent {
    reasoning_text: Option<ReasoningText>,
    redacted_content: Option<String>,
}

#[derive(Deserialize)]
struct ReasoningText {
    text: String,
    signature: Option<String>,
}

pub(super) fn request(value: &Value) -> Option<ChatRequest> {
    let request = Request::deserialize(value).ok()?;
    let has_block = request.messages.iter().any(|message| !message.content.is_empty());
    let has_calls = request.messages.iter().any(|message| message.tool_calls.is_some());
    // The model's field has another name here.
    if !has_block || has_calls || request.rest.contains_key("model") {
        return None;
    }
    let mut messages = Vec::new();
    if let Some(system) = request.system {
        messages.push(SystemMessage::new(content(&system)?).into());
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
        messages,
        tools: tools(definitions),
        parameters: parameters(model.as_deref().map(|model| ("modelId", model)), rest),
        model,
        vendor: VENDOR,
        ..ChatRequest::default()
    })
}

impl WireMessage {
    /// The results of tools stand among the user's blocks; each is a message of its own.
    fn write(self, messages: &mut Vec<Message>) -> Option<()> {
        if self.role == Role::Assistant {
            messages.push(turn(&self.content)?.finish().into());
            return Some(());
        }
        let mut parts = Vec::new();
        for value in &self.content {
            match Block::deserialize(value).ok()? {
                Block::ToolResult(result) => {
                    let answer = content(&result.content)?;
                    messages.push(ToolMessage::new(result.tool_use_id, answer).into());
                }
                block => parts.extend(block.part(value)),
            }
        }
        if !parts.is_empty() {
            messages.push(UserMessage::new(parts).into());
        }
        Some(())
    }
}

/// The blocks of a result may also be `{"json": ..}`.
fn content(blocks: &[Value]) -> Option<Content> {
    let mut parts = Vec::new();
    for value in blocks {
        match value.get("json") {
            Some(json) => parts.push(Part::text(json.to_string())),
            None => parts.extend(Block::deserialize(value).ok()?.part(value)),
        }
    }
    Some(parts.into())
}

impl Block {
    /// What has no part of its own is shown as the JSON it is; a cache point says nothing.
    fn part(self, value: &Value) -> Option<Part> {
        Some(match self {
            Block::Text(text) => Part::text(text),
            Block::Image(media) => Image::new(media.url("image")?).into(),
            Block::Video(media) => Video::new(media.url("video")?).into(),
            Block::Document(media) => media.document().into(),
            Block::CachePoint(_) => return None,
            _ => Part::text(value.to_string()),
        })
    }
}

impl Media {
    fn url(&self, kind: &str) -> Option<String> {
        let inline = self.source.bytes.as_ref().and_then(Value::as_str).map(|bytes| {
            let format = self.format.as_deref().unwrap_or("*");
            data_url(&format!("{kind}/{format}"), bytes)
        });
        inline.or_else(|| self.source.s3_location.as_ref().map(|location| location.uri.clone()))
    }

    fn document(&self) -> Document {
        let document = match (&self.source.text, self.url("application")) {
            (Some(text), _) => Document::new(text),
            (None, Some(url)) => Document::at(url),
            (None, None) => Document::default(),
        };
        match &self.name {
            Some(name) => document.name(name),
            None => document,
        }
    }
}

fn turn(blocks: &[Value]) -> Option<AssistantTurn> {
    let mut turn = AssistantTurn::default();
    for block in blocks {
        match Block::deserialize(block).ok()? {
            Block::Text(text) => turn.text(&text),
            Block::ToolUse(call) => {
                turn.tool_calls
                    .push(ToolCall::new(call.name, json(&call.input)).id(call.tool_use_id));
            }
            Block::ReasoningContent(content) => {
                turn.reason(content.reasoning());
            }
            other => turn.parts.extend(other.part(block).map(Into::into)),
        }
    }
    Some(turn)
}

impl ReasoningContent {
    fn reasoning(self) -> Reasoning {
        let (text, signature) = match self.reasoning_text {
            Some(ReasoningText { text, signature }) => (Some(text), signature),
            None => (None, None),
        };
        Reasoning { text, signature, data: self.redacted_content, ..Reasoning::default() }
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

pub(super) fn response(value: &Value) -> Option<ChatResponse> {
    let response = Response::deserialize(value).ok()?;
    let message = response.output.message;
    if message.role != Role::Assistant {
        return None;
    }
    Some(ChatResponse {
        messages: vec![turn(&message.content)?.finish().into()],
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
