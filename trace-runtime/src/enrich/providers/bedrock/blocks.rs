//! The content blocks of Converse messages.

use crate::enrich::api::json;
use crate::enrich::message_builder::Messages;
use crate::enrich::wire::value_deserializer::from_value;
use crate::record::{
    Audio, Content, Document, Image, Part, Reasoning, ToolCall, ToolMessage, Video, data_url,
};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;

/// A content block: an object with one field, whose name is the type of the block.
///
/// ```json
/// {"text": "Hi"}
/// {"image": {"format": "png", "source": {"bytes": ".."}}}
/// {"toolUse": {"toolUseId": "tooluse_1", "name": "weather", "input": {"city": "Paris"}}}
/// {"toolResult": {"toolUseId": "tooluse_1", "content": [{"json": {"sky": "clear"}}]}}
/// ```
///
/// There is no variant for unknown types: with only a field name to identify it, any object with
/// one field would be a block of Converse. Types without a part here are listed with `IgnoredAny`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum ContentBlock {
    Text(String),
    Image(Media),
    Video(Media),
    Document(Media),
    ToolUse(ToolUse),
    ToolResult(ToolResult),
    ReasoningContent(ReasoningContent),
    /// Marks the end of a prefix to cache. It has no content.
    CachePoint(IgnoredAny),
    /// Text that a guardrail assesses.
    GuardContent(IgnoredAny),
    CitationsContent(CitationsContent),
    Audio(Media),
    SearchResult(IgnoredAny),
    ToolAddition(IgnoredAny),
    ToolRemoval(IgnoredAny),
}

/// An image, video, audio or document. Only documents have a name.
#[derive(Deserialize)]
pub(super) struct Media {
    format: Option<String>,
    name: Option<String>,
    source: Source,
}

/// The data of a media block: one of the three fields.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Source {
    /// Base64 text in the HTTP API. An SDK may record it differently, which is not read.
    bytes: Option<Value>,
    s3_location: Option<S3Location>,
    /// Documents only.
    text: Option<String>,
}

#[derive(Deserialize)]
struct S3Location {
    uri: String,
}

/// A call of a tool that runs in the application or in Bedrock, such as `nova_grounding`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ToolUse {
    tool_use_id: String,
    name: String,
    input: Value,
}

/// The result of a tool, as blocks or as `{"json": ..}`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ToolResult {
    tool_use_id: String,
    content: Vec<Value>,
}

/// Reasoning, either as text or encrypted (`redactedContent`).
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ReasoningContent {
    reasoning_text: Option<ReasoningText>,
    redacted_content: Option<String>,
}

#[derive(Deserialize)]
struct ReasoningText {
    text: String,
    signature: Option<String>,
}

/// Generated text with the sources that it cites. The sources are not recorded.
#[derive(Deserialize)]
pub(super) struct CitationsContent {
    content: Option<Vec<CitationText>>,
}

#[derive(Deserialize)]
struct CitationText {
    text: Option<String>,
}

/// Reads the blocks of a `system` prompt or of a tool result. The latter may contain `{"json": ..}`
/// besides the blocks of messages.
pub(super) fn parse_content(blocks: &[Value]) -> Option<Content> {
    let mut parts = Vec::new();
    for value in blocks {
        match value.get("json") {
            Some(json) => parts.push(Part::text(json.to_string())),
            None => parts.extend(from_value::<ContentBlock>(value)?.into_part(value)),
        }
    }
    Some(parts.into())
}

impl ContentBlock {
    /// Returns the block as a part. `value` is its JSON, which is recorded as text if there is no
    /// part for the block.
    ///
    /// Returns `None` for a `cachePoint`, which marks a position and has no content, and for media
    /// without readable data.
    pub(super) fn into_part(self, value: &Value) -> Option<Part> {
        Some(match self {
            ContentBlock::Text(text) => Part::text(text),
            ContentBlock::Image(media) => Image::new(media.url("image")?).into(),
            ContentBlock::Video(media) => Video::new(media.url("video")?).into(),
            ContentBlock::Audio(media) => Audio::new(media.url("audio")?).into(),
            ContentBlock::Document(media) => media.document().into(),
            ContentBlock::CitationsContent(cited) => Part::text(cited.into_text()),
            ContentBlock::CachePoint(_) => return None,
            _ => Part::text(value.to_string()),
        })
    }
}

impl Media {
    /// Returns the inline bytes as a `data:` URL, or else the S3 URI.
    ///
    /// `format` is a subtype such as `png`, so `kind` completes the media type.
    fn url(&self, kind: &str) -> Option<String> {
        let inline = self.source.bytes.as_ref().and_then(Value::as_str).map(|bytes| {
            let format = self.format.as_deref().unwrap_or("*");
            data_url(&format!("{kind}/{format}"), bytes)
        });
        inline.or_else(|| self.source.s3_location.as_ref().map(|location| location.uri.clone()))
    }

    /// Returns a document with its text, its data or its S3 URI.
    ///
    /// `application/pdf` is right for the most common format; the others are approximated.
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
    pub(super) fn to_message(&self) -> Option<ToolMessage> {
        Some(ToolMessage::new(self.tool_use_id.as_str(), parse_content(&self.content)?))
    }
}

impl CitationsContent {
    fn into_text(self) -> String {
        self.content.into_iter().flatten().filter_map(|citation| citation.text).collect()
    }
}

/// Adds the blocks of an assistant message.
///
/// The result of a tool that Bedrock ran is among them. It becomes a separate tool message, so the
/// blocks before and after it belong to two assistant messages.
pub(super) fn add_assistant_blocks(messages: &mut Messages, blocks: &[Value]) -> Option<()> {
    for value in blocks {
        let turn = &mut messages.turn;
        match from_value::<ContentBlock>(value)? {
            ContentBlock::Text(text) => turn.push_text(&text),
            ContentBlock::CitationsContent(cited) => turn.push_text(&cited.into_text()),
            ContentBlock::ToolUse(call) => {
                turn.tool_calls
                    .push(ToolCall::new(call.name, json(&call.input)).id(call.tool_use_id));
            }
            ContentBlock::ToolResult(result) => messages.push(result.to_message()?),
            ContentBlock::ReasoningContent(content) => {
                turn.push_reasoning(content.into_reasoning());
            }
            block => turn.parts.extend(block.into_part(value).map(Into::into)),
        }
    }
    Some(())
}

impl ReasoningContent {
    fn into_reasoning(self) -> Reasoning {
        let (text, signature) = match self.reasoning_text {
            Some(ReasoningText { text, signature }) => (Some(text), signature),
            None => (None, None),
        };
        Reasoning { text, signature, data: self.redacted_content, ..Reasoning::default() }
    }
}
