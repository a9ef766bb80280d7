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

use serde_json::{Value, json};

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
