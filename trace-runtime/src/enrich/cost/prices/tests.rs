//! Estimates from a table with round prices, and from the bundled one.

use super::*;
use crate::enrich::test_span::test_span;
use serde_json::json;

/// Dollars for a million tokens of each kind: the same number of tokens costs so many dollars.
fn table() -> Prices {
    let equals = |model: &str| json!({"equals": model});
    let table = json!([
        {
            "id": "openai", "name": "OpenAI", "api_pattern": "https://api\\.openai\\.com",
            "models": [
                {
                    "id": "gpt-x", "match": equals("gpt-x"),
                    "prices": {
                        "input_mtok": 4, "cache_read_mtok": 1, "input_audio_mtok": 40,
                        "cache_audio_read_mtok": 10, "output_mtok": 8,
                    },
                    "price_variants": [{
                        "when": {"service_tier": "flex"},
                        "prices": {"input_mtok": 2, "cache_read_mtok": 0.5, "output_mtok": 4},
                    }],
                },
                {"id": "embed-x", "match": equals("embed-x"), "prices": {"input_mtok": 1}},
                {"id": "free-x", "match": equals("free-x"), "prices": {"input_mtok": 0}},
            ],
        },
        {
            "id": "groq", "name": "Groq", "api_pattern": "https://api\\.groq\\.com",
            "models": [{
                "id": "llama-x", "match": equals("llama-x"),
                "prices": {
                    "input_mtok": {"base": 1, "tiers": [{"start": 200_000, "price": 2}]},
                    "cache_read_mtok": {"base": 0.1, "tiers": [{"start": 200_000, "price": 0.2}]},
                    "output_mtok": {"base": 10, "tiers": [{"start": 200_000, "price": 20}]},
                    "output_reasoning_mtok": 30,
                },
            }],
        },
    ]);
    Prices::parse(table.to_string().as_bytes(), "prices.json".to_owned()).unwrap()
}

/// Creates an LLM span of a model at a provider, with a prompt and a completion.
fn call(provider: &'static str, model: &'static str, tokens: (i64, i64)) -> SpanData {
    test_span(vec![
        Kind::Llm.attribute(),
        KeyValue::new(keys::LLM_PROVIDER, provider),
        KeyValue::new(keys::LLM_MODEL_NAME, model),
        KeyValue::new(keys::LLM_TOKEN_COUNT_PROMPT, tokens.0),
        KeyValue::new(keys::LLM_TOKEN_COUNT_COMPLETION, tokens.1),
    ])
}

fn with(mut span: SpanData, key: &'static str, value: impl Into<opentelemetry::Value>) -> SpanData {
    span.attributes.push(KeyValue::new(key, value));
    span
}

/// Returns the costs after the stage, in cents, by the end of their keys.
fn cents(prices: &Prices, mut span: SpanData) -> Vec<(String, i64)> {
    prices.estimate(&mut span);
    let cost = |kv: &KeyValue| {
        let key = kv.key.as_str().strip_prefix("llm.cost.")?.to_owned();
        let opentelemetry::Value::F64(dollars) = kv.value else { return None };
        #[expect(clippy::cast_possible_truncation, reason = "small numbers")]
        Some((key, (dollars * 100.0).round() as i64))
    };
    span.attributes.iter().filter_map(cost).collect()
}

fn costs<const N: usize>(expected: [(&str, i64); N]) -> Vec<(String, i64)> {
    expected.map(|(key, cents)| (key.to_owned(), cents)).to_vec()
}

#[test]
fn estimate_of_prompt_and_completion_is_their_price() {
    let span = call("openai", "gpt-x", (1_000_000, 500_000));
    let expected = costs([("prompt", 400), ("completion", 400), ("total", 800)]);
    assert_eq!(cents(&table(), span), expected);
}

#[test]
fn estimate_of_cached_and_audio_tokens_has_details() {
    let span = call("openai", "gpt-x", (1_000_000, 0));
    let span = with(span, keys::LLM_TOKEN_COUNT_CACHE_READ, 500_000);
    let span = with(span, keys::LLM_TOKEN_COUNT_PROMPT_AUDIO, 250_000);
    let expected = costs([
        ("prompt", 1150),
        ("completion", 0),
        ("total", 1150),
        ("prompt_details.input", 100),
        ("prompt_details.cache_read", 50),
        ("prompt_details.audio", 1000),
    ]);
    assert_eq!(cents(&table(), span), expected);
}

#[test]
fn estimate_of_a_long_prompt_uses_its_tier_for_details_too() {
    let span = call("groq", "llama-x", (400_000, 100_000));
    let span = with(span, keys::LLM_TOKEN_COUNT_CACHE_READ, 200_000);
    let span = with(span, keys::LLM_TOKEN_COUNT_REASONING, 50_000);
    let expected = costs([
        ("prompt", 44),
        ("completion", 250),
        ("total", 294),
        ("prompt_details.input", 40),
        ("prompt_details.cache_read", 4),
        ("completion_details.output", 100),
        ("completion_details.reasoning", 150),
    ]);
    assert_eq!(cents(&table(), span), expected);
}

