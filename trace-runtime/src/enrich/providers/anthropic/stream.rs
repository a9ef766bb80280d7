//! Assembles the events of a streamed Anthropic message.
//!
//! Reference: <https://docs.anthropic.com/en/docs/build-with-claude/streaming>. Fixtures:
//! `anthropic_messages_stream*.json`.
//!
//! ```json
//! {"type": "message_start", "message": {"role": "assistant", "content": [], "usage": {..}, ..}}
//! {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}
//! {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Hel"}}
//! {"type": "content_block_stop", "index": 0}
//! {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 2}}
//! {"type": "message_stop"}
//! ```
//!
//! `content_block_start` opens the block at `index`, `content_block_delta` extends it. The `stop`
//! events and `ping` add nothing, so a stream that broke before them is read in the same way.

use crate::enrich::wire::merge::{append_text, index_field, item_at};
use serde_json::{Map, Value};

/// Assembles events into the message of `message_start`, with the blocks and counts of the events
/// after it.
pub(crate) fn assemble(events: &[Value]) -> Option<Value> {
    let first = events.first()?;
    if first.get("type")? != "message_start" {
        return None;
    }
    let mut message = first.get("message")?.clone();
    message.as_object()?;
    let mut blocks = Vec::new();
    for event in events {
        let kind = event.get("type")?.as_str()?;
        match kind {
            "message_delta" => drop(apply_message_delta(&mut message, event)),
            // The last event of a stream that fails, such as an `overloaded_error`.
            "error" => {
                let error = event.get(kind)?.clone();
                message.as_object_mut()?.insert(kind.to_owned(), error);
            }
            _ => drop(apply_block_event(&mut blocks, kind, event)),
        }
    }
    for block in &mut blocks {
        parse_tool_input(block);
    }
    blocks.retain(|block| !block.is_null());
    message.as_object_mut()?.insert("content".to_owned(), blocks.into());
    Some(message)
}

/// Adds the fields of a `message_delta`: the stop reason and the counts.
///
/// The counts are cumulative, so they replace those of `message_start`. A count that the event does
/// not have keeps its value.
fn apply_message_delta(message: &mut Value, event: &Value) -> Option<()> {
    let message = message.as_object_mut()?;
    let fields = |value: Option<&Value>| value.and_then(Value::as_object).cloned();
    message.extend(fields(event.get("delta")).unwrap_or_default());
    let usage = message.entry("usage").or_insert_with(|| Map::new().into()).as_object_mut()?;
    let counts = fields(event.get("usage")).unwrap_or_default();
    usage.extend(counts.into_iter().filter(|(_, count)| !count.is_null()));
    Some(())
}

/// Applies an event to the block at its `index`. Returns `None` if it does not fit, which the
/// caller ignores: one event that cannot be applied must not discard the others.
fn apply_block_event(blocks: &mut Vec<Value>, kind: &str, event: &Value) -> Option<()> {
    let block = item_at(blocks, index_field(event, "index")?)?;
    if kind == "content_block_start" {
        *block = event.get("content_block")?.clone();
    }
    let delta = event.get("delta")?;
    let text = |field| delta.get(field).and_then(Value::as_str);
    match delta.get("type")?.as_str()? {
        "text_delta" => append_text(block, "text", text("text")?),
        "thinking_delta" => append_text(block, "thinking", text("thinking")?),
        "signature_delta" => append_text(block, "signature", text("signature")?),
        "citations_delta" => {
            let citations = block.as_object_mut()?.entry("citations").or_insert(Value::Null);
            let citation = delta.get("citation")?.clone();
            match citations {
                Value::Array(citations) => citations.push(citation),
                // `content_block_start` has `"citations": null`, or no such field.
                other => *other = vec![citation].into(),
            }
        }
        // `content_block_start` has `"input": {}`, which the first text replaces.
        "input_json_delta" => append_text(block, "input", text("partial_json")?),
        _ => {}
    }
    Some(())
}

/// Parses the input of a tool, which arrived as JSON text in increments. A tool without parameters
/// has an empty text. Text that is incomplete, because the stream broke, is kept as text.
fn parse_tool_input(block: &mut Value) {
    if let Some(input) = block.get_mut("input")
        && let Some(text) = input.as_str()
    {
        let text = if text.is_empty() { "{}" } else { text };
        if let Ok(parsed) = serde_json::from_str(text) {
            *input = parsed;
        }
    }
}
