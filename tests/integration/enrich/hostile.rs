//! Indexes and lengths that a server chooses: memory and time follow the size of the answer.

use super::enriched_call;
use serde_json::{Value, json};

fn output(stream: &Value) -> Value {
    let found = enriched_call("LLM", None, Some(stream));
    serde_json::from_str(found["output.value"].as_str().unwrap()).unwrap()
}

/// Counts the values in a value, itself included.
fn size(value: &Value) -> usize {
    1 + match value {
        Value::Array(items) => items.iter().map(size).sum(),
        Value::Object(fields) => fields.values().map(size).sum::<usize>(),
        _ => 0,
    }
}

#[test]
fn descending_indexes_are_joined_in_order() {
    let call = |index: u32| json!({"index": index, "id": index.to_string(), "function": {"name": "f", "arguments": ""}});
    let chunk =
        |calls: Vec<Value>| json!({"choices": [{"index": 0, "delta": {"tool_calls": calls}}]});
    // A list that is kept in order while it grows moves 10^10 items.
    let count: u32 = 100_000;
    let first = chunk(vec![call(count)]);
    let joined = output(&json!([first, chunk((0..count).rev().map(call).collect())]));
    let calls = joined["choices"][0]["message"]["tool_calls"].as_array().unwrap();
    assert_eq!(calls.len(), 100_001);
    assert!((0..).zip(calls).all(|(index, call)| call["index"] == json!(index)));
}

#[test]
fn sparse_indexes_allocate_no_items() {
    let huge = u64::MAX;
    let created = json!({"object": "response", "output": []});
    let mut responses = vec![json!({"type": "response.created", "response": created})];
    for index in 0..1_000 {
        let item = json!({"type": "message", "role": "assistant", "id": index, "content": []});
        let kind = "response.output_item.added";
        responses.push(json!({"type": kind, "output_index": index, "item": item}));
        responses.push(json!({"type": "response.output_text.delta", "output_index": index,
            "content_index": 4_095, "delta": "a"}));
    }
    let text = json!({"type": "text", "text": ""});
    let anthropic = vec![
        json!({"type": "message_start", "message": {"type": "message", "role": "assistant",
            "model": "claude-x", "content": [], "usage": {}}}),
        json!({"type": "content_block_start", "index": huge, "content_block": text}),
        json!({"type": "content_block_start", "index": 4_095, "content_block": text}),
    ];
    let bedrock = vec![
        json!({"messageStart": {"role": "assistant"}}),
        json!({"contentBlockDelta": {"contentBlockIndex": huge, "delta": {"text": "a"}}}),
        json!({"contentBlockDelta": {"contentBlockIndex": 4_095, "delta": {"text": "b"}}}),
    ];
    let delta = |index: u64| {
        let content = json!({"type": "text", "text": "a"});
        json!({"type": "content-start", "index": index, "delta": {"message": {"content": content}}})
    };
    let cohere = vec![json!({"type": "message-start", "id": "1"}), delta(huge), delta(4_095)];
    for stream in [responses, anthropic, bedrock, cohere] {
        let stream = Value::Array(stream);
        let joined = output(&stream);
        assert!(joined.is_object(), "the stream is not joined: {joined}");
        assert!(size(&joined) < size(&stream) + 10, "{} {}", size(&joined), size(&stream));
    }
}
