//! The messages that went into a model, and those that came out.

use super::{AssistantMessage, Attributes, Message, Record};
use crate::openinference::keys;
use serde::Serialize;

/// The messages that a model was given: `llm.input_messages`.
///
/// ```
/// use trace_runtime::record::{InputMessages, SystemMessage, UserMessage};
///
/// let messages = InputMessages::default()
///     .message(SystemMessage::new("Be brief."))
///     .message(UserMessage::new("Say hello"));
/// trace_runtime::current_span().record(&messages);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(transparent)]
pub struct InputMessages(Vec<Message>);

impl InputMessages {
    /// One more message, after those there are.
    #[must_use]
    pub fn message(mut self, message: impl Into<Message>) -> Self {
        self.0.push(message.into());
        self
    }
}

impl FromIterator<Message> for InputMessages {
    fn from_iter<I: IntoIterator<Item = Message>>(messages: I) -> Self {
        InputMessages(messages.into_iter().collect())
    }
}

impl Record for InputMessages {
    fn record(&self, attributes: &mut Attributes) {
        attributes.list(keys::LLM_INPUT_MESSAGES, &self.0, |attributes, message| {
            message.write(attributes);
        });
    }
}

/// The messages that a model answered with, one for each choice: `llm.output_messages`.
///
/// ```
/// use trace_runtime::record::{AssistantMessage, OutputMessages};
///
/// let answer = OutputMessages::from_iter([AssistantMessage::new("Hello")]);
/// trace_runtime::current_span().record(&answer);
/// ```
///
/// A model answers with nothing but an assistant's messages:
///
/// ```compile_fail
/// use trace_runtime::record::{OutputMessages, UserMessage};
///
/// OutputMessages::from_iter([UserMessage::new("Hello")]);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(transparent)]
pub struct OutputMessages(Vec<AssistantMessage>);

impl FromIterator<AssistantMessage> for OutputMessages {
    fn from_iter<I: IntoIterator<Item = AssistantMessage>>(messages: I) -> Self {
        OutputMessages(messages.into_iter().collect())
    }
}

impl Record for OutputMessages {
    fn record(&self, attributes: &mut Attributes) {
        attributes.list(keys::LLM_OUTPUT_MESSAGES, &self.0, |attributes, message| {
            message.write(attributes);
        });
    }
}

/// What an API answered: messages of the model, and of the tools that the API ran by itself.
pub(crate) struct Answer(pub(crate) Vec<Message>);

impl Record for Answer {
    fn record(&self, attributes: &mut Attributes) {
        attributes.list(keys::LLM_OUTPUT_MESSAGES, &self.0, |attributes, message| {
            message.write(attributes);
        });
    }
}

/// The texts that a model was to complete.
pub(crate) struct Prompts(pub(crate) Vec<String>);

impl Record for Prompts {
    fn record(&self, attributes: &mut Attributes) {
        attributes.list(keys::LLM_PROMPTS, &self.0, |attributes, text| {
            attributes.set(keys::PROMPT_TEXT, text);
        });
    }
}

/// The texts that it completed them with.
pub(crate) struct Choices(pub(crate) Vec<String>);

impl Record for Choices {
    fn record(&self, attributes: &mut Attributes) {
        attributes.list(keys::LLM_CHOICES, &self.0, |attributes, text| {
            attributes.set(keys::COMPLETION_TEXT, text);
        });
    }
}
