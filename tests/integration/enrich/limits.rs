//! Long conversations, long streams and large requests: attributes are read before values are
//! truncated, and the attribute limit drops input messages first.

use futures_util::stream::{self, Stream, StreamExt};
use integration_tests::{InMemoryExporter, Program, block_on};
use serde_json::{Value, json};
use std::env;
use std::pin::pin;
use std::process::Command;
use trace_runtime::http::Exchange;
use trace_runtime::llm;
use trace_runtime::opentelemetry_sdk::trace::SdkTracerProvider;

fn conversation(messages: usize) -> Value {
    let turn = |n: usize| {
        let role = if n.is_multiple_of(2) { "user" } else { "assistant" };
        json!({"role": role, "content": format!("message {n}")})
    };
    let messages: Vec<Value> = (0..messages).map(turn).collect();
    json!({"model": "gpt-4o", "messages": messages})
}

#[llm(attributes("session.id" = "s1"))]
fn chat(request: &Value) -> Value {
    let messages = request["messages"].as_array().unwrap().len();
    json!({
        "model": "gpt-4o-2024-08-06",
        "choices": [{
            "message": {"role": "assistant", "content": format!("the answer to {messages}")},
            "finish_reason": "stop",
        }],
        "usage": {"prompt_tokens": 500, "completion_tokens": 5, "total_tokens": 505},
    })
}

/// Asserts the attributes that no limit may drop.
fn assert_keeps_essential_attributes(program: &Program) {
    let expected = [
        ("openinference.span.kind", "LLM"),
        ("session.id", "s1"),
        ("llm.model_name", "gpt-4o-2024-08-06"),
        ("llm.token_count.prompt", "500"),
        ("llm.token_count.completion", "5"),
        ("llm.token_count.total", "505"),
        ("llm.finish_reason", "stop"),
        ("input.mime_type", "application/json"),
        ("output.mime_type", "application/json"),
    ];
    for (key, value) in expected {
        assert_eq!(program.attribute("chat", key).as_deref(), Some(value), "{key}");
    }
    let input = program.attribute("chat", "input.value").unwrap();
    serde_json::from_str::<Value>(&input).expect("the whole input");
    assert!(program.attribute("chat", "output.value").unwrap().contains("the answer to"));
}

#[test]
fn conversation_of_500_messages_is_recorded_completely() {
    let program = Program::start();
    chat(&conversation(500));
    assert_keeps_essential_attributes(&program);
    let content = |list: &str, n: usize| {
        program.attribute("chat", &format!("llm.{list}_messages.{n}.message.content"))
    };
    assert_eq!(content("input", 0).as_deref(), Some("message 0"));
    assert_eq!(content("input", 499).as_deref(), Some("message 499"));
    assert_eq!(content("output", 0).as_deref(), Some("the answer to 500"));
    assert_eq!(program.spans()[0].dropped_attributes_count, 0);
}

#[test]
fn conversation_beyond_the_limit_loses_its_last_input_messages() {
    let program = Program::start();
    chat(&conversation(6_000));
    assert_keeps_essential_attributes(&program);
    let span = &program.spans()[0];
    assert_eq!(span.attributes.len(), 10_000, "the default limit");
    assert!(span.dropped_attributes_count > 2_000, "{}", span.dropped_attributes_count);
    let content = |list: &str| program.attribute("chat", &format!("llm.{list}.message.content"));
    assert_eq!(content("input_messages.0").as_deref(), Some("message 0"));
    assert_eq!(content("input_messages.5999"), None);
    assert_eq!(content("output_messages.0").as_deref(), Some("the answer to 6000"));
}

#[llm]
fn chat_stream(pieces: usize) -> impl Stream<Item = Value> {
    let chunk = |choices: Value, usage: Value| {
        json!({
            "id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1_700_000_000,
            "model": "gpt-4o-2024-08-06", "service_tier": "default", "system_fingerprint": "fp_1",
            "choices": choices, "usage": usage,
        })
    };
    let piece = move |_| {
        let delta = json!({"role": "assistant", "content": "word "});
        chunk(json!([{"index": 0, "delta": delta, "finish_reason": null}]), Value::Null)
    };
    let usage = json!({"prompt_tokens": 5, "completion_tokens": 6000, "total_tokens": 6005});
    let last = chunk(json!([]), usage);
    stream::iter((0..pieces).map(piece).chain([last]))
}

