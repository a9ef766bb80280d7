//! Which model answered, from whom, and how the call ended.

use super::{Attributes, Json, Record};
use crate::openinference::keys;
use serde::Serialize;

/// The model of an LLM call: its names, the vendor of the model and who served it.
///
/// ```
/// use trace_runtime::record::LlmModel;
///
/// let model = LlmModel::default()
///     .requested("gpt-4o")
///     .responded("gpt-4o-2024-08-06")
///     .system("openai")
///     .provider("azure");
/// trace_runtime::current_span().record(&model);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct LlmModel {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) requested: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) responded: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) system: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) provider: Option<String>,
}

impl LlmModel {
    /// The model that was asked for.
    #[must_use]
    pub fn requested(mut self, model: impl Into<String>) -> Self {
        self.requested = Some(model.into());
        self
    }

    /// The model that answered, as the response names it; it is `llm.model_name` too.
    #[must_use]
    pub fn responded(mut self, model: impl Into<String>) -> Self {
        self.responded = Some(model.into());
        self
    }

    /// Whose model it is, lower case: `openai`, `anthropic`, `cohere`, `mistralai`, `vertexai`...
    #[must_use]
    pub fn system(mut self, system: impl AsRef<str>) -> Self {
        self.system = Some(system.as_ref().to_lowercase());
        self
    }

    /// Who served it, lower case: `openai`, `azure`, `aws`, `google`, `groq`, `ollama`...
    #[must_use]
    pub fn provider(mut self, provider: impl AsRef<str>) -> Self {
        self.provider = Some(provider.as_ref().to_lowercase());
        self
    }
}

impl Record for LlmModel {
    fn record(&self, attributes: &mut Attributes) {
        let name = self.responded.as_ref().or(self.requested.as_ref());
        attributes.set(keys::LLM_MODEL_NAME, name);
        attributes.set(keys::LLM_REQUEST_MODEL_NAME, &self.requested);
        attributes.set(keys::LLM_RESPONSE_MODEL_NAME, &self.responded);
        attributes.set(keys::LLM_SYSTEM, &self.system);
        attributes.set(keys::LLM_PROVIDER, &self.provider);
    }
}

/// The settings of an LLM call, such as its temperature: `llm.invocation_parameters`.
///
/// ```
/// use trace_runtime::record::{InvocationParameters, Json};
///
/// let parameters = InvocationParameters::new(Json::from_text(r#"{"temperature": 0.2}"#));
/// trace_runtime::current_span().record(&parameters);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct InvocationParameters(Json);

impl InvocationParameters {
    /// A JSON object of the settings.
    #[must_use]
    pub fn new(parameters: impl Into<Json>) -> Self {
        InvocationParameters(parameters.into())
    }
}

impl Record for InvocationParameters {
    fn record(&self, attributes: &mut Attributes) {
        attributes.set(keys::LLM_INVOCATION_PARAMETERS, &self.0);
    }
}

/// Why the model stopped, in the words of its API: `llm.finish_reason`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct FinishReason(String);

impl FinishReason {
    /// The reason, such as `stop`, `length` or `tool_calls`.
    #[must_use]
    pub fn new(reason: impl Into<String>) -> Self {
        FinishReason(reason.into())
    }
}

impl Record for FinishReason {
    fn record(&self, attributes: &mut Attributes) {
        attributes.set(keys::LLM_FINISH_REASON, &self.0);
    }
}
