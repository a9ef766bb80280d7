//! The model of an LLM call, its settings, and the reason why it stopped.

use super::{Attributes, Json, Record};
use crate::openinference::keys;
use serde::Serialize;

/// The model of an LLM call: the names in the request and the response, the vendor of the model and
/// the provider that served it.
///
/// Attributes: `llm.model_name`, `llm.request.model_name`, `llm.response.model_name`, `llm.system`
/// and `llm.provider`.
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
    /// Sets the name in the request. It is `llm.model_name` as well, unless the response has one.
    ///
    /// ```
    /// use trace_runtime::record::{Attributes, LlmModel};
    ///
    /// let attributes = Attributes::of(&LlmModel::default().requested("gpt-4o"));
    /// assert_eq!(attributes.get("llm.request.model_name"), Some(&"gpt-4o".into()));
    /// ```
    #[must_use]
    pub fn requested(mut self, model: impl Into<String>) -> Self {
        self.requested = Some(model.into());
        self
    }

    /// Sets the name in the response, which is often more exact. It is `llm.model_name` as well.
    ///
    /// ```
    /// use trace_runtime::record::{Attributes, LlmModel};
    ///
    /// let attributes = Attributes::of(&LlmModel::default().responded("gpt-4o-2024-08-06"));
    /// assert_eq!(attributes.get("llm.model_name"), Some(&"gpt-4o-2024-08-06".into()));
    /// ```
    #[must_use]
    pub fn responded(mut self, model: impl Into<String>) -> Self {
        self.responded = Some(model.into());
        self
    }

    /// Sets the vendor of the model: `openai`, `anthropic`, `cohere`, `mistralai`, `vertexai`...
    /// It is written in lower case.
    ///
    /// ```
    /// use trace_runtime::record::{Attributes, LlmModel};
    ///
    /// let attributes = Attributes::of(&LlmModel::default().system("OpenAI"));
    /// assert_eq!(attributes.get("llm.system"), Some(&"openai".into()));
    /// ```
    #[must_use]
    pub fn system(mut self, system: impl AsRef<str>) -> Self {
        self.system = Some(system.as_ref().to_lowercase());
        self
    }

    /// Sets the provider that served the model: `openai`, `azure`, `aws`, `google`, `groq`,
    /// `ollama`... It is written in lower case.
    ///
    /// ```
    /// use trace_runtime::record::{Attributes, LlmModel};
    ///
    /// let attributes = Attributes::of(&LlmModel::default().provider("Azure"));
    /// assert_eq!(attributes.get("llm.provider"), Some(&"azure".into()));
    /// ```
    #[must_use]
    pub fn provider(mut self, provider: impl AsRef<str>) -> Self {
        self.provider = Some(provider.as_ref().to_lowercase());
        self
    }
}

impl Record for LlmModel {
    fn record(&self, attributes: &mut Attributes) {
        // Backends price a call by `llm.model_name`. An alias in the request (`gpt-4o`) may have
        // another price than the version that answered.
        let name = self.responded.as_ref().or(self.requested.as_ref());
        attributes.set(keys::LLM_MODEL_NAME, name);
        attributes.set(keys::LLM_REQUEST_MODEL_NAME, &self.requested);
        attributes.set(keys::LLM_RESPONSE_MODEL_NAME, &self.responded);
        attributes.set(keys::LLM_SYSTEM, &self.system);
        attributes.set(keys::LLM_PROVIDER, &self.provider);
    }
}

/// The settings of an LLM call, such as its temperature.
///
/// Attribute: `llm.invocation_parameters` (JSON).
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
    /// Creates settings from a JSON object.
    ///
    /// ```
    /// use trace_runtime::record::{Attributes, InvocationParameters};
    ///
    /// let parameters = InvocationParameters::new(serde_json::json!({"temperature": 0.2}));
    /// let attributes = Attributes::of(&parameters);
    /// let value = attributes.get("llm.invocation_parameters");
    /// assert_eq!(value, Some(&r#"{"temperature":0.2}"#.into()));
    /// ```
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

/// The reason why the model stopped, spelled as its API spells it.
///
/// Attribute: `llm.finish_reason`.
///
/// ```
/// use trace_runtime::record::FinishReason;
///
/// trace_runtime::current_span().record(&FinishReason::new("length"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct FinishReason(String);

impl FinishReason {
    /// Creates a reason such as `stop`, `length` or `tool_calls`.
    ///
    /// ```
    /// use trace_runtime::record::{Attributes, FinishReason};
    ///
    /// let attributes = Attributes::of(&FinishReason::new("length"));
    /// assert_eq!(attributes.get("llm.finish_reason"), Some(&"length".into()));
    /// ```
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
