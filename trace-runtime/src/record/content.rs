//! What a message says: text, or parts of several kinds in their order.

use super::attributes::Attributes;
use super::document::Document;
use super::media::{Audio, Image, Video};
use super::tool::ToolCall;
use crate::openinference::keys;
use serde::Serialize;

/// The content of a message: one text, or several parts.
///
/// Made from text and from parts: `"text".into()`, `vec![Part::text("text")].into()`.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum Content<P = Part> {
    /// None: an assistant's message may consist of tool calls alone.
    #[default]
    Empty,
    /// Text, and nothing else.
    Text(String),
    /// Parts, in their order.
    Parts(Vec<P>),
}

/// A part of a message that any side may write.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Part {
    /// Text.
    Text {
        /// The text.
        text: String,
    },
    /// An image.
    Image(Image),
    /// Audio.
    Audio(Audio),
    /// A video.
    Video(Video),
    /// A document, such as a PDF.
    Document(Document),
}

/// A part of an assistant's message: only a model reasons and calls tools.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[non_exhaustive]
pub enum AssistantPart {
    /// What the model thought before it answered.
    Reasoning(Reasoning),
    /// A call of a tool, in its place among the other parts.
    ToolUse(ToolCall),
    /// What any side may write.
    #[serde(untagged)]
    Said(Part),
}

/// What a model thought, as far as its API tells.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Reasoning {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) text: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) signature: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) data: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) encrypted_content: Option<String>,
}

impl Reasoning {
    /// Reasoning that can be read.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Reasoning { text: Some(text.into()), ..Reasoning::default() }
    }

    /// Reasoning that the API redacted (Anthropic's `redacted_thinking`).
    #[must_use]
    pub fn redacted(data: impl Into<String>) -> Self {
        Reasoning { data: Some(data.into()), ..Reasoning::default() }
    }

    /// What identifies it to the API.
    #[must_use]
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// What proves to the API that it was not changed.
    #[must_use]
    pub fn signature(mut self, signature: impl Into<String>) -> Self {
        self.signature = Some(signature.into());
        self
    }

    /// The reasoning as only the API can read it (`OpenAI`'s `encrypted_content`).
    #[must_use]
    pub fn encrypted_content(mut self, content: impl Into<String>) -> Self {
        self.encrypted_content = Some(content.into());
        self
    }
}

impl Part {
    /// A part that is text.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        Part::Text { text: text.into() }
    }
}

impl AssistantPart {
    /// A part that is text.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        AssistantPart::Said(Part::text(text))
    }
}

macro_rules! parts {
    ($($part:ident::$variant:ident($inner:ty)),* $(,)?) => {$(
        impl From<$inner> for $part {
            fn from(inner: $inner) -> Self {
                $part::$variant(inner)
            }
        }
    )*};
}

parts! {
    Part::Image(Image),
    Part::Audio(Audio),
    Part::Video(Video),
    Part::Document(Document),
    AssistantPart::Said(Part),
    AssistantPart::Reasoning(Reasoning),
    AssistantPart::ToolUse(ToolCall),
}

impl<P> From<&str> for Content<P> {
    fn from(text: &str) -> Self {
        Content::Text(text.to_owned())
    }
}

impl<P> From<String> for Content<P> {
    fn from(text: String) -> Self {
        Content::Text(text)
    }
}

impl<P> From<Vec<P>> for Content<P> {
    fn from(parts: Vec<P>) -> Self {
        Content::Parts(parts)
    }
}

impl<P, const N: usize> From<[P; N]> for Content<P> {
    fn from(parts: [P; N]) -> Self {
        Content::Parts(parts.into())
    }
}

/// A kind of part that can be written below `message.contents.N`.
trait WritePart {
    /// The text, if the part is nothing else.
    fn as_text(&self) -> Option<&str>;

    fn write(&self, attributes: &mut Attributes);
}

impl Content {
    pub(super) fn write(&self, attributes: &mut Attributes) {
        write(self, attributes);
    }
}

impl Content<AssistantPart> {
    pub(super) fn write(&self, attributes: &mut Attributes) {
        write(self, attributes);
    }
}

/// A lone text is `message.content`, which every backend shows.
fn write(content: &Content<impl WritePart>, attributes: &mut Attributes) {
    match content {
        Content::Empty => {}
        Content::Text(text) => attributes.set(keys::MESSAGE_CONTENT, text),
        Content::Parts(parts) => match parts.as_slice() {
            [part] if part.as_text().is_some() => {
                attributes.set(keys::MESSAGE_CONTENT, part.as_text());
            }
            parts => attributes.list(keys::MESSAGE_CONTENTS, parts, |attributes, part| {
                part.write(attributes);
            }),
        },
    }
}

impl WritePart for Part {
    fn as_text(&self) -> Option<&str> {
        match self {
            Part::Text { text } => Some(text),
            _ => None,
        }
    }

    fn write(&self, attributes: &mut Attributes) {
        let kind = |attributes: &mut Attributes, kind: &str| {
            attributes.set(keys::MESSAGE_CONTENT_TYPE, kind);
        };
        match self {
            Part::Text { text } => {
                kind(attributes, "text");
                attributes.set(keys::MESSAGE_CONTENT_TEXT, text);
            }
            Part::Image(image) => {
                kind(attributes, "image");
                attributes.below(keys::MESSAGE_CONTENT_IMAGE, |below| image.write(below));
            }
            Part::Audio(audio) => {
                kind(attributes, "audio");
                attributes.below(keys::MESSAGE_CONTENT_AUDIO, |below| audio.write(below));
            }
            Part::Video(video) => {
                kind(attributes, "video");
                attributes.below(keys::MESSAGE_CONTENT_VIDEO, |below| video.write(below));
            }
            Part::Document(document) => {
                kind(attributes, "document");
                attributes.below(keys::MESSAGE_CONTENT_DOCUMENT, |below| document.write(below));
            }
        }
    }
}

impl WritePart for AssistantPart {
    fn as_text(&self) -> Option<&str> {
        match self {
            AssistantPart::Said(part) => part.as_text(),
            _ => None,
        }
    }

    fn write(&self, attributes: &mut Attributes) {
        match self {
            AssistantPart::Said(part) => part.write(attributes),
            AssistantPart::Reasoning(reasoning) => {
                attributes.set(keys::MESSAGE_CONTENT_TYPE, "reasoning");
                attributes.set(keys::MESSAGE_CONTENT_TEXT, &reasoning.text);
                attributes.set(keys::MESSAGE_CONTENT_ID, &reasoning.id);
                attributes.set(keys::MESSAGE_CONTENT_SIGNATURE, &reasoning.signature);
                attributes.set(keys::MESSAGE_CONTENT_DATA, &reasoning.data);
                attributes.set(keys::MESSAGE_CONTENT_ENCRYPTED, &reasoning.encrypted_content);
            }
            AssistantPart::ToolUse(tool_call) => {
                attributes.set(keys::MESSAGE_CONTENT_TYPE, "tool_use");
                tool_call.write(attributes);
            }
        }
    }
}
