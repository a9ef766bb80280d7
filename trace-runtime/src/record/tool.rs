//! The tools that a model may call, and the calls that it makes.

use super::{Attributes, Json, Record};
use crate::openinference::keys;
use serde::Serialize;

/// A tool call that a model requests. Only an [`AssistantMessage`](super::AssistantMessage) has
/// tool calls.
///
/// Attributes, below `message.tool_calls.N`: `tool_call.id`, `tool_call.function.name`,
/// `tool_call.function.arguments` (JSON) and `tool_call.reasoning_signature`.
///
/// ```
/// use trace_runtime::record::{Json, ToolCall};
///
/// let call = ToolCall::new("get_weather", Json::from_text(r#"{"city": "Rome"}"#)).id("call_1");
/// # let _ = call;
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ToolCall {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) id: Option<String>,
    pub(crate) name: String,
    pub(crate) arguments: Json,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reasoning_signature: Option<String>,
}

impl ToolCall {
    /// Creates a call from the name of the tool and its arguments, a JSON object.
    ///
    /// ```
    /// use trace_runtime::record::{AssistantMessage, Attributes, Json, OutputMessages, ToolCall};
    ///
    /// let call = ToolCall::new("weather", Json::from_text(r#"{"city": "Rome"}"#));
    /// let answer = OutputMessages::from_iter([AssistantMessage::default().tool_call(call)]);
    /// let key = "llm.output_messages.0.message.tool_calls.0.tool_call.function.arguments";
    /// assert_eq!(Attributes::of(&answer).get(key), Some(&r#"{"city": "Rome"}"#.into()));
    /// ```
    #[must_use]
    pub fn new(name: impl Into<String>, arguments: impl Into<Json>) -> Self {
        ToolCall {
            id: None,
            name: name.into(),
            arguments: arguments.into(),
            reasoning_signature: None,
        }
    }

    /// Sets the id of the call. The [`ToolMessage`](super::ToolMessage) with its result refers to
    /// this id.
    ///
    /// ```
    /// use trace_runtime::record::{AssistantMessage, Attributes, Json, OutputMessages, ToolCall};
    ///
    /// let call = ToolCall::new("weather", Json::from_text("{}")).id("call_1");
    /// let answer = OutputMessages::from_iter([AssistantMessage::default().tool_call(call)]);
    /// let key = "llm.output_messages.0.message.tool_calls.0.tool_call.id";
    /// assert_eq!(Attributes::of(&answer).get(key), Some(&"call_1".into()));
    /// ```
    #[must_use]
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// Sets the signature of the reasoning before the call (`thoughtSignature` of Gemini). The API
    /// uses it to check that reasoning which is sent back is unchanged.
    ///
    /// ```
    /// use trace_runtime::record::{AssistantMessage, Attributes, Json, OutputMessages, ToolCall};
    ///
    /// let call = ToolCall::new("weather", Json::from_text("{}")).reasoning_signature("EqQB");
    /// let answer = OutputMessages::from_iter([AssistantMessage::default().tool_call(call)]);
    /// let key = "llm.output_messages.0.message.tool_calls.0.tool_call.reasoning_signature";
    /// assert_eq!(Attributes::of(&answer).get(key), Some(&"EqQB".into()));
    /// ```
    #[must_use]
    pub fn reasoning_signature(mut self, signature: impl Into<String>) -> Self {
        self.reasoning_signature = Some(signature.into());
        self
    }

    pub(super) fn write(&self, attributes: &mut Attributes) {
        attributes.set(keys::TOOL_CALL_ID, &self.id);
        attributes.set(keys::TOOL_CALL_NAME, &self.name);
        attributes.set(keys::TOOL_CALL_ARGUMENTS, &self.arguments);
        attributes.set(keys::TOOL_CALL_REASONING_SIGNATURE, &self.reasoning_signature);
    }
}

/// A tool that a model may call.
///
/// Attributes, below `llm.tools.N`: `tool.json_schema` (JSON), `tool.name` and `tool.description`.
///
/// The definition of an annotated function ([`ToolDefinition`](crate::tool::ToolDefinition))
/// converts to a tool with `Tool::from(WEATHER)`.
///
/// ```
/// use trace_runtime::record::{Json, Tool};
///
/// let function = r#"{"type": "function", "function": {"name": "weather"}}"#;
/// let tool = Tool::new(Json::from_text(function)).description("Looks up the weather of a city.");
/// # let _ = tool;
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Tool {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    json_schema: Json,
}

impl Tool {
    /// Creates a tool from its definition as it is sent to the model: the whole JSON object,
    /// including the name and description in it.
    ///
    /// ```
    /// use trace_runtime::record::{Attributes, Json, Tool, Tools};
    ///
    /// let weather = Tool::new(Json::from_text(r#"{"name": "weather"}"#));
    /// let attributes = Attributes::of(&Tools::from_iter([weather]));
    /// let value = attributes.get("llm.tools.0.tool.json_schema");
    /// assert_eq!(value, Some(&r#"{"name": "weather"}"#.into()));
    /// ```
    #[must_use]
    pub fn new(json_schema: impl Into<Json>) -> Self {
        Tool { name: None, description: None, json_schema: json_schema.into() }
    }

    /// Sets the name of the tool, if the definition does not contain it.
    ///
    /// ```
    /// use trace_runtime::record::{Attributes, Json, Tool, Tools};
    ///
    /// let weather = Tool::new(Json::from_text("{}")).name("weather");
    /// let attributes = Attributes::of(&Tools::from_iter([weather]));
    /// assert_eq!(attributes.get("llm.tools.0.tool.name"), Some(&"weather".into()));
    /// ```
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Sets the description of the tool, if the definition does not contain it.
    ///
    /// ```
    /// use trace_runtime::record::{Attributes, Json, Tool, Tools};
    ///
    /// let weather = Tool::new(Json::from_text("{}")).description("The weather.");
    /// let attributes = Attributes::of(&Tools::from_iter([weather]));
    /// assert_eq!(attributes.get("llm.tools.0.tool.description"), Some(&"The weather.".into()));
    /// ```
    #[must_use]
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.description = Some(description.into());
        self
    }
}

/// The tools that a model may call.
///
/// Attributes: `llm.tools.N.tool.*`.
///
/// ```
/// use trace_runtime::record::{Json, Tool, Tools};
///
/// let weather = Json::from_text(r#"{"type": "function", "function": {"name": "weather"}}"#);
/// let tools = Tools::from_iter([Tool::new(weather)]);
/// trace_runtime::current_span().record(&tools);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Tools(Vec<Tool>);

impl FromIterator<Tool> for Tools {
    fn from_iter<I: IntoIterator<Item = Tool>>(tools: I) -> Self {
        Tools(tools.into_iter().collect())
    }
}

impl Record for Tools {
    fn record(&self, attributes: &mut Attributes) {
        attributes.list(keys::LLM_TOOLS, &self.0, |attributes, tool| {
            attributes.set(keys::TOOL_NAME, &tool.name);
            attributes.set(keys::TOOL_DESCRIPTION, &tool.description);
            attributes.set(keys::TOOL_JSON_SCHEMA, &tool.json_schema);
        });
    }
}
