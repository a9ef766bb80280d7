//! The answers of the stub, as Bedrock sends them.

use crate::stub::LARGE;
use aws_smithy_eventstream::frame::write_message_to;
use aws_smithy_types::event_stream::{Header, HeaderValue, Message};
use axum::body::Bytes;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

/// The tokens of each answer.
pub(crate) const TOKENS: u64 = 11;

pub(crate) fn converse(has_tools: bool) -> Value {
    let tool = json!({ "toolUse": {
        "toolUseId": "tooluse_1", "name": "weather", "input": { "city": "Oslo" },
    } });
    let (block, reason) =
        if has_tools { (tool, "tool_use") } else { (json!({ "text": "Hello" }), "end_turn") };
    json!({
        "output": { "message": { "role": "assistant", "content": [block] } },
        "stopReason": reason,
        "usage": { "inputTokens": 9, "outputTokens": 2, "totalTokens": TOKENS },
        "metrics": { "latencyMs": 1 },
    })
}

/// Returns an answer of 10 MB.
pub(crate) fn large() -> Value {
    let mut answer = converse(false);
    answer["output"]["message"]["content"][0]["text"] = "y".repeat(LARGE).into();
    answer
}

/// Returns the frames with the text of an answer of 10 MB.
pub(crate) fn large_parts() -> Vec<Bytes> {
    let delta = json!({ "contentBlockIndex": 0, "delta": { "text": "y".repeat(LARGE / 20) } });
    vec![event("contentBlockDelta", &delta).into(); 20]
}

/// Returns the frames of a stream: its beginning, and the rest.
pub(crate) fn converse_stream() -> [Bytes; 2] {
    let delta = |text| json!({ "contentBlockIndex": 0, "delta": { "text": text }, "p": "abc" });
    let usage = json!({ "inputTokens": 9, "outputTokens": 2, "totalTokens": TOKENS });
    let first = [
        event("messageStart", &json!({ "role": "assistant" })),
        event("contentBlockDelta", &delta("Hel")),
    ];
    let rest = [
        event("contentBlockDelta", &delta("lo")),
        event("contentBlockStop", &json!({ "contentBlockIndex": 0 })),
        event("messageStop", &json!({ "stopReason": "end_turn" })),
        event("metadata", &json!({ "usage": usage, "metrics": { "latencyMs": 1 } })),
    ];
    [first.concat().into(), rest.concat().into()]
}

/// Returns a message in the format of Anthropic, as `InvokeModel` returns it.
pub(crate) fn invoke() -> Value {
    json!({
        "id": "msg_1", "type": "message", "role": "assistant", "model": "claude-3-haiku-20240307",
        "content": [{ "type": "text", "text": "Hello" }], "stop_reason": "end_turn",
        "usage": { "input_tokens": 9, "output_tokens": 2 },
    })
}

pub(crate) fn invoke_stream() -> Bytes {
    let mut begun = invoke();
    begun["content"] = json!([]);
    begun["usage"] = json!({ "input_tokens": 9, "output_tokens": 1 });
    let events = [
        json!({ "type": "message_start", "message": begun }),
        json!({
            "type": "content_block_start", "index": 0,
            "content_block": { "type": "text", "text": "" },
        }),
        json!({
            "type": "content_block_delta", "index": 0,
            "delta": { "type": "text_delta", "text": "Hello" },
        }),
        json!({ "type": "content_block_stop", "index": 0 }),
        json!({
            "type": "message_delta", "delta": { "stop_reason": "end_turn" },
            "usage": { "output_tokens": 2 },
        }),
        json!({ "type": "message_stop", "amazon-bedrock-invocationMetrics": {} }),
    ];
    let chunk = |data: Value| {
        event("chunk", &json!({ "bytes": STANDARD.encode(data.to_string()), "p": "abcdef" }))
    };
    events.map(chunk).concat().into()
}

pub(crate) fn embedding() -> Value {
    json!({ "embedding": [0.5, 0.25], "inputTextTokenCount": TOKENS })
}

fn event(name: &str, payload: &Value) -> Vec<u8> {
    frame(&[(":message-type", "event"), (":event-type", name)], payload)
}

/// Returns the frame of an error in the middle of a stream.
pub(crate) fn exception(name: &str, message: &str) -> Bytes {
    let headers = [(":message-type", "exception"), (":exception-type", name)];
    frame(&headers, &json!({ "message": message })).into()
}

fn frame(headers: &[(&str, &str)], payload: &Value) -> Vec<u8> {
    let message = Message::new(payload.to_string())
        .add_header(Header::new(":content-type", HeaderValue::String("application/json".into())));
    let message = headers.iter().fold(message, |message, (name, value)| {
        let value = HeaderValue::String((*value).to_owned().into());
        message.add_header(Header::new((*name).to_owned(), value))
    });
    let mut encoded = Vec::new();
    write_message_to(&message, &mut encoded).expect("a frame");
    encoded
}
