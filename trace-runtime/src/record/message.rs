//! The messages of a conversation: one type for each role.

use super::attributes::Attributes;
use super::content::{AssistantPart, Content};
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
    ///
    /// ```
    /// use trace_runtime::record::{Attributes, InputMessages, SystemMessage};
    ///
    /// let messages = InputMessages::default().message(SystemMessage::new("Be brief."));
    /// let attributes = Attributes::of(&messages);
    /// assert_eq!(attributes.get("llm.input_messages.0.message.role"), Some(&"system".into()));
    /// ```
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
    ///
    /// ```
    /// use trace_runtime::record::{Attributes, InputMessages, UserMessage};
    ///
    /// let messages = InputMessages::default().message(UserMessage::new("Hello"));
    /// let attributes = Attributes::of(&messages);
    /// assert_eq!(attributes.get("llm.input_messages.0.message.content"), Some(&"Hello".into()));
    /// ```
    #[must_use]
    pub fn new(content: impl Into<Content>) -> Self {
        UserMessage { name: None, content: content.into() }
    }

    /// Sets the name of the user (`message.name`), if there are several.
    ///
    /// ```
    /// use trace_runtime::record::{Attributes, InputMessages, UserMessage};
    ///
    /// let messages = InputMessages::default().message(UserMessage::new("Hello").name("Ada"));
    /// let attributes = Attributes::of(&messages);
    /// assert_eq!(attributes.get("llm.input_messages.0.message.name"), Some(&"Ada".into()));
    /// ```
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
    ///
    /// ```
    /// use trace_runtime::record::{AssistantMessage, Attributes, InputMessages};
    ///
    /// let messages = InputMessages::default().message(AssistantMessage::new("Hello"));
    /// let attributes = Attributes::of(&messages);
    /// assert_eq!(attributes.get("llm.input_messages.0.message.role"), Some(&"assistant".into()));
    /// ```
    #[must_use]
    pub fn new(content: impl Into<Content<AssistantPart>>) -> Self {
        AssistantMessage { content: content.into(), ..AssistantMessage::default() }
    }

    /// Appends a tool call (`message.tool_calls.N.tool_call.*`).
    ///
    /// ```
    /// use trace_runtime::record::{AssistantMessage, Attributes, Json, OutputMessages, ToolCall};
    ///
    /// let call = ToolCall::new("weather", Json::from_text("{}"));
    /// let answer = OutputMessages::from_iter([AssistantMessage::default().tool_call(call)]);
    /// let name = "llm.output_messages.0.message.tool_calls.0.tool_call.function.name";
    /// assert_eq!(Attributes::of(&answer).get(name), Some(&"weather".into()));
    /// ```
    #[must_use]
    pub fn tool_call(mut self, tool_call: ToolCall) -> Self {
        self.tool_calls.push(tool_call);
        self
    }

    /// Sets the name of the assistant (`message.name`), if there are several.
    ///
    /// ```
    /// use trace_runtime::record::{AssistantMessage, Attributes, InputMessages};
    ///
    /// let message = AssistantMessage::new("Hello").name("guide");
    /// let messages = InputMessages::default().message(message);
    /// let attributes = Attributes::of(&messages);
    /// assert_eq!(attributes.get("llm.input_messages.0.message.name"), Some(&"guide".into()));
    /// ```
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    pub(super) fn write(&self, attributes: &mut Attributes) {
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
    ///
    /// ```
    /// use trace_runtime::record::{Attributes, InputMessages, ToolMessage};
    ///
    /// let messages = InputMessages::default().message(ToolMessage::new("call_1", "sun"));
    /// let attributes = Attributes::of(&messages);
    /// let value = attributes.get("llm.input_messages.0.message.tool_call_id");
    /// assert_eq!(value, Some(&"call_1".into()));
    /// ```
    #[must_use]
    pub fn new(tool_call_id: impl Into<String>, content: impl Into<Content>) -> Self {
        let (tool_call_id, content) = (Some(tool_call_id.into()), content.into());
        ToolMessage { tool_call_id, name: None, content }
    }

    /// Creates the result of a call of the tool with this name, for APIs whose calls have no id
    /// (Gemini and Ollama).
    ///
    /// ```
    /// use trace_runtime::record::{Attributes, InputMessages, ToolMessage};
    ///
    /// let messages = InputMessages::default().message(ToolMessage::of_tool("weather", "sun"));
    /// let attributes = Attributes::of(&messages);
    /// assert_eq!(attributes.get("llm.input_messages.0.message.name"), Some(&"weather".into()));
    /// ```
    #[must_use]
    pub fn of_tool(name: impl Into<String>, content: impl Into<Content>) -> Self {
        ToolMessage { tool_call_id: None, name: Some(name.into()), content: content.into() }
    }

    /// Sets the name of the tool (`message.name`).
    ///
    /// ```
    /// use trace_runtime::record::{Attributes, InputMessages, ToolMessage};
    ///
    /// let message = ToolMessage::new("call_1", "sun").name("weather");
    /// let messages = InputMessages::default().message(message);
    /// let attributes = Attributes::of(&messages);
    /// assert_eq!(attributes.get("llm.input_messages.0.message.name"), Some(&"weather".into()));
    /// ```
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
    pub(super) fn write(&self, attributes: &mut Attributes) {
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
