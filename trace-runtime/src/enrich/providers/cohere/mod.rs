//! The APIs of Cohere: chat (versions 1 and 2), embed and rerank.
//!
//! Reference: <https://docs.cohere.com/reference/about>. Fixtures: `cohere_*.json`. A chat request
//! of version 2 has the form of OpenAI's and is read there; the response and the stream are
//! Cohere's.

pub(super) mod chat;
pub(super) mod chat_v1;
pub(super) mod embed;
pub(super) mod rerank;

use crate::enrich::api::{Origin, tokens};
use crate::enrich::wire::value_deserializer::from_value;
use crate::record::TokenCount;
use serde::Deserialize;
use serde_json::Value;

/// The models are Cohere's. The provider stays open: Azure and Bedrock serve the same format.
pub(super) const ORIGIN: Origin = Origin { system: Some("cohere"), provider: None };

/// The counts of a chat: `usage` in version 2, `meta` in version 1.
///
/// ```json
/// {"billed_units": {"input_tokens": 3, "output_tokens": 9},
///  "tokens": {"input_tokens": 69, "output_tokens": 9}, "cached_tokens": 0}
/// ```
#[derive(Deserialize)]
struct Usage {
    tokens: Option<TokenUnits>,
    billed_units: Option<TokenUnits>,
    cached_tokens: Option<u64>,
}

/// The counts are floating point numbers in Cohere's interface description.
#[derive(Deserialize)]
struct TokenUnits {
    input_tokens: Option<u64>,
    output_tokens: Option<u64>,
}

impl Usage {
    /// Returns the tokens that the model read and generated, or the billed ones if those are
    /// absent.
    ///
    /// The billed input is smaller: it omits the tokens that Cohere's prompt template adds. Cached
    /// tokens are a part of the input.
    fn tokens(&self) -> Option<TokenCount> {
        let counts = self.tokens.as_ref().or(self.billed_units.as_ref())?;
        let tokens = tokens(counts.input_tokens, counts.output_tokens)?;
        Some(TokenCount { cache_read: self.cached_tokens, ..tokens })
    }
}

/// Returns the counts in the response of a completion (`POST /v1/generate`).
pub(super) fn generate_tokens(response: &Value) -> Option<TokenCount> {
    from_value::<Usage>(response.get("meta")?)?.tokens()
}

/// Returns true for a finish reason in upper case, such as `COMPLETE` or `MAX_TOKENS`. Those of the
/// other APIs with a similar response (Ollama) are in lower case.
fn is_cohere_reason(reason: &str) -> bool {
    !reason.is_empty() && !reason.contains(|letter: char| letter.is_lowercase())
}
