//! The tools that a model may call: `llm.tools`.

use super::{Attributes, Json, Record};
use crate::openinference::keys;
use serde::Serialize;

/// A call of a tool: only an [`AssistantMessage`](super::AssistantMessage) has them.
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
    /// The tool's name, and its arguments as a JSON object.
    #[must_use]
    pub fn new(name: impl Into<String>, arguments: impl Into<Json>) -> Self {
        ToolCall {
            id: None,
            name: name.into(),
            arguments: arguments.into(),
            reasoning_signature: None,
        }
    }

    /// What the answer to the call refers to.
    #[must_use]
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// What proves to the API that the reasoning behind the call was not changed (Gemini's
    /// `thoughtSignature`).
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

/// A tool as the model is told of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ToolDefinition {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    json_schema: Json,
}

impl ToolDefinition {
    /// The definition as it is sent to the model, name and description included.
    #[must_use]
    pub fn new(json_schema: impl Into<Json>) -> Self {
        ToolDefinition { name: None, description: None, json_schema: json_schema.into() }
    }

    /// The tool's name, where the schema does not say it.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// What the tool is for, where the schema does not say it.
    #[must_use]
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.description = Some(description.into());
        self
    }
}

/// The definition of an annotated function, as OpenAI's chat completions take it.
impl From<crate::ToolDefinition> for ToolDefinition {
    fn from(tool: crate::ToolDefinition) -> Self {
        ToolDefinition::new(Json::of(&tool)).name(tool.name()).description(tool.description())
    }
}

/// The tools that a model may call: `llm.tools`.
///
/// ```
/// use trace_runtime::record::{Json, ToolDefinition, ToolDefinitions};
///
/// let weather = Json::from_text(r#"{"type": "function", "function": {"name": "weather"}}"#);
/// let tools = ToolDefinitions::from_iter([ToolDefinition::new(weather)]);
/// trace_runtime::current_span().record(&tools);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct ToolDefinitions(Vec<ToolDefinition>);

impl FromIterator<ToolDefinition> for ToolDefinitions {
    fn from_iter<I: IntoIterator<Item = ToolDefinition>>(tools: I) -> Self {
        ToolDefinitions(tools.into_iter().collect())
    }
}

impl Record for ToolDefinitions {
    fn record(&self, attributes: &mut Attributes) {
        attributes.list(keys::LLM_TOOLS, &self.0, |attributes, tool| {
            attributes.set(keys::TOOL_NAME, &tool.name);
            attributes.set(keys::TOOL_DESCRIPTION, &tool.description);
            attributes.set(keys::TOOL_JSON_SCHEMA, &tool.json_schema);
        });
    }
}
