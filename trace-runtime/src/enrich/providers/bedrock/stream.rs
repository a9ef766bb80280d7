//! Assembles the events of Bedrock's `ConverseStream`.
//!
//! Reference:
//! <https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html>.
//! Fixtures: `bedrock_converse_stream*.json`. Each event is an object with one field, whose name is
//! the type of the event:
//!
//! ```json
//! {"messageStart": {"role": "assistant"}}
//! {"contentBlockStart": {"contentBlockIndex": 1,
//!     "start": {"toolUse": {"toolUseId": "tooluse_1", "name": "weather"}}}}
//! {"contentBlockDelta": {"contentBlockIndex": 1, "delta": {"toolUse": {"input": "{}"}}}}
//! {"contentBlockStop": {"contentBlockIndex": 1}}
//! {"messageStop": {"stopReason": "tool_use"}}
//! {"metadata": {"usage": {"inputTokens": 9, "outputTokens": 2, "totalTokens": 11}}}
//! ```
//!
//! Only tools have a `contentBlockStart`. A block of text or reasoning begins with its first delta.

use crate::enrich::wire::merge::{append_text, index_field, item_at};
use serde_json::{Map, Value, json};

/// Assembles events into a response of `Converse`.
pub(crate) fn assemble(events: &[Value]) -> Option<Value> {
    let role = events.first()?.get("messageStart")?.get("role")?;
    let mut response = Map::new();
    let mut blocks = Vec::new();
    for event in events {
        let (kind, event) = event.as_object()?.iter().next()?;
        match kind.as_str() {
            // The last event of a stream that fails, such as `modelStreamErrorException`.
            kind if kind.ends_with("Exception") => {
                response.insert("error".to_owned(), json!({kind: event}));
            }
            "messageStop" | "metadata" => response.extend(event.as_object()?.clone()),
            "contentBlockStart" | "contentBlockDelta" => {
                apply_block_event(&mut blocks, event);
            }
            _ => {}
        }
    }
    for block in &mut blocks {
        parse_tool_input(block);
    }
    blocks.retain(|block| !block.is_null());
    let message = json!({"role": role, "content": blocks});
    response.insert("output".to_owned(), json!({"message": message}));
    Some(response.into())
}

/// Applies an event to the block at its `contentBlockIndex`. Returns `None` if it does not fit,
/// which the caller ignores: one event that cannot be applied must not discard the others.
fn apply_block_event(blocks: &mut Vec<Value>, event: &Value) -> Option<()> {
    let block = item_at(blocks, index_field(event, "contentBlockIndex")?)?;
    if block.is_null() {
        *block = Map::new().into();
    }
    if let (Some(start), Some(block)) = (event.get("start"), block.as_object_mut()) {
        for kind in ["toolUse", "toolResult"] {
            block.extend(start.get(kind).map(|content| (kind.to_owned(), content.clone())));
        }
        return Some(());
    }
    let delta = event.get("delta")?;
    if let Some(text) = text_field(delta, "text") {
        append_text(block, "text", text);
    } else if let Some(input) = delta.get("toolUse").and_then(|call| text_field(call, "input")) {
        append_text(block.get_mut("toolUse")?, "input", input);
    } else if let Some(content) = delta.get("toolResult").and_then(Value::as_array) {
        // The delta of a result is a list of whole blocks.
        let result = block.get_mut("toolResult")?.as_object_mut()?;
        let blocks = result.entry("content").or_insert_with(|| json!([]));
        blocks.as_array_mut()?.extend(content.iter().cloned());
    } else if let Some(reasoning) = delta.get("reasoningContent") {
        apply_reasoning_delta(block, reasoning)?;
    }
    Some(())
}

/// Adds a delta to the reasoning of a block.
///
/// The delta has `text`, `signature` or `redactedContent`. In the response that the deltas assemble
/// to, the first two are nested in `reasoningText`.
fn apply_reasoning_delta(block: &mut Value, delta: &Value) -> Option<()> {
    let block = block.as_object_mut()?;
    let content = block.entry("reasoningContent").or_insert_with(|| Map::new().into());
    if let Some(redacted) = text_field(delta, "redactedContent") {
        append_text(content, "redactedContent", redacted);
        return Some(());
    }
    let empty = || json!({"text": ""});
    let reasoning_text = content.as_object_mut()?.entry("reasoningText").or_insert_with(empty);
    for field in ["text", "signature"] {
        append_text(reasoning_text, field, text_field(delta, field).unwrap_or_default());
    }
    Some(())
}

fn text_field<'a>(value: &'a Value, field: &str) -> Option<&'a str> {
    value.get(field).and_then(Value::as_str)
}

/// Parses the input of a tool, which arrived as JSON text in increments. A tool without parameters
/// may have no input at all. Text that is incomplete, because the stream broke, is kept as text.
fn parse_tool_input(block: &mut Value) {
    let Some(call) = block.get_mut("toolUse").and_then(Value::as_object_mut) else { return };
    let input = call.entry("input").or_insert_with(|| Map::new().into());
    if let Some(parsed) = input.as_str().and_then(|text| serde_json::from_str(text).ok()) {
        *input = parsed;
    }
}
