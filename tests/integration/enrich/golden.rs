//! Compares with the attributes that OpenInference's instrumentation of Python's `OpenAI` client
//! recorded for the same calls.

use super::{difference, enriched, parsed};
use serde_json::{Map, Value, json};
use trace_runtime::opentelemetry::KeyValue;

/// Attributes that this crate adds: the requested and the responding model, each on its own.
const ADDED: [&str; 2] = ["llm.request.model_name", "llm.response.model_name"];

#[test]
fn same_calls_record_the_same_attributes() {
    let golden: Value =
        serde_json::from_str(include_str!("../../fixtures/openai_llm_spans.json")).unwrap();
    let cases = golden.as_array().unwrap();
    assert_eq!(cases.len(), 4);
    for case in cases {
        let expected = expected(case);
        let text = |key: &str| expected[key].as_str().unwrap().to_owned();
        let is_streamed = case["case"].as_str().unwrap().contains("streamed");
        let output = if is_streamed { chunks().to_string() } else { text("output.value") };
        let mut found = enriched([
            KeyValue::new("openinference.span.kind", text("openinference.span.kind")),
            KeyValue::new("input.value", text("input.value")),
            KeyValue::new("input.mime_type", text("input.mime_type")),
            KeyValue::new("output.value", output),
            KeyValue::new("output.mime_type", text("output.mime_type")),
        ]);
        found.retain(|key, _| !ADDED.contains(&key.as_str()));
        let difference = difference(&parsed(expected), &parsed(found));
        assert!(difference.is_empty(), "{}\n{difference}", case["case"]);
    }
}

fn expected(case: &Value) -> Map<String, Value> {
    let attributes = case["attributes"].as_object().unwrap();
    attributes.iter().map(|(key, typed)| (key.clone(), typed["value"].clone())).collect()
}

/// Returns the chunks of the streamed response. The reference records the joined response only.
fn chunks() -> Value {
    let chunk = |choices: Value, usage: Value| {
        json!({
            "id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1_700_000_000,
            "model": "gpt-4o-2024-08-06", "service_tier": "default", "system_fingerprint": "fp_1",
            "choices": choices, "usage": usage,
        })
    };
    let piece = |delta: Value, finish_reason: Value| {
        let choice =
            json!({"index": 0, "delta": delta, "logprobs": null, "finish_reason": finish_reason});
        chunk(json!([choice]), Value::Null)
    };
    json!([
        piece(json!({"role": "assistant", "content": ""}), Value::Null),
        piece(json!({"content": "Hello "}), Value::Null),
        piece(json!({"content": "from stub"}), Value::Null),
        piece(json!({}), json!("stop")),
        chunk(
            json!([]),
            json!({
                "completion_tokens": 7, "prompt_tokens": 13, "total_tokens": 20,
                "completion_tokens_details": {
                    "accepted_prediction_tokens": 0, "audio_tokens": 0, "reasoning_tokens": 2,
                    "rejected_prediction_tokens": 0
                },
                "prompt_tokens_details": {"audio_tokens": 0, "cached_tokens": 4}
            }),
        ),
    ])
}