#[test]
fn stream_chunks_are_joined_before_truncation() {
    let program = Program::start();
    assert_eq!(block_on(pin!(chat_stream(6_000)).count()), 6_001);
    let value = |key: &str| program.attribute("chat_stream", key).unwrap_or_default();
    assert_eq!(value("llm.output_messages.0.message.content"), "word ".repeat(6_000));
    assert_eq!(value("llm.model_name"), "gpt-4o-2024-08-06");
    assert_eq!(value("llm.token_count.total"), "6005");
    assert_eq!(value("output.mime_type"), "application/json");
    assert!(value("output.value").len() < 100_000, "the chunks are not joined");
}

#[test]
fn request_beyond_the_limit_is_read_before_truncation() {
    let program = Program::start();
    let url = format!("data:image/png;base64,{}", "A".repeat(2 << 20));
    let parts = json!([
        {"type": "text", "text": "what is it?"},
        {"type": "image_url", "image_url": {"url": url}},
    ]);
    chat(&json!({"model": "gpt-4o", "messages": [{"role": "user", "content": parts}]}));
    let value = |key: &str| program.attribute("chat", key).unwrap_or_default();
    let text = "llm.input_messages.0.message.contents.0.message_content.text";
    assert_eq!(value(text), "what is it?");
    assert_eq!(value("llm.request.model_name"), "gpt-4o");
    // The image is shortened to the limit in place, so the request is still valid JSON.
    assert_eq!(value("input.mime_type"), "application/json");
    serde_json::from_str::<Value>(&value("input.value")).expect("the whole input");
    for attribute in &program.spans()[0].attributes {
        assert!(attribute.value.as_str().len() <= 1 << 20, "{}", attribute.key);
    }
}

#[test]
fn llm_value_far_beyond_the_limit_is_truncated() {
    let program = Program::start();
    let text = "A".repeat(20 << 20);
    chat(&json!({"model": "gpt-4o", "messages": [{"role": "user", "content": text}]}));
    let input = program.attribute("chat", "input.value").unwrap();
    assert!(input.len() <= 1 << 20 && input.ends_with(" bytes missing]"), "{}", input.len());
}

#[llm]
fn endless() -> impl Stream<Item = Value> {
    stream::repeat_with(|| json!({"delta": "x".repeat(1 << 16)}))
}

#[test]
fn endless_llm_stream_is_bounded() {
    let program = Program::start();
    assert_eq!(block_on(pin!(endless()).take(300).count()), 300);
    let output = program.attribute("endless", "output.value").unwrap();
    assert!(output.len() <= 1 << 20 && output.contains("[more than "), "{}", output.len());
}

/// The variable is read at registration, so the test starts itself again with the variable set.
#[test]
fn stream_far_beyond_a_small_limit_has_its_tokens() {
    const LIMIT: &str = "OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT";
    if env::var_os(LIMIT).is_none() {
        let again = Command::new(env::current_exe().unwrap())
            .args(["--exact", "enrich::limits::stream_far_beyond_a_small_limit_has_its_tokens"])
            .env(LIMIT, "4095")
            .output()
            .unwrap();
        let output = String::from_utf8_lossy(&again.stdout);
        assert!(output.contains("1 passed"), "{output}");
        return;
    }
    let program = Program::start();
    assert_eq!(block_on(pin!(chat_stream(2_000)).count()), 2_001);
    let url = "https://api.openai.com/v1/chat/completions";
    let mut exchange =
        Exchange::begin("POST", url, b"{\"model\":\"gpt-4o\",\"messages\":[]}").unwrap();
    exchange.header("content-type", "text/event-stream");
    let mut chunks = pin!(chat_stream(2_000));
    while let Some(chunk) = block_on(chunks.next()) {
        exchange.chunk(format!("data: {chunk}\n\n").as_bytes());
    }
    exchange.end();
    for span in program.spans() {
        let value = |key: &str| span.attributes.iter().find(|kv| kv.key.as_str() == key);
        let total = value("llm.token_count.total").expect("a count");
        assert_eq!(total.value.to_string(), "6005", "{}", span.name);
        assert!(value("output.value").expect("an output").value.as_str().len() <= 4095);
    }
    assert_eq!(program.spans().len(), 3);
}

#[test]
fn attached_provider_receives_truncated_values() {
    let _lock = Program::lock();
    let exporter = InMemoryExporter::default();
    let provider = SdkTracerProvider::builder().with_simple_exporter(exporter.clone()).build();
    let registration = trace_runtime::register().provider(provider).install().unwrap();
    assert_eq!(block_on(pin!(chat_stream(6_000)).count()), 6_001);
    registration.shutdown().unwrap();
    let spans = exporter.spans();
    let output = super::as_json(&spans[0].attributes)["output.value"].as_str().unwrap().len();
    assert!(output <= 1 << 20, "{output}");
}
