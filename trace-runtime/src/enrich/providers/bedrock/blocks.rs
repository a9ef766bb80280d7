//! The content blocks of Converse messages.

use crate::enrich::api::{json, json_part};
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
/// There is no variant for unknown types: with only a field name to identify it, any object would
/// be a block of Converse. Types without a part here are listed with `IgnoredAny`.
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
    /// Missing in the output of some models.
    source: Option<Source>,
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
    tool_use_id: Option<String>,
    name: Option<String>,
    #[serde(default)]
    input: Value,
}

/// The result of a tool, as blocks or as `{"json": ..}`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ToolResult {
    tool_use_id: Option<String>,
    content: Option<Vec<Value>>,
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
    text: Option<String>,
    signature: Option<String>,
}

/// Generated text with the sources that it cites. The sources are not recorded.
#[derive(Deserialize)]
pub(super) struct CitationsContent {
    content: Option<Vec<Value>>,
}

/// Reads the blocks of a `system` prompt or of a tool result. The latter may contain `{"json": ..}`
/// besides the blocks of messages.
pub(super) fn parse_content(blocks: &[Value]) -> Content {
    let part = |value: &Value| match value.get("json") {
        Some(json) => Some(json_part(json)),
        None => ContentBlock::parse(value)
            .map_or_else(|| Some(json_part(value)), |block| block.into_part(value)),
    };
    blocks.iter().filter_map(part).collect::<Vec<Part>>().into()
}

impl ContentBlock {
    /// Reads a block, or returns `None` if no field of it is the name of a known type.
    ///
    /// Blocks of OpenAI and Anthropic have a `type`, and some a field `text` or `image` too.
    pub(super) fn parse(value: &Value) -> Option<Self> {
        if value.get("type").is_some_and(Value::is_string) { None } else { from_value(value) }
    }

    /// Returns the block as a part. `value` is its JSON, which is recorded as text if there is no
    /// part for the block, or if there is no readable data in it.
    ///
    /// Returns `None` for a `cachePoint`, which marks a position and has no content.
    pub(super) fn into_part(self, value: &Value) -> Option<Part> {
        let part: Option<Part> = match self {
            ContentBlock::Text(text) => Some(Part::text(text)),
            ContentBlock::Image(media) => media.url("image").map(|url| Image::new(url).into()),
            ContentBlock::Video(media) => media.url("video").map(|url| Video::new(url).into()),
            ContentBlock::Audio(media) => media.url("audio").map(|url| Audio::new(url).into()),
            ContentBlock::Document(media) => Some(media.document().into()),
            ContentBlock::CitationsContent(cited) => Some(Part::text(cited.into_text())),
            ContentBlock::CachePoint(_) => return None,
            _ => None,
        };
        Some(part.unwrap_or_else(|| json_part(value)))
    }
}

impl Media {
    /// Returns the inline bytes as a `data:` URL, or else the S3 URI.
    ///
    /// `format` is a subtype such as `png`, so `kind` completes the media type.
    fn url(&self, kind: &str) -> Option<String> {
        let source = self.source.as_ref()?;
        let inline = source.bytes.as_ref().and_then(Value::as_str).map(|bytes| {
            let format = self.format.as_deref().unwrap_or("*");
            data_url(&format!("{kind}/{format}"), bytes)
        });
        inline.or_else(|| source.s3_location.as_ref().map(|location| location.uri.clone()))
    }

    /// Returns a document with its text, its data or its S3 URI.
    ///
    /// `application/pdf` is right for the most common format; the others are approximated.
    fn document(&self) -> Document {
        let text = self.source.as_ref().and_then(|source| source.text.as_ref());
        let document = match (text, self.url("application")) {
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
    pub(super) fn into_message(self) -> ToolMessage {
        let content = parse_content(&self.content.unwrap_or_default());
        ToolMessage { tool_call_id: self.tool_use_id, name: None, content }
    }
}

impl CitationsContent {
    fn into_text(self) -> String {
        let texts = self.content.iter().flatten();
        texts.filter_map(|citation| citation.get("text")?.as_str()).collect()
    }
}

/// Adds the blocks of an assistant message.
///
/// The result of a tool that Bedrock ran is among them. It becomes a separate tool message, so the
/// blocks before and after it belong to two assistant messages.
pub(super) fn add_assistant_blocks(messages: &mut Messages, blocks: &[Value]) {
    for value in blocks {
        let turn = &mut messages.turn;
        match ContentBlock::parse(value) {
            Some(ContentBlock::Text(text)) => turn.push_text(&text),
            Some(ContentBlock::CitationsContent(cited)) => turn.push_text(&cited.into_text()),
            Some(ContentBlock::ToolUse(ToolUse { tool_use_id: id, name, input })) => {
                let call = ToolCall::new(name.unwrap_or_default(), json(&input));
                turn.tool_calls.push(ToolCall { id, ..call });
            }
            Some(ContentBlock::ToolResult(result)) => messages.push(result.into_message()),
            Some(ContentBlock::ReasoningContent(content)) => {
                turn.push_reasoning(content.into_reasoning());
            }
            Some(block) => turn.parts.extend(block.into_part(value).map(Into::into)),
            None => turn.push_part(json_part(value)),
        }
    }
}

impl ReasoningContent {
    fn into_reasoning(self) -> Reasoning {
        let (text, signature) = match self.reasoning_text {
            Some(ReasoningText { text, signature }) => (text, signature),
            None => (None, None),
        };
        Reasoning { text, signature, data: self.redacted_content, ..Reasoning::default() }
    }
}
