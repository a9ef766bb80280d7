//! The content of a message: one text, or an ordered list of parts.

use super::attributes::Attributes;
use super::document::Document;
use super::media::{Audio, Image, Video};
use super::tool::ToolCall;
use crate::openinference::keys;
use serde::Serialize;

/// The content of a message: one text, or an ordered list of parts.
///
/// Attributes, below a message: `message.content` for a single text, otherwise
/// `message.contents.N.message_content.*` for each part.
///
/// The constructors of messages take text or parts and convert them:
///
/// ```
/// use trace_runtime::record::{Content, Image, Part};
///
/// let text: Content = "Describe this picture.".into();
/// let parts: Content = [
///     Part::text("Describe this picture."),
///     Image::new("https://example.com/cat.png").into(),
/// ].into();
/// assert_ne!(text, parts);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum Content<P = Part> {
    /// No content. An assistant's message may consist of tool calls only.
    #[default]
    Empty,
    /// A single text.
    Text(String),
    /// Parts, in their order.
    Parts(Vec<P>),
}

/// A part of the content that any role may write.
///
/// `message_content.type` is the name of the variant in lower case; the other keys are those of the
/// type inside, such as `message_content.text` and `message_content.image.image.url`.
///
/// ```
/// use trace_runtime::record::{Document, Part, UserMessage};
///
/// let manual = Document::at("https://example.com/manual.pdf").mime_type("application/pdf");
/// let message = UserMessage::new([Part::text("Summarize this."), manual.into()]);
/// # let _ = message;
/// ```
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

/// A part of an assistant's message. Only a model reasons and calls tools, so those parts have a
/// type of their own and cannot be put into messages of other roles.
///
/// `message_content.type` is `reasoning`, `tool_use`, or the type of the [`Part`].
///
/// ```
/// use trace_runtime::record::{AssistantMessage, AssistantPart, Json, Reasoning, ToolCall};
///
/// let message = AssistantMessage::new([
///     Reasoning::new("I need the forecast.").into(),
///     AssistantPart::text("Let me look."),
///     ToolCall::new("weather", Json::from_text("{}")).into(),
/// ]);
/// # let _ = message;
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[non_exhaustive]
pub enum AssistantPart {
    /// The reasoning of the model before its answer.
    Reasoning(Reasoning),
    /// A tool call, at its position among the other parts.
    ToolUse(ToolCall),
    /// Text with a signature of the reasoning before it, which Gemini calls `thoughtSignature`. Its
    /// type is `text`.
    #[serde(rename = "text")]
    SignedText {
        /// The text. It may be empty: the signature of a stream arrives after the text.
        text: String,
        /// Proves to the API that the reasoning is unchanged when it is sent back.
        signature: String,
    },
    /// A part that any role may write.
    #[serde(untagged)]
    Part(Part),
}

/// The reasoning ("thinking") of a model, as far as its API returns it.
///
/// Attributes, below `message_content`: `text`, `id`, `signature`, `data` and `encrypted_content`.
///
/// ```
/// use trace_runtime::record::Reasoning;
///
/// let readable = Reasoning::new("The user asks for the weather.").signature("EqQBCgIYAhIM");
/// let redacted = Reasoning::redacted("EmwKAhgBEgy3va3p");
/// # let _ = (readable, redacted);
/// ```
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
    /// Creates reasoning that is readable text.
    ///
    /// ```
    /// use trace_runtime::record::{AssistantMessage, Attributes, OutputMessages, Reasoning};
    ///
    /// let reasoning = Reasoning::new("The user asks.");
    /// let answer = OutputMessages::from_iter([AssistantMessage::new([reasoning.into()])]);
    /// let text = "llm.output_messages.0.message.contents.0.message_content.text";
    /// assert_eq!(Attributes::of(&answer).get(text), Some(&"The user asks.".into()));
    /// ```
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Reasoning { text: Some(text.into()), ..Reasoning::default() }
    }

    /// Creates reasoning that the API redacted (`redacted_thinking` of Anthropic).
    ///
    /// ```
    /// use trace_runtime::record::{AssistantMessage, Attributes, OutputMessages, Reasoning};
    ///
    /// let reasoning = Reasoning::redacted("EmwKAhgB");
    /// let answer = OutputMessages::from_iter([AssistantMessage::new([reasoning.into()])]);
    /// let data = "llm.output_messages.0.message.contents.0.message_content.data";
    /// assert_eq!(Attributes::of(&answer).get(data), Some(&"EmwKAhgB".into()));
    /// ```
    #[must_use]
    pub fn redacted(data: impl Into<String>) -> Self {
        Reasoning { data: Some(data.into()), ..Reasoning::default() }
    }

    /// Sets the id that the API gave the reasoning.
    ///
    /// ```
    /// use trace_runtime::record::{AssistantMessage, Attributes, OutputMessages, Reasoning};
    ///
    /// let reasoning = Reasoning::new("Look.").id("rs_1");
    /// let answer = OutputMessages::from_iter([AssistantMessage::new([reasoning.into()])]);
    /// let id = "llm.output_messages.0.message.contents.0.message_content.id";
    /// assert_eq!(Attributes::of(&answer).get(id), Some(&"rs_1".into()));
    /// ```
    #[must_use]
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// Sets the signature. The API uses it to check that reasoning which is sent back in the next
    /// request is unchanged.
    ///
    /// ```
    /// use trace_runtime::record::{AssistantMessage, Attributes, OutputMessages, Reasoning};
    ///
    /// let reasoning = Reasoning::new("Look.").signature("EqQB");
    /// let answer = OutputMessages::from_iter([AssistantMessage::new([reasoning.into()])]);
    /// let signature = "llm.output_messages.0.message.contents.0.message_content.signature";
    /// assert_eq!(Attributes::of(&answer).get(signature), Some(&"EqQB".into()));
    /// ```
    #[must_use]
    pub fn signature(mut self, signature: impl Into<String>) -> Self {
        self.signature = Some(signature.into());
        self
    }

    /// Sets the encrypted reasoning, which only the API can read (`encrypted_content` of `OpenAI`).
    ///
    /// ```
    /// use trace_runtime::record::{AssistantMessage, Attributes, OutputMessages, Reasoning};
    ///
    /// let reasoning = Reasoning::default().encrypted_content("gAAA");
    /// let answer = OutputMessages::from_iter([AssistantMessage::new([reasoning.into()])]);
    /// let key = "llm.output_messages.0.message.contents.0.message_content.encrypted_content";
    /// assert_eq!(Attributes::of(&answer).get(key), Some(&"gAAA".into()));
    /// ```
    #[must_use]
    pub fn encrypted_content(mut self, content: impl Into<String>) -> Self {
        self.encrypted_content = Some(content.into());
        self
    }
}

