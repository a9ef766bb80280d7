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
    ///
    /// ```
    /// use trace_runtime::record::{Attributes, PromptTemplate};
    ///
    /// let attributes = Attributes::of(&PromptTemplate::new("Where is {city}?"));
    /// let value = attributes.get("llm.prompt_template.template");
    /// assert_eq!(value, Some(&"Where is {city}?".into()));
    /// ```
    #[must_use]
    pub fn new(template: impl Into<String>) -> Self {
        PromptTemplate { template: template.into(), variables: None, version: None }
    }

    /// Sets the values of the placeholders, a JSON object.
    ///
    /// ```
    /// use trace_runtime::record::{Attributes, PromptTemplate};
    ///
    /// let template = PromptTemplate::new("Where is {city}?");
    /// let attributes = Attributes::of(&template.variables(serde_json::json!({"city": "Rome"})));
    /// let variables = attributes.get("llm.prompt_template.variables");
    /// assert_eq!(variables, Some(&r#"{"city":"Rome"}"#.into()));
    /// ```
    #[must_use]
    pub fn variables(mut self, variables: impl Into<Json>) -> Self {
        self.variables = Some(variables.into());
        self
    }

    /// Sets the version of the template.
    ///
    /// ```
    /// use trace_runtime::record::{Attributes, PromptTemplate};
    ///
    /// let attributes = Attributes::of(&PromptTemplate::new("Where is {city}?").version("v2"));
    /// assert_eq!(attributes.get("llm.prompt_template.version"), Some(&"v2".into()));
    /// ```
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
