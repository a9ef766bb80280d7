//! The cost of a call: `llm.cost`.

use super::{Attributes, Record};
use crate::openinference::keys;
use serde::Serialize;

/// The cost of a call in US dollars.
///
/// The costs of prompt and completion include all details below them, as token counts do. An amount
/// that is not finite is not recorded.
///
/// Attributes, below `llm.cost`: `prompt`, `completion`, `total`, `prompt_details.input`,
/// `prompt_details.cache_read`, `prompt_details.cache_write`, `prompt_details.audio`,
/// `completion_details.output`, `completion_details.reasoning` and `completion_details.audio`.
///
/// Responses that state their cost need none of this, and with the feature `cost` the cost of known
/// models is estimated.
///
/// ```
/// use trace_runtime::record::Cost;
///
/// trace_runtime::current_span().record(&Cost::new(0.0021, 0.0010));
/// trace_runtime::current_span().record(&Cost::of_total(0.0031));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Cost {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) prompt: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) completion: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) total: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) input: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) cache_read: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) cache_write: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) prompt_audio: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) output: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reasoning: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) completion_audio: Option<f64>,
}

impl Cost {
    /// Creates a cost from that of the prompt and that of the completion. The total is their sum.
    ///
    /// ```
    /// use trace_runtime::record::{Attributes, Cost};
    ///
    /// let attributes = Attributes::of(&Cost::new(0.5, 0.25));
    /// assert_eq!(attributes.get("llm.cost.total"), Some(&0.75.into()));
    /// ```
    #[must_use]
    pub fn new(prompt: f64, completion: f64) -> Self {
        Cost {
            prompt: Some(prompt),
            completion: Some(completion),
            total: Some(prompt + completion),
            ..Cost::default()
        }
    }

    /// Creates a cost of which only the total is known.
    ///
    /// ```
    /// use trace_runtime::record::{Attributes, Cost};
    ///
    /// let attributes = Attributes::of(&Cost::of_total(0.5));
    /// assert_eq!(attributes.get("llm.cost.total"), Some(&0.5.into()));
    /// ```
    #[must_use]
    pub fn of_total(total: f64) -> Self {
        Cost { total: Some(total), ..Cost::default() }
    }

    /// Sets the total, if it differs from the sum of prompt and completion.
    ///
    /// ```
    /// use trace_runtime::record::{Attributes, Cost};
    ///
    /// let attributes = Attributes::of(&Cost::new(0.5, 0.25).total(0.7));
    /// assert_eq!(attributes.get("llm.cost.total"), Some(&0.7.into()));
    /// ```
    #[must_use]
    pub fn total(mut self, total: f64) -> Self {
        self.total = Some(total);
        self
    }

    /// Sets the cost of the prompt tokens that were read from a cache.
    ///
    /// ```
    /// use trace_runtime::record::{Attributes, Cost};
    ///
    /// let attributes = Attributes::of(&Cost::new(0.5, 0.25).cache_read(0.1));
    /// assert_eq!(attributes.get("llm.cost.prompt_details.cache_read"), Some(&0.1.into()));
    /// ```
    #[must_use]
    pub fn cache_read(mut self, cost: f64) -> Self {
        self.cache_read = Some(cost);
        self
    }

    /// Sets the cost of the prompt tokens that were written to a cache.
    ///
    /// ```
    /// use trace_runtime::record::{Attributes, Cost};
    ///
    /// let attributes = Attributes::of(&Cost::new(0.5, 0.25).cache_write(0.1));
    /// assert_eq!(attributes.get("llm.cost.prompt_details.cache_write"), Some(&0.1.into()));
    /// ```
    #[must_use]
    pub fn cache_write(mut self, cost: f64) -> Self {
        self.cache_write = Some(cost);
        self
    }

    /// Sets the cost of the completion tokens that were reasoning.
    ///
    /// ```
    /// use trace_runtime::record::{Attributes, Cost};
    ///
    /// let attributes = Attributes::of(&Cost::new(0.5, 0.25).reasoning(0.1));
    /// assert_eq!(attributes.get("llm.cost.completion_details.reasoning"), Some(&0.1.into()));
    /// ```
    #[must_use]
    pub fn reasoning(mut self, cost: f64) -> Self {
        self.reasoning = Some(cost);
        self
    }
}

impl Record for Cost {
    fn record(&self, attributes: &mut Attributes) {
        let mut set =
            |key, cost: Option<f64>| attributes.set(key, cost.filter(|cost| cost.is_finite()));
        set(keys::LLM_COST_PROMPT, self.prompt);
        set(keys::LLM_COST_COMPLETION, self.completion);
        set(keys::LLM_COST_TOTAL, self.total);
        set(keys::LLM_COST_INPUT, self.input);
        set(keys::LLM_COST_CACHE_READ, self.cache_read);
        set(keys::LLM_COST_CACHE_WRITE, self.cache_write);
        set(keys::LLM_COST_PROMPT_AUDIO, self.prompt_audio);
        set(keys::LLM_COST_OUTPUT, self.output);
        set(keys::LLM_COST_REASONING, self.reasoning);
        set(keys::LLM_COST_COMPLETION_AUDIO, self.completion_audio);
    }
}