impl Part {
    /// Creates a text part.
    ///
    /// ```
    /// use trace_runtime::record::{Attributes, InputMessages, Part, UserMessage};
    ///
    /// // A single text part is recorded like plain text, at `message.content`.
    /// let messages = InputMessages::default().message(UserMessage::new([Part::text("Hello")]));
    /// let content = "llm.input_messages.0.message.content";
    /// assert_eq!(Attributes::of(&messages).get(content), Some(&"Hello".into()));
    /// ```
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        Part::Text { text: text.into() }
    }
}

impl AssistantPart {
    /// Creates a text part.
    ///
    /// ```
    /// use trace_runtime::record::{AssistantPart, Part};
    ///
    /// assert_eq!(AssistantPart::text("Hello"), Part::text("Hello").into());
    /// ```
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        AssistantPart::Part(Part::text(text))
    }
}

macro_rules! from_inner {
    ($($part:ident::$variant:ident($inner:ty)),* $(,)?) => {$(
        impl From<$inner> for $part {
            fn from(inner: $inner) -> Self {
                $part::$variant(inner)
            }
        }
    )*};
}

from_inner! {
    Part::Image(Image),
    Part::Audio(Audio),
    Part::Video(Video),
    Part::Document(Document),
    AssistantPart::Part(Part),
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

/// A part that can be written below `message.contents.N`.
trait WritePart {
    /// Returns the text of a text part, and `None` for parts of other types.
    fn as_text(&self) -> Option<&str>;

    fn write(&self, attributes: &mut Attributes);
}

// The trait stays private to this file; messages see these two methods.
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

/// Writes a single text part as `message.content`, like plain text: some backends show only this
/// key. A list of several parts goes to `message.contents`.
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
        let set_type = |attributes: &mut Attributes, name: &str| {
            attributes.set(keys::MESSAGE_CONTENT_TYPE, name);
        };
        match self {
            Part::Text { text } => {
                set_type(attributes, "text");
                attributes.set(keys::MESSAGE_CONTENT_TEXT, text);
            }
            Part::Image(image) => {
                set_type(attributes, "image");
                attributes.below(keys::MESSAGE_CONTENT_IMAGE, |below| image.write(below));
            }
            Part::Audio(audio) => {
                set_type(attributes, "audio");
                attributes.below(keys::MESSAGE_CONTENT_AUDIO, |below| audio.write(below));
            }
            Part::Video(video) => {
                set_type(attributes, "video");
                attributes.below(keys::MESSAGE_CONTENT_VIDEO, |below| video.write(below));
            }
            Part::Document(document) => {
                set_type(attributes, "document");
                attributes.below(keys::MESSAGE_CONTENT_DOCUMENT, |below| document.write(below));
            }
        }
    }
}

impl WritePart for AssistantPart {
    fn as_text(&self) -> Option<&str> {
        match self {
            AssistantPart::Part(part) => part.as_text(),
            _ => None,
        }
    }

    fn write(&self, attributes: &mut Attributes) {
        match self {
            AssistantPart::Part(part) => part.write(attributes),
            AssistantPart::Reasoning(reasoning) => {
                attributes.set(keys::MESSAGE_CONTENT_TYPE, "reasoning");
                attributes.set(keys::MESSAGE_CONTENT_TEXT, &reasoning.text);
                attributes.set(keys::MESSAGE_CONTENT_ID, &reasoning.id);
                attributes.set(keys::MESSAGE_CONTENT_SIGNATURE, &reasoning.signature);
                attributes.set(keys::MESSAGE_CONTENT_DATA, &reasoning.data);
                attributes.set(keys::MESSAGE_CONTENT_ENCRYPTED, &reasoning.encrypted_content);
            }
            AssistantPart::SignedText { text, signature } => {
                attributes.set(keys::MESSAGE_CONTENT_TYPE, "text");
                attributes.set(keys::MESSAGE_CONTENT_TEXT, text);
                attributes.set(keys::MESSAGE_CONTENT_SIGNATURE, signature);
            }
            // The keys are those of a call in `message.tool_calls`, at the position of the part.
            AssistantPart::ToolUse(tool_call) => {
                attributes.set(keys::MESSAGE_CONTENT_TYPE, "tool_use");
                tool_call.write(attributes);
            }
        }
    }
}
