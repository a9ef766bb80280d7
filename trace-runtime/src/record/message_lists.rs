//! The messages of a request and of a response, and the texts of completion APIs.

use super::Record;
use super::attributes::Attributes;
use super::media::Image;
use super::message::{AssistantMessage, Message};
use crate::openinference::keys;
use serde::Serialize;

/// The messages of a request to a model.
///
/// Attributes: `llm.input_messages.N.message.*`.
///
/// ```
/// use trace_runtime::record::{InputMessages, SystemMessage, UserMessage};
///
/// let messages = InputMessages::default()
///     .message(SystemMessage::new("Be brief."))
///     .message(UserMessage::new("Hello?"));
/// trace_runtime::current_span().record(&messages);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(transparent)]
pub struct InputMessages(Vec<Message>);

impl InputMessages {
    /// Appends a message.
    ///
    /// ```
    /// use trace_runtime::record::{Attributes, InputMessages, SystemMessage, UserMessage};
    ///
    /// let messages = InputMessages::default()
    ///     .message(SystemMessage::new("Be brief."))
    ///     .message(UserMessage::new("Hello"));
    /// let attributes = Attributes::of(&messages);
    /// assert_eq!(attributes.get("llm.input_messages.1.message.role"), Some(&"user".into()));
    /// ```
    #[must_use]
    pub fn message(mut self, message: impl Into<Message>) -> Self {
        self.0.push(message.into());
        self
    }
}

/// The messages of a model's response, one for each choice.
///
/// Attributes: `llm.output_messages.N.message.*`.
///
/// ```
/// use trace_runtime::record::{AssistantMessage, OutputMessages};
///
/// let answer = OutputMessages::from_iter([AssistantMessage::new("Hello")]);
/// trace_runtime::current_span().record(&answer);
/// ```
///
/// A model answers with assistant messages only:
///
/// ```compile_fail
/// use trace_runtime::record::{OutputMessages, UserMessage};
///
/// OutputMessages::from_iter([UserMessage::new("Hello")]);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(transparent)]
pub struct OutputMessages(Vec<AssistantMessage>);

/// The output messages of a response that this crate parsed. Unlike in [`OutputMessages`], there
/// may be tool messages, for tools that the API runs on its own servers.
pub(crate) struct ParsedMessages(pub(crate) Vec<Message>);

/// The prompts of a request to a text completion API, which has text in place of chat messages.
pub(crate) struct Prompts(pub(crate) Vec<String>);

/// The images that a model generated.
pub(crate) struct OutputImages(pub(crate) Vec<Image>);

/// The completions in the response of a text completion API.
pub(crate) struct Choices(pub(crate) Vec<String>);

impl FromIterator<Message> for InputMessages {
    fn from_iter<I: IntoIterator<Item = Message>>(messages: I) -> Self {
        InputMessages(messages.into_iter().collect())
    }
}

impl FromIterator<AssistantMessage> for OutputMessages {
    fn from_iter<I: IntoIterator<Item = AssistantMessage>>(messages: I) -> Self {
        OutputMessages(messages.into_iter().collect())
    }
}

macro_rules! record_list {
    ($($list:ident: $key:expr, |$attributes:ident, $item:ident| $write:expr;)*) => {$(
        impl Record for $list {
            fn record(&self, attributes: &mut Attributes) {
                attributes.list($key, &self.0, |$attributes, $item| $write);
            }
        }
    )*};
}

record_list! {
    InputMessages: keys::LLM_INPUT_MESSAGES, |attributes, message| message.write(attributes);
    OutputMessages: keys::LLM_OUTPUT_MESSAGES, |attributes, message| message.write(attributes);
    ParsedMessages: keys::LLM_OUTPUT_MESSAGES, |attributes, message| message.write(attributes);
    Prompts: keys::LLM_PROMPTS, |attributes, text| attributes.set(keys::PROMPT_TEXT, text);
    OutputImages: keys::OUTPUT_IMAGES, |attributes, image| image.write(attributes);
    Choices: keys::LLM_CHOICES, |attributes, text| attributes.set(keys::COMPLETION_TEXT, text);
}
