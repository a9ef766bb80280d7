//! The events of Bedrock's `ConverseStream` as one response.

use crate::enrich::wire::merge::{append, item_at};
use serde_json::{Map, Value, json};

/// The events of `ConverseStream`, each an object of one field, as one response.
pub(crate) fn joined(events: &[Value]) -> Option<Value> {
    let role = events.first()?.get("messageStart")?.get("role")?;
    let mut response = Map::new();
    let mut blocks = Vec::new();
    for event in events {
        let (kind, event) = event.as_object()?.iter().next()?;
        match kind.as_str() {
            // The last event of a stream that fails.
            kind if kind.ends_with("Exception") => {
                response.insert("error".to_owned(), json!({kind: event}));
            }
            "messageStop" | "metadata" => response.extend(event.as_object()?.clone()),
            "contentBlockStart" | "contentBlockDelta" => {
                piece(&mut blocks, event);
            }
            _ => {}
        }
    }
    for block in &mut blocks {
        read_input(block);
    }
    blocks.retain(|block| !block.is_null());
    let message = json!({"role": role, "content": blocks});
    response.insert("output".to_owned(), json!({"message": message}));
    Some(response.into())
}

fn piece(blocks: &mut Vec<Value>, event: &Value) -> Option<()> {
    let index = usize::try_from(event.get("contentBlockIndex")?.as_u64()?).ok()?;
    let block = item_at(blocks, index)?;
    if block.is_null() {
        *block = Map::new().into();
    }
    let text = |value: &Value, field| value.get(field).and_then(Value::as_str).map(str::to_owned);
    if let (Some(start), Some(block)) = (event.get("start"), block.as_object_mut()) {
        for kind in ["toolUse", "toolResult"] {
            block.extend(start.get(kind).map(|begun| (kind.to_owned(), begun.clone())));
        }
        return Some(());
    }
    let delta = event.get("delta")?;
    if let Some(more) = text(delta, "text") {
        append(block, "text", &more);
    } else if let Some(input) = delta.get("toolUse").and_then(|call| text(call, "input")) {
        append(block.get_mut("toolUse")?, "input", &input);
    } else if let Some(more) = delta.get("toolResult").and_then(Value::as_array) {
        let result = block.get_mut("toolResult")?.as_object_mut()?;
        let content = result.entry("content").or_insert_with(|| json!([]));
        content.as_array_mut()?.extend(more.iter().cloned());
    } else if let Some(reasoning) = delta.get("reasoningContent") {
        let block = block.as_object_mut()?;
        let content = block.entry("reasoningContent").or_insert_with(|| Map::new().into());
        if let Some(redacted) = text(reasoning, "redactedContent") {
            append(content, "redactedContent", &redacted);
            return Some(());
        }
        let empty = || json!({"text": ""});
        let inner = content.as_object_mut()?.entry("reasoningText").or_insert_with(empty);
        for field in ["text", "signature"] {
            append(inner, field, &text(reasoning, field).unwrap_or_default());
        }
    }
    Some(())
}

/// The input of a tool as JSON again, if all of it came.
fn read_input(block: &mut Value) {
    let Some(call) = block.get_mut("toolUse").and_then(Value::as_object_mut) else { return };
    let input = call.entry("input").or_insert_with(|| Map::new().into());
    if let Some(whole) = input.as_str().and_then(|text| serde_json::from_str(text).ok()) {
        *input = whole;
    }
}
