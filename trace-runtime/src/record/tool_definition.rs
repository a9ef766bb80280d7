//! The tools that a model may call: `llm.tools`.

use super::{Attributes, Json, Record};
use crate::openinference::keys;
use serde::Serialize;

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
