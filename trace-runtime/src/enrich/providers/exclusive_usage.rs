//! Token counts of APIs that count cached tokens beside the input tokens.

use crate::enrich::api::{sum, tokens};
use crate::record::TokenCount;

/// The counts of Anthropic and Bedrock, where every prompt token is in exactly one of three counts.
///
/// `{"input_tokens": 30, "cache_read_input_tokens": 100, "cache_creation_input_tokens": 0}` is a
/// prompt of 130 tokens. OpenAI, Gemini and Cohere would report an input of 130, with the 100
/// cached ones as a part of it, and `llm.token_count.prompt` is defined in that way too.
pub(super) struct ExclusiveUsage {
    /// Prompt tokens that were neither read from nor written to the cache.
    pub(super) input: Option<u64>,
    /// Prompt tokens that were read from the cache.
    pub(super) cache_read: Option<u64>,
    /// Prompt tokens that were processed and written to the cache.
    pub(super) cache_write: Option<u64>,
    /// All tokens of the completion, reasoning included.
    pub(super) output: Option<u64>,
}

impl ExclusiveUsage {
    /// Returns inclusive counts, or `None` if the API reported no count at all.
    pub(super) fn inclusive(self) -> Option<TokenCount> {
        let ExclusiveUsage { input, cache_read, cache_write, output } = self;
        let counts = [input, cache_read, cache_write];
        // An absent count stays absent: a sum of nothing would report a prompt of 0 tokens.
        let prompt = counts.iter().any(Option::is_some).then(|| sum(counts));
        Some(TokenCount { cache_read, cache_write, ..tokens(prompt, output)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inclusive_with_cached_tokens_adds_them_to_the_prompt() {
        let usage = ExclusiveUsage {
            input: Some(30),
            cache_read: Some(100),
            cache_write: Some(0),
            output: Some(6),
        };
        let expected = TokenCount::new(130, 6).cache_read(100).cache_write(0);
        assert_eq!(usage.inclusive(), Some(expected));
    }

    #[test]
    fn inclusive_without_prompt_counts_leaves_the_prompt_out() {
        let usage =
            ExclusiveUsage { input: None, cache_read: None, cache_write: None, output: Some(6) };
        let expected = TokenCount { completion: Some(6), ..TokenCount::default() };
        assert_eq!(usage.inclusive(), Some(expected));
        let usage =
            ExclusiveUsage { input: None, cache_read: None, cache_write: None, output: None };
        assert_eq!(usage.inclusive(), None);
    }
}
