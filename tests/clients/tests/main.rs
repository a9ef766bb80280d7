//! Traces of real LLM clients, with one module per client.

mod adapters;
mod async_openai;
mod async_openai_service;
mod attribute_order;
mod event_source;
mod genai;
mod http;
mod invariant;
mod ollama_rs;
mod rig;
mod rust_llm;
mod traced_clients;

use integration_tests::Program;
use serde_json::{Value, json};
use std::collections::HashSet;

/// The embedding that the stub returns for any text.
const VECTOR: [f64; 3] = [0.1, 0.2, 0.3];

/// A tool definition in the format of OpenAI's Chat Completions API.
fn weather() -> Value {
    json!({
        "type": "function",
        "function": { "name": "weather", "description": "Looks outside", "parameters": parameters() },
    })
}

fn parameters() -> Value {
    json!({
        "type": "object",
        "properties": { "city": { "type": "string" } },
        "required": ["city"],
    })
}

#[trace_runtime::tool]
fn look(city: &str) -> String {
    format!("sun in {city}")
}

/// Asserts that this many spans arrived, each with a question of its own. `name` is that of the
/// adapter.
#[track_caller]
fn assert_distinct_questions(name: &str, program: &Program, expected: usize) {
    let spans = program.spans();
    let asked: HashSet<_> = spans
        .iter()
        .flat_map(|span| &span.attributes)
        .filter(|kv| kv.key.as_str() == "llm.input_messages.0.message.content")
        .map(|kv| kv.value.to_string())
        .collect();
    assert_eq!((spans.len(), asked.len()), (expected, expected), "{name}");
}