#[test]
fn estimate_of_a_call_in_another_service_tier_uses_its_prices() {
    let span = with(call("openai", "gpt-x", (1_000_000, 0)), keys::SERVICE_TIER, "flex");
    let expected = costs([("prompt", 200), ("completion", 0), ("total", 200)]);
    assert_eq!(cents(&table(), span), expected);
}

#[test]
fn estimate_of_an_unknown_model_or_provider_is_no_cost() {
    for (provider, model) in [
        ("openai", "gpt-y"),
        ("ollama", "gpt-x"),
        ("openai", "llama-x"),
        // A price of nothing is not told from a missing one.
        ("openai", "free-x"),
    ] {
        let found = cents(&table(), call(provider, model, (1_000_000, 1_000_000)));
        assert!(found.is_empty(), "{provider} {model}: {found:?}");
    }
}

#[test]
fn estimate_without_a_provider_needs_a_vendor_of_closed_models() {
    let of_vendor = |vendor, model| {
        let mut span = with(call("", model, (1_000_000, 0)), keys::LLM_SYSTEM, vendor);
        span.attributes.retain(|kv| kv.key.as_str() != keys::LLM_PROVIDER);
        cents(&table(), span).len()
    };
    assert_eq!(of_vendor("openai", "gpt-x"), 3);
    // Anyone may run an open model, at any price.
    assert_eq!(of_vendor("meta", "llama-x"), 0);
}

#[test]
fn estimate_of_an_embedding_is_that_of_its_prompt() {
    let span = test_span(vec![
        Kind::Embedding.attribute(),
        KeyValue::new(keys::GEN_AI_PROVIDER_NAME, "openai"),
        KeyValue::new(keys::EMBEDDING_MODEL_NAME, "embed-x"),
        // Some crates record counts as text.
        KeyValue::new(keys::LLM_TOKEN_COUNT_PROMPT, "1000000"),
    ]);
    assert_eq!(cents(&table(), span), costs([("prompt", 100), ("total", 100)]));
}

#[test]
fn estimate_of_a_span_that_has_a_cost_or_is_no_call_adds_nothing() {
    let mut priced = with(call("openai", "gpt-x", (9, 9)), keys::LLM_COST_TOTAL, 7.0);
    let mut agent = call("openai", "gpt-x", (9, 9));
    agent.attributes[0] = Kind::Agent.attribute();
    for span in [&mut priced, &mut agent] {
        let before = span.attributes.clone();
        table().estimate(span);
        assert_eq!(span.attributes, before);
    }
}

#[test]
fn estimate_is_noted_beside_the_metadata_of_the_program() {
    let noted = |metadata: Option<&'static str>| {
        let mut span = call("openai", "gpt-x", (9, 9));
        span.attributes.extend(metadata.map(|text| KeyValue::new(keys::METADATA, text)));
        table().estimate(&mut span);
        let found: Vec<_> =
            span.attributes.iter().filter(|kv| kv.key.as_str() == keys::METADATA).collect();
        assert_eq!(found.len(), 1);
        found[0].value.as_str().into_owned()
    };
    assert_eq!(noted(None), r#"{"cost_estimated_from":"prices.json"}"#);
    let both = r#"{"cost_estimated_from":"prices.json","plan":"free"}"#;
    assert_eq!(noted(Some(r#"{"plan":"free"}"#)), both);
    assert_eq!(noted(Some("no object")), "no object");
}

#[test]
fn estimate_of_impossible_counts_is_no_cost() {
    let span = with(call("openai", "gpt-x", (10, 0)), keys::LLM_TOKEN_COUNT_CACHE_READ, 20);
    assert_eq!(cents(&table(), span), []);
}

#[test]
fn bundled_table_knows_well_known_models() {
    for (provider, model) in [
        ("openai", "gpt-4o-2024-08-06"),
        ("azure", "gpt-4o-2024-08-06"),
        ("anthropic", "claude-sonnet-4-5-20250929"),
        ("google", "gemini-2.5-pro"),
        ("aws", "us.anthropic.claude-3-5-haiku-20241022-v1:0"),
        ("mistralai", "mistral-large-latest"),
        ("cohere", "command-r-plus"),
        ("groq", "llama-3.1-8b-instant"),
        ("openrouter", "openai/gpt-4o"),
        ("xai", "grok-4"),
        ("deepseek", "deepseek-chat"),
    ] {
        let found = cents(&Prices::default(), call(provider, model, (100_000_000, 100_000_000)));
        let total = found.iter().find(|(key, _)| key == "total").map(|(_, cents)| *cents);
        assert!(total.is_some_and(|cents| cents > 100), "{provider} {model}: {found:?}");
    }
}
