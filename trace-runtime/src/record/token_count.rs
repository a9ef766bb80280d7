//! The tokens of a call: `llm.token_count`.

use super::{Attributes, Record};
use crate::openinference::keys;
use serde::Serialize;

/// The number of tokens of a call.
///
/// The counts of prompt and completion include all details below them: of 1,300 prompt tokens,
/// 1,024 may be read from the cache. Backends subtract the details again, to price each at its own
/// rate. Anthropic and Bedrock report cached tokens separately from the input tokens; add them to
/// the prompt before you record it.
///
/// Attributes, below `llm.token_count`: `prompt`, `completion`, `total`,
/// `prompt_details.cache_read`, `prompt_details.cache_write`, `prompt_details.audio`,
/// `completion_details.reasoning` and `completion_details.audio`.
///
/// ```
/// use trace_runtime::record::TokenCount;
///
/// let tokens = TokenCount::new(1_300, 70).cache_read(1_024).reasoning(32);
/// trace_runtime::current_span().record(&tokens);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct TokenCount {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) prompt: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) completion: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) total: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) cache_read: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) cache_write: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) prompt_audio: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reasoning: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) completion_audio: Option<u64>,
}

impl TokenCount {
    /// Creates a count from all tokens of the prompt and all tokens of the completion. The total is
    /// their sum.
    ///
    /// ```
    /// use trace_runtime::record::{Attributes, TokenCount};
    ///
    /// let attributes = Attributes::of(&TokenCount::new(9, 2));
    /// assert_eq!(attributes.get("llm.token_count.total"), Some(&11.into()));
    /// ```
    #[must_use]
    pub fn new(prompt: u64, completion: u64) -> Self {
        TokenCount {
            prompt: Some(prompt),
            completion: Some(completion),
            total: Some(prompt.saturating_add(completion)),
            ..TokenCount::default()
        }
    }

    /// Creates a count for a call without a completion, such as one of an embedding model.
    ///
    /// ```
    /// use trace_runtime::record::{Attributes, TokenCount};
    ///
    /// let attributes = Attributes::of(&TokenCount::of_prompt(9));
    /// assert_eq!(attributes.get("llm.token_count.total"), Some(&9.into()));
    /// ```
    #[must_use]
    pub fn of_prompt(prompt: u64) -> Self {
        TokenCount { prompt: Some(prompt), total: Some(prompt), ..TokenCount::default() }
    }

    /// Sets the total, if it differs from the sum of prompt and completion.
    ///
    /// ```
    /// use trace_runtime::record::{Attributes, TokenCount};
    ///
    /// let attributes = Attributes::of(&TokenCount::new(9, 2).total(12));
    /// assert_eq!(attributes.get("llm.token_count.total"), Some(&12.into()));
    /// ```
    #[must_use]
    pub fn total(mut self, total: u64) -> Self {
        self.total = Some(total);
        self
    }

    /// Sets the number of prompt tokens that were read from a cache.
    ///
    /// ```
    /// use trace_runtime::record::{Attributes, TokenCount};
    ///
    /// let attributes = Attributes::of(&TokenCount::new(9, 2).cache_read(8));
    /// assert_eq!(attributes.get("llm.token_count.prompt_details.cache_read"), Some(&8.into()));
    /// ```
    #[must_use]
    pub fn cache_read(mut self, tokens: u64) -> Self {
        self.cache_read = Some(tokens);
        self
    }

    /// Sets the number of prompt tokens that were written to a cache.
    ///
    /// ```
    /// use trace_runtime::record::{Attributes, TokenCount};
    ///
    /// let attributes = Attributes::of(&TokenCount::new(9, 2).cache_write(8));
    /// assert_eq!(attributes.get("llm.token_count.prompt_details.cache_write"), Some(&8.into()));
    /// ```
    #[must_use]
    pub fn cache_write(mut self, tokens: u64) -> Self {
        self.cache_write = Some(tokens);
        self
    }

    /// Sets the number of prompt tokens that were audio.
    ///
    /// ```
    /// use trace_runtime::record::{Attributes, TokenCount};
    ///
    /// let attributes = Attributes::of(&TokenCount::new(9, 2).prompt_audio(4));
    /// assert_eq!(attributes.get("llm.token_count.prompt_details.audio"), Some(&4.into()));
    /// ```
    #[must_use]
    pub fn prompt_audio(mut self, tokens: u64) -> Self {
        self.prompt_audio = Some(tokens);
        self
    }

    /// Sets the number of completion tokens that were reasoning.
    ///
    /// ```
    /// use trace_runtime::record::{Attributes, TokenCount};
    ///
    /// let attributes = Attributes::of(&TokenCount::new(9, 2).reasoning(1));
    /// assert_eq!(attributes.get("llm.token_count.completion_details.reasoning"), Some(&1.into()));
    /// ```
    #[must_use]
    pub fn reasoning(mut self, tokens: u64) -> Self {
        self.reasoning = Some(tokens);
        self
    }

    /// Sets the number of completion tokens that were audio.
    ///
    /// ```
    /// use trace_runtime::record::{Attributes, TokenCount};
    ///
    /// let attributes = Attributes::of(&TokenCount::new(9, 2).completion_audio(1));
    /// assert_eq!(attributes.get("llm.token_count.completion_details.audio"), Some(&1.into()));
    /// ```
    #[must_use]
    pub fn completion_audio(mut self, tokens: u64) -> Self {
        self.completion_audio = Some(tokens);
        self
    }
}

impl Record for TokenCount {
    fn record(&self, attributes: &mut Attributes) {
        attributes.set(keys::LLM_TOKEN_COUNT_PROMPT, self.prompt);
        attributes.set(keys::LLM_TOKEN_COUNT_COMPLETION, self.completion);
        attributes.set(keys::LLM_TOKEN_COUNT_TOTAL, self.total);
        attributes.set(keys::LLM_TOKEN_COUNT_CACHE_READ, self.cache_read);
        attributes.set(keys::LLM_TOKEN_COUNT_CACHE_WRITE, self.cache_write);
        attributes.set(keys::LLM_TOKEN_COUNT_PROMPT_AUDIO, self.prompt_audio);
        attributes.set(keys::LLM_TOKEN_COUNT_REASONING, self.reasoning);
        attributes.set(keys::LLM_TOKEN_COUNT_COMPLETION_AUDIO, self.completion_audio);
    }
}
