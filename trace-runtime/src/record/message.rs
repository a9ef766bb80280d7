//! The messages of a conversation: one type for each role, and the lists for input and output.

use super::Record;
use super::attributes::Attributes;
use super::content::{AssistantPart, Content};
use super::media::Image;
use super::tool::ToolCall;
use crate::openinference::keys;
use serde::Serialize;

/// A message of any role.
///
/// Attributes, below `llm.input_messages.N` or `llm.output_messages.N`: `message.role`,
/// `message.name`, `message.content` or `message.contents`, `message.tool_calls` and
/// `message.tool_call_id`.
///
/// ```
/// use trace_runtime::record::{Message, SystemMessage, UserMessage};
///
/// let messages: [Message; 2] =
///     [SystemMessage::new("Be brief.").into(), UserMessage::new("Hello").into()];
/// # let _ = messages;
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "role", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Message {
    /// Instructions to the model.
    System(SystemMessage),
    /// Instructions by the developer, for APIs that distinguish them from those of the platform.
    Developer(SystemMessage),
    /// A message of the user.
    User(UserMessage),
    /// A message of the model.
    Assistant(AssistantMessage),
    /// The result of a tool call.
    Tool(ToolMessage),
}

/// Instructions to the model. The role is `system`, or `developer` in [`Message::Developer`].
///
/// ```
/// use trace_runtime::record::{InputMessages, SystemMessage};
///
/// let messages = InputMessages::default().message(SystemMessage::new("Be brief."));
/// trace_runtime::current_span().record(&messages);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SystemMessage {
    content: Content,
}

impl SystemMessage {
    /// Creates instructions from text or parts.
    #[must_use]
    pub fn new(content: impl Into<Content>) -> Self {
        SystemMessage { content: content.into() }
    }
}

/// A message of the user, with the role `user`.
///
/// ```
/// use trace_runtime::record::UserMessage;
///
/// let message = UserMessage::new("Where is the station?").name("Ada");
/// # let _ = message;
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct UserMessage {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
    pub(crate) content: Content,
}

impl UserMessage {
    /// Creates a message from text or parts.
    #[must_use]
    pub fn new(content: impl Into<Content>) -> Self {
        UserMessage { name: None, content: content.into() }
    }

    /// Sets the name of the user (`message.name`), if there are several.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }
}

/// A message of the model, with the role `assistant`, and the tools that it calls.
///
/// ```
/// use trace_runtime::record::{AssistantMessage, AssistantPart, Json, Reasoning, ToolCall};
///
/// let thought = Reasoning::new("The user asks for the weather.");
/// let message = AssistantMessage::new([thought.into(), AssistantPart::text("Let me look.")])
///     .tool_call(ToolCall::new("weather", Json::from_text("{}")).id("call_1"));
/// # let _ = message;
/// ```
///
/// Messages of other roles have no tool calls:
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
    /// Creates a message from text or parts. For a message of tool calls only, use `default()`.
    #[must_use]
    pub fn new(content: impl Into<Content<AssistantPart>>) -> Self {
        AssistantMessage { content: content.into(), ..AssistantMessage::default() }
    }

    /// Appends a tool call (`message.tool_calls.N.tool_call.*`).
    #[must_use]
    pub fn tool_call(mut self, tool_call: ToolCall) -> Self {
        self.tool_calls.push(tool_call);
        self
    }

    /// Sets the name of the assistant (`message.name`), if there are several.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    fn write(&self, attributes: &mut Attributes) {
        write_role(attributes, "assistant", self.name.as_deref());
        self.content.write(attributes);
        attributes.list(keys::MESSAGE_TOOL_CALLS, &self.tool_calls, |attributes, tool_call| {
            tool_call.write(attributes);
        });
    }
}

/// The result of a tool call, with the role `tool`.
///
/// ```
/// use trace_runtime::record::ToolMessage;
///
/// let result = ToolMessage::new("call_1", r#"{"celsius": 21}"#).name("weather");
/// # let _ = result;
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ToolMessage {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) tool_call_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
    pub(crate) content: Content,
}

impl ToolMessage {
    /// Creates the result of the call with this id (`message.tool_call_id`).
    #[must_use]
    pub fn new(tool_call_id: impl Into<String>, content: impl Into<Content>) -> Self {
        let (tool_call_id, content) = (Some(tool_call_id.into()), content.into());
        ToolMessage { tool_call_id, name: None, content }
    }

    /// Creates the result of a call of the tool with this name, for APIs whose calls have no id
    /// (Gemini and Ollama).
    #[must_use]
    pub fn of_tool(name: impl Into<String>, content: impl Into<Content>) -> Self {
        ToolMessage { tool_call_id: None, name: Some(name.into()), content: content.into() }
    }

    /// Sets the name of the tool (`message.name`).
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }
}

macro_rules! from_role {
    ($($message:ident => $variant:ident),*) => {$(
        impl From<$message> for Message {
            fn from(message: $message) -> Self {
                Message::$variant(message)
            }
        }
    )*};
}

from_role! {
    SystemMessage => System,
    UserMessage => User,
    AssistantMessage => Assistant,
    ToolMessage => Tool
}

impl Message {
    fn write(&self, attributes: &mut Attributes) {
        match self {
            Message::System(message) => {
                write_role(attributes, "system", None);
                message.content.write(attributes);
            }
            Message::Developer(message) => {
                write_role(attributes, "developer", None);
                message.content.write(attributes);
            }
            Message::User(message) => {
                write_role(attributes, "user", message.name.as_deref());
                message.content.write(attributes);
            }
            Message::Assistant(message) => message.write(attributes),
            Message::Tool(message) => {
                write_role(attributes, "tool", message.name.as_deref());
                attributes.set(keys::MESSAGE_TOOL_CALL_ID, &message.tool_call_id);
                message.content.write(attributes);
            }
        }
    }
}

fn write_role(attributes: &mut Attributes, role: &str, name: Option<&str>) {
    attributes.set(keys::MESSAGE_ROLE, role);
    attributes.set(keys::MESSAGE_NAME, name);
}

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
