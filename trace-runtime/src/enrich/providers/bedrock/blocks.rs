//! The blocks of Converse's messages.

use crate::enrich::neutral::json;
use crate::enrich::turn::Messages;
use crate::enrich::wire::value_deserializer::read;
use crate::record::{
    Audio, Content, Document, Image, Part, Reasoning, ToolCall, ToolMessage, Video, data_url,
};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;

/// A block has one field, which says its kind.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Block {
    Text(String),
    Image(Media),
    Video(Media),
    Document(Media),
    ToolUse(ToolUse),
    ToolResult(ToolResult),
    ReasoningContent(ReasoningContent),
    CachePoint(IgnoredAny),
    GuardContent(IgnoredAny),
    CitationsContent(Cited),
    Audio(Media),
    SearchResult(IgnoredAny),
    ToolAddition(IgnoredAny),
    ToolRemoval(IgnoredAny),
}

#[derive(Deserialize)]
pub(crate) struct Media {
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
pub(crate) struct ToolUse {
    tool_use_id: String,
    name: String,
    input: Value,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ToolResult {
    tool_use_id: String,
    content: Vec<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ReasoningContent {
    reasoning_text: Option<ReasoningText>,
    redacted_content: Option<String>,
}

#[derive(Deserialize)]
struct ReasoningText {
    text: String,
    signature: Option<String>,
}

/// Text with its sources.
#[derive(Deserialize)]
pub(crate) struct Cited {
    content: Option<Vec<CitedText>>,
}

#[derive(Deserialize)]
struct CitedText {
    text: Option<String>,
}

/// The blocks of a result may also be `{"json": ..}`.
pub(crate) fn content(blocks: &[Value]) -> Option<Content> {
    let mut parts = Vec::new();
    for value in blocks {
        match value.get("json") {
            Some(json) => parts.push(Part::text(json.to_string())),
            None => parts.extend(read::<Block>(value)?.part(value)),
        }
    }
    Some(parts.into())
}

impl Block {
    /// What has no part of its own is shown as the JSON it is; a cache point says nothing.
    pub(crate) fn part(self, value: &Value) -> Option<Part> {
        Some(match self {
            Block::Text(text) => Part::text(text),
            Block::Image(media) => Image::new(media.url("image")?).into(),
            Block::Video(media) => Video::new(media.url("video")?).into(),
            Block::Audio(media) => Audio::new(media.url("audio")?).into(),
            Block::Document(media) => media.document().into(),
            Block::CitationsContent(cited) => Part::text(cited.text()),
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

impl ToolResult {
    pub(crate) fn message(&self) -> Option<ToolMessage> {
        Some(ToolMessage::new(self.tool_use_id.as_str(), content(&self.content)?))
    }
}

impl Cited {
    fn text(self) -> String {
        self.content.into_iter().flatten().filter_map(|cited| cited.text).collect()
    }
}

/// Adds what an assistant says, and what the tools answered that Bedrock ran for it meanwhile.
pub(crate) fn add_turn(messages: &mut Messages, blocks: &[Value]) -> Option<()> {
    for block in blocks {
        let turn = &mut messages.turn;
        match read::<Block>(block)? {
            Block::Text(text) => turn.text(&text),
            Block::CitationsContent(cited) => turn.text(&cited.text()),
            Block::ToolUse(call) => {
                turn.tool_calls
                    .push(ToolCall::new(call.name, json(&call.input)).id(call.tool_use_id));
            }
            Block::ToolResult(result) => messages.push(result.message()?),
            Block::ReasoningContent(content) => turn.reason(content.reasoning()),
            other => turn.parts.extend(other.part(block).map(Into::into)),
        }
    }
    Some(())
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
