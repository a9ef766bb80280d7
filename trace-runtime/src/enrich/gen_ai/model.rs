//! The model of a call, its settings, why it stopped and what it used.

use super::attribute_view::Flat;
use super::provider;
use crate::enrich::model_family;
use crate::openinference::keys::gen_ai;
use crate::record::{LlmModel, TokenCount};
use serde_json::{Map, Value};

pub(super) fn model(said: &Flat<'_>) -> LlmModel {
    let requested = said.text(gen_ai::REQUEST_MODEL);
    let responded = said.text(gen_ai::RESPONSE_MODEL);
    let provider = said.text(gen_ai::PROVIDER).map(provider::to_openinference);
    let (provider, system) = provider.map_or((None, None), |(name, system)| (Some(name), system));
    let by_name = || [responded, requested].into_iter().flatten().find_map(model_family::system);
    LlmModel {
        system: system.or_else(by_name).map(str::to_owned),
        provider,
        requested: requested.map(str::to_owned),
        responded: responded.map(str::to_owned),
    }
}

/// The settings as one JSON object, with the model as a request has it.
pub(super) fn parameters(said: &Flat<'_>) -> Option<Value> {
    let setting = |(name, value): (&str, &opentelemetry::Value)| {
        let known = gen_ai::SETTINGS.iter().find(|(each, _)| *each == name);
        let name = known.and_then(|(_, names)| names.first()).map_or(name, |name| *name);
        (name.to_owned(), super::attribute_view::json(value))
    };
    let settings: Map<String, Value> = said.below(gen_ai::REQUEST).map(setting).collect();
    (!settings.is_empty()).then(|| settings.into())
}

pub(super) fn finish_reason(said: &Flat<'_>) -> Option<String> {
    match said.json(gen_ai::FINISH_REASONS)? {
        Value::Array(reasons) => reasons.first()?.as_str().map(str::to_owned),
        Value::String(reason) => Some(reason),
        _ => None,
    }
}

/// The counts, whole numbers however they were written.
pub(super) fn tokens(said: &Flat<'_>) -> TokenCount {
    let cache_read = said.count(gen_ai::CACHE_READ_TOKENS);
    let cache_write = said.count(gen_ai::CACHE_WRITE_TOKENS);
    let cached = cache_read.unwrap_or(0).saturating_add(cache_write.unwrap_or(0));
    // By the conventions the prompt includes what was cached. Where it cannot, the crate passed on
    // the numbers of an API that counts them apart (Anthropic, Bedrock).
    let prompt = said
        .count(gen_ai::INPUT_TOKENS)
        .map(|prompt| if prompt < cached { prompt.saturating_add(cached) } else { prompt });
    let completion = said.count(gen_ai::OUTPUT_TOKENS);
    let sum = prompt.map(|prompt| prompt.saturating_add(completion.unwrap_or(0)));
    TokenCount {
        prompt,
        completion,
        total: said.count(gen_ai::TOTAL_TOKENS).or(sum),
        cache_read,
        cache_write,
        prompt_audio: said.count(gen_ai::INPUT_AUDIO_TOKENS),
        reasoning: said.count(gen_ai::REASONING_TOKENS),
        completion_audio: said.count(gen_ai::OUTPUT_AUDIO_TOKENS),
    }
}
