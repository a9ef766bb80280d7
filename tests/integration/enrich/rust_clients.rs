//! The response types of Rust clients, in the form in which they serialize: fields that a type
//! lacks are missing, and those that it adds are zero or null.

use super::{enriched_call, parsed};
use serde_json::{Map, Value, json};

fn response(value: &Value) -> Map<String, Value> {
    parsed(enriched_call("LLM", None, Some(value)))
}

#[track_caller]
fn assert_attributes(found: &Map<String, Value>, expected: &[(&str, Value)]) {
    for (key, value) in expected {
        assert_eq!(found.get(*key), Some(value), "{key}");
    }
}

/// The text of each stream below.
fn of_stream() -> [(&'static str, Value); 6] {
    [
        ("llm.model_name", json!("claude-sonnet-4")),
        ("llm.finish_reason", json!("tool_use")),
        ("llm.token_count.prompt", json!(9)),
        ("llm.token_count.completion", json!(5)),
        ("llm.output_messages.0.message.tool_calls.0.tool_call.function.name", json!("weather")),
        (
            "llm.output_messages.0.message.tool_calls.0.tool_call.function.arguments",
            json!({"city": "Oslo"}),
        ),
    ]
}

#[test]
fn async_anthropic_stream_without_types_of_messages_is_read() {
    // `MessagesStreamEvent` of 0.6: the message has no `type`, and there is no `ping`.
    let events = json!([
        {"type": "message_start", "usage": null, "message": {
            "id": "msg_1", "model": "claude-sonnet-4", "role": "assistant", "content": [],
            "stop_reason": null, "stop_sequence": null,
            "usage": {"input_tokens": 9, "output_tokens": 1},
        }},
        {"type": "content_block_start", "index": 0,
            "content_block": {"type": "tool_use", "id": "t", "input": {}, "name": "weather"}},
        {"type": "content_block_delta", "index": 0,
            "delta": {"type": "input_json_delta", "partial_json": "{\"city\":"}},
        {"type": "content_block_delta", "index": 0,
            "delta": {"type": "input_json_delta", "partial_json": "\"Oslo\"}"}},
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": {"stop_reason": "tool_use", "stop_sequence": null},
            "usage": {"input_tokens": null, "output_tokens": 5}},
        {"type": "message_stop"},
    ]);
    assert_attributes(&response(&events), &of_stream());
}

#[test]
fn anthropic_ai_sdk_stream_with_zero_counts_is_read() {
    // `StreamEvent` of 0.2: `StreamUsage` has an input count of 0 if the event has none.
    let events = json!([
        {"type": "message_start", "message": {
            "id": "msg_1", "type": "message", "role": "assistant", "content": [],
            "model": "claude-sonnet-4", "stop_reason": null, "stop_sequence": null,
            "usage": {"input_tokens": 9, "output_tokens": 1},
        }},
        {"type": "ping"},
        {"type": "content_block_start", "index": 0,
            "content_block": {"type": "tool_use", "id": "t", "name": "weather", "input": {}}},
        {"type": "content_block_delta", "index": 0,
            "delta": {"type": "input_json_delta", "partial_json": "{\"city\":\"Oslo\"}"}},
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": {"stop_reason": "tool_use", "stop_sequence": null},
            "usage": {"input_tokens": 0, "output_tokens": 5}},
        {"type": "message_stop"},
    ]);
    assert_attributes(&response(&events), &of_stream());
}

#[test]
fn anthropic_ai_sdk_response_with_thinking_is_read() {
    // `CreateMessageResponse` of 0.2.
    let found = response(&json!({
        "content": [
            {"type": "thinking", "thinking": "Think.", "signature": "s"},
            {"type": "text", "text": "Hello"},
        ],
        "id": "msg_1", "model": "claude-sonnet-4", "role": "assistant", "stop_reason": "end_turn",
        "stop_sequence": null, "type": "message",
        "usage": {"input_tokens": 9, "output_tokens": 2},
    }));
    let text = "llm.output_messages.0.message.contents.1.message_content.text";
    assert_attributes(
        &found,
        &[
            (text, json!("Hello")),
            ("llm.finish_reason", json!("end_turn")),
            ("llm.token_count.total", json!(11)),
        ],
    );
}

#[test]
fn genai_call_with_signatures_is_read() {
    // `ToolCall` of 0.7, in a `ChatMessage`.
    let call = json!({"ToolCall": {
        "call_id": "c", "fn_name": "f", "fn_arguments": {"a": 1}, "thought_signatures": ["sig"],
    }});
    let request = json!({"messages": [{"role": "Assistant", "content": [call]}]});
    let found = parsed(enriched_call("LLM", Some(&json!({"chat_req": request})), None));
    let call = |field: &str| format!("llm.input_messages.0.message.tool_calls.0.tool_call.{field}");
    assert_attributes(
        &found,
        &[
            (&call("id"), json!("c")),
            (&call("function.arguments"), json!({"a": 1})),
            (&call("reasoning_signature"), json!("sig")),
        ],
    );
}

#[test]
fn gemini_rust_batch_of_embeddings_is_read() {
    // `BatchEmbedContentsRequest` and `BatchContentEmbeddingResponse` of 2.1.
    let content = |text: &str| {
        json!({
            "model": "models/gemini-embedding-001",
            "content": {"parts": [{"text": text}], "role": "user"},
            "taskType": "RETRIEVAL_DOCUMENT",
        })
    };
    let request = json!({"requests": [content("a"), content("b")]});
    let output = json!({"embeddings": [{"values": [0.5, 1.0]}, {"values": [0.25, 2.0]}]});
    let found = parsed(enriched_call("EMBEDDING", Some(&request), Some(&output)));
    assert_attributes(
        &found,
        &[
            ("embedding.model_name", json!("models/gemini-embedding-001")),
            ("embedding.embeddings.1.embedding.text", json!("b")),
            ("embedding.embeddings.1.embedding.vector", json!([0.25, 2.0])),
        ],
    );
}
