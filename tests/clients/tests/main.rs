//! What real clients leave in a trace.

mod async_openai;
mod genai;
mod http;
mod rig;

use serde_json::{Value, json};

/// What the stub makes of any text.
const VECTOR: [f64; 3] = [0.1, 0.2, 0.3];

/// A tool as OpenAI's chat interface takes it.
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
