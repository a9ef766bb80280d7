//! Model calls that are observed at the HTTP level.

mod exchange;
mod fill;
mod reqwest;

use integration_tests::Program;
use serde_json::{Value, json};
use trace_runtime::http::Exchange;

const URL: &str = "https://api.openai.com/v1/chat/completions";

fn request() -> String {
    json!({ "model": "gpt-4o", "messages": [{ "role": "user", "content": "Hi" }] }).to_string()
}

/// A response with these token counts.
fn response(prompt: u64, completion: u64) -> Value {
    json!({
        "model": "gpt-4o-2024-08-06",
        "choices": [{
            "message": { "role": "assistant", "content": "Hello" }, "finish_reason": "stop"
        }],
        "usage": {
            "prompt_tokens": prompt, "completion_tokens": completion,
            "total_tokens": prompt + completion
        },
    })
}

fn begin() -> Exchange {
    Exchange::begin("POST", URL, request().as_bytes()).expect("a model call")
}

/// Runs an exchange with a JSON response.
fn exchange(prompt: u64, completion: u64) {
    let mut exchange = begin();
    exchange.status(200);
    exchange.header("content-type", "application/json");
    exchange.chunk(response(prompt, completion).to_string().as_bytes());
    exchange.end();
}

/// Asserts the attributes of the only span with this name; `None` means that it is not set.
#[track_caller]
fn assert_attributes(program: &Program, span: &str, expected: &[(&str, Option<&str>)]) {
    for (key, value) in expected {
        assert_eq!(program.attribute(span, key).as_deref(), *value, "{key}");
    }
}
