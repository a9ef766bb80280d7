//! The messages of a conversation, one type for each role.

use super::Record;
use super::attributes::Attributes;
use super::content::{AssistantPart, Content};
use super::tool::ToolCall;
use crate::openinference::keys;
use serde::Serialize;

/// A message of any role.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "role", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Message {
    /// Instructions.
    System(SystemMessage),
    /// Instructions, where the API tells a developer's from the platform's.
    Developer(SystemMessage),
    /// What the user said.
    User(UserMessage),
    /// What the model said.
    Assistant(AssistantMessage),
    /// What a tool answered.
    Tool(ToolMessage),
}

/// Instructions to the model.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SystemMessage {
    content: Content,
}

impl SystemMessage {
    /// Instructions, as text or parts.
    #[must_use]
    pub fn new(content: impl Into<Content>) -> Self {
        SystemMessage { content: content.into() }
    }
}

/// What a user said.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct UserMessage {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
    pub(crate) content: Content,
}

impl UserMessage {
    /// A message, as text or parts.
    #[must_use]
    pub fn new(content: impl Into<Content>) -> Self {
        UserMessage { name: None, content: content.into() }
    }

    /// Who said it, among several users.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }
}

/// What a model said and which tools it called.
///
/// ```
/// use trace_runtime::record::{AssistantMessage, AssistantPart, Json, Reasoning, ToolCall};
///
/// let thought = Reasoning::new("The weather is asked for.");
/// let message = AssistantMessage::new([thought.into(), AssistantPart::text("Let me look.")])
///     .tool_call(ToolCall::new("weather", Json::from_text("{}")).id("call_1"));
/// # let _ = message;
/// ```
///
/// Other messages have no tool calls:
///
/// ```compile_fail
/// use trace_runtime::record::{Json, ToolCall, UserMessage};
///
/// UserMessage::new("hi").tool_call(ToolCall::new("weather", Json::from_text("{}")));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct AssistantMessage {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
    pub(crate) content: Content<AssistantPart>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) tool_calls: Vec<ToolCall>,
}

impl AssistantMessage {
    /// A message, as text or parts. For tool calls alone, begin with `default()`.
    #[must_use]
    pub fn new(content: impl Into<Content<AssistantPart>>) -> Self {
        AssistantMessage { content: content.into(), ..AssistantMessage::default() }
    }

    /// A call of a tool, after those there are.
    #[must_use]
    pub fn tool_call(mut self, tool_call: ToolCall) -> Self {
        self.tool_calls.push(tool_call);
        self
    }

    /// Who said it, among several assistants.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    pub(super) fn write(&self, attributes: &mut Attributes) {
        write(attributes, "assistant", self.name.as_deref());
        self.content.write(attributes);
        attributes.list(keys::MESSAGE_TOOL_CALLS, &self.tool_calls, |attributes, tool_call| {
            tool_call.write(attributes);
        });
    }
}

/// What a tool answered to a call.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ToolMessage {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) tool_call_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
    pub(crate) content: Content,
}

impl ToolMessage {
    /// The answer to the call with this id.
    #[must_use]
    pub fn new(tool_call_id: impl Into<String>, content: impl Into<Content>) -> Self {
        let (tool_call_id, content) = (Some(tool_call_id.into()), content.into());
        ToolMessage { tool_call_id, name: None, content }
    }

    /// The answer of the tool with this name, for APIs whose calls have no id.
    #[must_use]
    pub fn of_tool(name: impl Into<String>, content: impl Into<Content>) -> Self {
        ToolMessage { tool_call_id: None, name: Some(name.into()), content: content.into() }
    }

    /// The tool's name.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }
}

macro_rules! messages {
    ($($message:ident => $variant:ident),*) => {$(
        impl From<$message> for Message {
            fn from(message: $message) -> Self {
                Message::$variant(message)
            }
        }
    )*};
}

messages! {
    SystemMessage => System,
    UserMessage => User,
    AssistantMessage => Assistant,
    ToolMessage => Tool
}

impl Message {
    pub(super) fn write(&self, attributes: &mut Attributes) {
        match self {
            Message::System(message) => {
                write(attributes, "system", None);
                message.content.write(attributes);
            }
            Message::Developer(message) => {
                write(attributes, "developer", None);
                message.content.write(attributes);
            }
            Message::User(message) => {
                write(attributes, "user", message.name.as_deref());
                message.content.write(attributes);
            }
            Message::Assistant(message) => message.write(attributes),
            Message::Tool(message) => {
                write(attributes, "tool", message.name.as_deref());
                attributes.set(keys::MESSAGE_TOOL_CALL_ID, &message.tool_call_id);
                message.content.write(attributes);
            }
        }
    }
}

fn write(attributes: &mut Attributes, role: &str, name: Option<&str>) {
    attributes.set(keys::MESSAGE_ROLE, role);
    attributes.set(keys::MESSAGE_NAME, name);
}

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
