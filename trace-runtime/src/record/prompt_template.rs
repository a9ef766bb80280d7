//! The template from which a prompt was rendered.

use super::{Attributes, Json, Record};
use crate::openinference::keys;
use serde::Serialize;

/// The template from which a prompt was rendered, with its variables and version.
///
/// Attributes: `llm.prompt_template.template`, `llm.prompt_template.variables` (JSON) and
/// `llm.prompt_template.version`. To set them on all spans of a scope, use
/// [`using_prompt_template`](crate::scope::using_prompt_template).
///
/// ```
/// use trace_runtime::record::{Json, PromptTemplate};
///
/// let template = PromptTemplate::new("Where is {city}?")
///     .variables(Json::from_text(r#"{"city": "Rome"}"#))
///     .version("v2");
/// trace_runtime::current_span().record(&template);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PromptTemplate {
    template: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    variables: Option<Json>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<String>,
}

impl PromptTemplate {
    /// Creates a template from its text, with the placeholders not filled in.
    #[must_use]
    pub fn new(template: impl Into<String>) -> Self {
        PromptTemplate { template: template.into(), variables: None, version: None }
    }

    /// Sets the values of the placeholders, a JSON object.
    #[must_use]
    pub fn variables(mut self, variables: impl Into<Json>) -> Self {
        self.variables = Some(variables.into());
        self
    }

    /// Sets the version of the template.
    #[must_use]
    pub fn version(mut self, version: impl Into<String>) -> Self {
        self.version = Some(version.into());
        self
    }
}

impl Record for PromptTemplate {
    fn record(&self, attributes: &mut Attributes) {
        attributes.set(keys::PROMPT_TEMPLATE, &self.template);
        attributes.set(keys::PROMPT_TEMPLATE_VARIABLES, &self.variables);
        attributes.set(keys::PROMPT_TEMPLATE_VERSION, &self.version);
    }
}
