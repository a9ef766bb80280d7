//! A call of a tool that a model asks for.

use super::attributes::Attributes;
use super::json::Json;
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
