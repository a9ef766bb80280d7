//! Requests and responses of plain HTTP clients: text and bytes, in any chunking.

use axum::body::Bytes;
use futures_util::stream::{self, Stream, StreamExt};
use integration_tests::{Program, block_on};
use serde_json::{Value, json};
use std::pin::pin;
use trace_runtime::llm;

fn chunk(delta: &Value, usage: &Value) -> Value {
    let choices = json!([{"index": 0, "delta": delta, "finish_reason": null}]);
    json!({
        "object": "chat.completion.chunk", "model": "gpt-4o-2024-08-06",
        "choices": choices, "usage": usage,
    })
}

/// Returns server-sent events whose text is "Héllo", repeated.
fn events(times: usize) -> String {
    let first = chunk(&json!({"role": "assistant", "content": "Hé"}), &Value::Null);
    let usage = json!({"prompt_tokens": 9, "completion_tokens": 2, "total_tokens": 11});
    let last = chunk(&json!({"content": "llo"}), &usage);
    let events = format!("data: {first}\n\ndata: {last}\n\n");
    format!(": a comment\n\n{}data: [DONE]\n\n", events.repeat(times))
}

#[llm]
fn texts(pieces: Vec<String>) -> impl Stream<Item = Result<String, std::io::Error>> {
    stream::iter(pieces.into_iter().map(Ok))
}

#[llm]
fn bytes(pieces: Vec<Vec<u8>>) -> impl Stream<Item = Bytes> {
    stream::iter(pieces.into_iter().map(Bytes::from))
}

#[llm]
fn lists(pieces: Vec<Vec<u8>>) -> impl Stream<Item = Vec<u8>> {
    stream::iter(pieces)
}

/// Asserts that the span has the complete answer.
#[track_caller]
fn assert_joined(program: &Program, name: &str, text: &str) {
    let value = |key: &str| program.attribute(name, key).unwrap_or_default();
    assert_eq!(value("llm.output_messages.0.message.content"), text);
    assert_eq!(value("llm.model_name"), "gpt-4o-2024-08-06");
    assert_eq!(value("llm.token_count.total"), "11");
    assert_eq!(value("output.mime_type"), "application/json");
    let output: Value = serde_json::from_str(&value("output.value")).expect("the response");
    assert_eq!(output["choices"][0]["message"]["content"], text);
}

#[test]
fn sse_text_in_any_chunking_is_joined() {
    let events = events(1);
    let lines = events.lines().map(str::to_owned);
    let whole_lines = events.split_inclusive('\n').map(str::to_owned);
    let whole_events = events.split_inclusive("\n\n").map(str::to_owned);
    let characters = events.chars().map(String::from);
    let pieces: [Vec<String>; 5] = [
        lines.collect(),
        whole_lines.collect(),
        whole_events.collect(),
        characters.collect(),
        vec![events.clone()],
    ];
    for pieces in pieces {
        let program = Program::start();
        block_on(pin!(texts(pieces)).count());
        assert_joined(&program, "texts", "Héllo");
    }
}

#[test]
fn sse_bytes_in_any_chunking_are_joined() {
    for size in [1, 7, 100, 10_000] {
        let pieces: Vec<_> = events(1).as_bytes().chunks(size).map(<[u8]>::to_vec).collect();
        let program = Program::start();
        block_on(pin!(bytes(pieces.clone())).count());
        assert_joined(&program, "bytes", "Héllo");
        drop(program);
        let program = Program::start();
        block_on(pin!(lists(pieces)).count());
        assert_joined(&program, "lists", "Héllo");
    }
}

#[test]
fn sse_beyond_the_limit_is_joined_before_truncation() {
    let program = Program::start();
    let events = events(6_000);
    assert!(events.len() > 1 << 20);
    block_on(pin!(texts(vec![events[..5_000].to_owned(), events[5_000..].to_owned()])).count());
    assert_joined(&program, "texts", &"Héllo".repeat(6_000));
}

#[test]
fn broken_sse_stream_keeps_received_text() {
    let program = Program::start();
    let events = events(1);
    let broken = events[..events.find("llo").unwrap()].to_owned();
    block_on(pin!(texts(vec![broken])).count());
    let content = program.attribute("texts", "llm.output_messages.0.message.content");
    assert_eq!(content.as_deref(), Some("Hé"));
}

#[test]
fn other_text_is_unchanged() {
    for text in ["Hello", "data: Hello\n\n", "data: {\"a\":1}\n\n", "{\"a\":1}\n{\"a\":2}\n"] {
        let program = Program::start();
        block_on(pin!(texts(vec![text.to_owned(), text.to_owned()])).count());
        assert_eq!(program.attribute("texts", "output.value"), Some(text.repeat(2)));
        let mime_type = program.attribute("texts", "output.mime_type");
        assert_eq!(mime_type.as_deref(), Some("text/plain"));
        let spans = program.spans();
        let mut keys = spans[0].attributes.iter().map(|attribute| attribute.key.as_str());
        assert!(keys.all(|key| !key.starts_with("llm.")), "{text}");
    }
}

#[llm(skip(url))]
fn post(url: &str, body: String) -> String {
    let _ = (url, body);
    let answer = json!({"role": "assistant", "content": "Hello"});
    json!({"model": "gpt-4o-2024-08-06", "choices": [{"message": answer}]}).to_string()
}

#[test]
fn request_and_response_as_text_are_read() {
    let program = Program::start();
    let messages = json!([{"role": "user", "content": "Say hello"}]);
    post("http://localhost", json!({"model": "gpt-4o", "messages": messages}).to_string());
    let value = |key: &str| program.attribute("post", key).unwrap_or_default();
    assert_eq!(value("llm.input_messages.0.message.content"), "Say hello");
    assert_eq!(value("llm.output_messages.0.message.content"), "Hello");
    assert_eq!(value("llm.invocation_parameters"), r#"{"model":"gpt-4o"}"#);
    assert_eq!(value("llm.response.model_name"), "gpt-4o-2024-08-06");
}
