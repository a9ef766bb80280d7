//! Reads the model of a call, its settings, its finish reason and its token counts.

use super::attribute_view::{AttributeView, to_json};
use super::provider;
use crate::enrich::model_family;
use crate::openinference::keys::gen_ai;
use crate::record::{Cost, LlmModel, TokenCount};
use serde_json::{Map, Value};

/// Returns the names of the model, its provider and its vendor.
///
/// The provider implies the vendor where it serves the models of one vendor only. Otherwise, as for
/// `aws.bedrock`, the vendor follows from the name of the model.
pub(super) fn model(span: &AttributeView<'_>) -> LlmModel {
    let requested = span.text(gen_ai::REQUEST_MODEL);
    let responded = span.text(gen_ai::RESPONSE_MODEL);
    let provider = span.text(gen_ai::PROVIDER).map(provider::to_openinference);
    let (provider, system) = provider.map_or((None, None), |(name, system)| (Some(name), system));
    let by_name = || [responded, requested].into_iter().flatten().find_map(model_family::system);
    LlmModel {
        system: system.or_else(by_name).map(str::to_owned),
        provider,
        requested: requested.map(str::to_owned),
        responded: responded.map(str::to_owned),
    }
}

/// Collects the attributes `gen_ai.request.*` in one JSON object, under the names that APIs use.
///
/// `gen_ai.request.model = "gpt-4o"` and `gen_ai.request.choice.count = 2` give
/// `{"model": "gpt-4o", "n": 2}`. OpenInference has a single attribute for all settings of a call.
pub(super) fn parameters(span: &AttributeView<'_>) -> Option<Value> {
    let setting = |(name, value): (&str, &opentelemetry::Value)| {
        let known = gen_ai::SETTINGS.iter().find(|(each, _)| *each == name);
        let name = known.and_then(|(_, names)| names.first()).map_or(name, |name| *name);
        (name.to_owned(), to_json(value))
    };
    let settings: Map<String, Value> = span.with_prefix(gen_ai::REQUEST).map(setting).collect();
    (!settings.is_empty()).then(|| settings.into())
}

/// Returns the finish reason of the first choice. The conventions have a list with one reason for
/// each choice, OpenInference has one reason.
pub(super) fn finish_reason(span: &AttributeView<'_>) -> Option<String> {
    match span.json(gen_ai::FINISH_REASONS)? {
        Value::Array(reasons) => reasons.first()?.as_str().map(str::to_owned),
        Value::String(reason) => Some(reason),
        _ => None,
    }
}

/// Returns the token counts.
pub(super) fn tokens(span: &AttributeView<'_>) -> TokenCount {
    let cache_read = span.count(gen_ai::CACHE_READ_TOKENS);
    let cache_write = span.count(gen_ai::CACHE_WRITE_TOKENS);
    let cached = cache_read.unwrap_or(0).saturating_add(cache_write.unwrap_or(0));
    // Both conventions include cached tokens in the prompt. If the prompt is smaller than the part
    // of it that was cached, the crate passed on the counts of an API that reports both separately
    // (Anthropic, Bedrock), and the true prompt is the sum.
    let prompt = span
        .count(gen_ai::INPUT_TOKENS)
        .map(|prompt| if prompt < cached { prompt.saturating_add(cached) } else { prompt });
    let completion = span.count(gen_ai::OUTPUT_TOKENS);
    let sum = prompt.map(|prompt| prompt.saturating_add(completion.unwrap_or(0)));
    TokenCount {
        prompt,
        completion,
        total: span.count(gen_ai::TOTAL_TOKENS).or(sum),
        cache_read,
        cache_write,
        prompt_audio: span.count(gen_ai::INPUT_AUDIO_TOKENS),
        reasoning: span.count(gen_ai::REASONING_TOKENS),
        completion_audio: span.count(gen_ai::OUTPUT_AUDIO_TOKENS),
    }
}

/// Returns the cost, for which the conventions have no key. Gateways and crates write it beside the
/// token counts.
pub(super) fn cost(span: &AttributeView<'_>) -> Option<Cost> {
    let cost = span.json(gen_ai::COST)?.as_f64()?;
    (cost.is_finite() && cost >= 0.0).then(|| Cost::of_total(cost))
}
