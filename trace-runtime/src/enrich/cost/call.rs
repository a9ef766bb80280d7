//! The facts of a call on which its price depends.

use crate::enrich::gen_ai::openinference_provider;
use crate::openinference::keys;
use genai_prices::{Calculator, PriceCalculation, PriceRequest, Usage, UsageKey};
use opentelemetry::{KeyValue, Value};
use std::time::SystemTime;

/// Vendors whose models cost the same wherever they run, because no one else has them, and their
/// names in the table. The price of an open model depends on who runs it, so that its provider must
/// be known.
const CLOSED_VENDORS: [(&str, &str); 4] =
    [("openai", "openai"), ("anthropic", "anthropic"), ("vertexai", "google"), ("xai", "x-ai")];

/// The tokens whose price depends on a combination of two facts. Their count is always 0: no API
/// reports them, and a table with a price for them requires a count.
const COMBINED: [UsageKey; 3] = [
    UsageKey::CACHE_AUDIO_READ_TOKENS,
    UsageKey::CACHE_AUDIO_WRITE_TOKENS,
    UsageKey::OUTPUT_AUDIO_REASONING_TOKENS,
];

/// The tokens of one kind, with their name in the table.
pub(super) type Tokens = (UsageKey, f64);

/// A model call.
#[derive(Debug)]
pub(super) struct Call {
    /// The names of the model, that of the response first.
    models: Vec<String>,
    /// The provider's name in the table.
    provider: String,
    /// The tier that served the call, such as `flex`.
    tier: Option<String>,
    at: SystemTime,
    pub(super) prompt: Option<f64>,
    pub(super) completion: Option<f64>,
    attributes: Counts,
}

/// The details of the two counts.
#[derive(Debug)]
struct Counts {
    cache_read: Option<f64>,
    cache_write: Option<f64>,
    prompt_audio: Option<f64>,
    reasoning: Option<f64>,
    completion_audio: Option<f64>,
}

impl Call {
    /// Reads the call of a span. Returns `None` if it has no tokens, no model, or neither a provider
    /// nor a vendor whose price is known.
    pub(super) fn of(
        attributes: &[KeyValue],
        tier: Option<String>,
        at: SystemTime,
    ) -> Option<Self> {
        let text = |key| text(attributes, key);
        let count = |key| count(attributes, key);
        let prompt = count(keys::LLM_TOKEN_COUNT_PROMPT);
        let completion = count(keys::LLM_TOKEN_COUNT_COMPLETION);
        prompt.or(completion)?;
        let names = [
            keys::LLM_RESPONSE_MODEL_NAME,
            keys::LLM_MODEL_NAME,
            keys::LLM_REQUEST_MODEL_NAME,
            keys::EMBEDDING_MODEL_NAME,
            keys::RERANKER_MODEL_NAME,
        ];
        let mut models: Vec<_> = names.into_iter().filter_map(text).collect();
        models.dedup();
        let stated = text(keys::LLM_PROVIDER).or_else(|| text(keys::GEN_AI_PROVIDER_NAME));
        let of_vendor = || {
            let vendor = text(keys::LLM_SYSTEM)?;
            let known = CLOSED_VENDORS.iter().find(|(name, _)| *name == vendor);
            known.map(|(_, provider)| (*provider).to_owned())
        };
        let provider =
            stated.map(|provider| openinference_provider(&provider)).or_else(of_vendor)?;
        let attributes = Counts {
            cache_read: count(keys::LLM_TOKEN_COUNT_CACHE_READ),
            cache_write: count(keys::LLM_TOKEN_COUNT_CACHE_WRITE),
            prompt_audio: count(keys::LLM_TOKEN_COUNT_PROMPT_AUDIO),
            reasoning: count(keys::LLM_TOKEN_COUNT_REASONING),
            completion_audio: count(keys::LLM_TOKEN_COUNT_COMPLETION_AUDIO),
        };
        Some(Call { models, provider, tier, at, prompt, completion, attributes })
    }

    /// Returns the details of the prompt: read from the cache, written to it, audio.
    pub(super) fn prompt_details(&self) -> [Option<Tokens>; 3] {
        let Counts { cache_read, cache_write, prompt_audio, .. } = self.attributes;
        [
            cache_read.map(|count| (UsageKey::CACHE_READ_TOKENS, count)),
            cache_write.map(|count| (UsageKey::CACHE_WRITE_TOKENS, count)),
            prompt_audio.map(|count| (UsageKey::INPUT_AUDIO_TOKENS, count)),
        ]
    }

    /// Returns the details of the completion: reasoning, audio.
    pub(super) fn completion_details(&self) -> [Option<Tokens>; 2] {
        let Counts { reasoning, completion_audio, .. } = self.attributes;
        [
            reasoning.map(|count| (UsageKey::OUTPUT_REASONING_TOKENS, count)),
            completion_audio.map(|count| (UsageKey::OUTPUT_AUDIO_TOKENS, count)),
        ]
    }

    /// Returns the price of the call if it had these details, or `None` if its model is not in the
    /// table.
    pub(super) fn price(
        &self,
        calculator: &Calculator,
        details: impl IntoIterator<Item = Tokens>,
    ) -> Option<PriceCalculation> {
        let counts = [
            (UsageKey::INPUT_TOKENS, self.prompt.unwrap_or_default()),
            (UsageKey::OUTPUT_TOKENS, self.completion.unwrap_or_default()),
        ];
        let mut usage = Usage::from(counts);
        for (key, count) in COMBINED.into_iter().map(|key| (key, 0.0)).chain(details) {
            usage.insert(key, count);
        }
        self.models.iter().find_map(|model| {
            let mut request = PriceRequest::new(model, &usage)
                .with_provider_id(&self.provider)
                .with_timestamp(self.at);
            if let Some(tier) = &self.tier {
                request = request.with_price_context("service_tier", tier);
            }
            calculator.calculate(&request).ok()
        })
    }
}

/// Returns a text that is not empty. If the key is set twice the last value counts.
fn text(attributes: &[KeyValue], key: &str) -> Option<String> {
    let found = attributes.iter().rfind(|attribute| attribute.key.as_str() == key)?;
    Some(found.value.as_str().into_owned()).filter(|text| !text.is_empty())
}

/// Returns a count. Other instrumentation may have recorded it as text.
fn count(attributes: &[KeyValue], key: &str) -> Option<f64> {
    let found = attributes.iter().rfind(|attribute| attribute.key.as_str() == key)?;
    let count = match &found.value {
        #[expect(clippy::cast_precision_loss, reason = "counts of tokens are far below 2^52")]
        Value::I64(count) => *count as f64,
        Value::F64(count) => *count,
        other => other.as_str().parse().ok()?,
    };
    (count.is_finite() && count >= 0.0).then_some(count)
}
