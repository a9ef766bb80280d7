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

use crate::enrich::wire::indexed_list::IndexedList;
use crate::enrich::wire::merge::{UnknownChunks, append_text, index_field, update_counts};
use serde_json::{Map, Value};

/// Assembles events into the message of `message_start`, with the blocks and counts of the events
/// after it.
pub(crate) fn assemble(events: &[Value]) -> Option<Value> {
    let is_start = |event: &&Value| event.get("type").is_some_and(|kind| kind == "message_start");
    let mut message = events.iter().find(is_start)?.get("message")?.as_object()?.clone();
    let mut blocks = IndexedList::default();
    let mut unknown = UnknownChunks::default();
    for event in events {
        let is_known = match event.get("type").and_then(Value::as_str) {
            Some("message_delta") => {
                apply_message_delta(&mut message, event);
                true
            }
            // The last event of a stream that fails, such as an `overloaded_error`.
            Some("error") => {
                message.insert("error".to_owned(), event.get("error").unwrap_or(event).clone());
                true
            }
            Some("content_block_start") => open_block(&mut blocks, event).is_some(),
            Some("content_block_delta") => apply_delta(&mut blocks, event).is_some(),
            Some("message_start" | "content_block_stop" | "message_stop" | "ping") => true,
            _ => false,
        };
        if !is_known {
            unknown.keep(event);
        }
    }
    let mut blocks: Vec<Value> = blocks.into_items().filter(|block| !block.is_null()).collect();
    blocks.iter_mut().for_each(parse_tool_input);
    message.insert("content".to_owned(), blocks.into());
    unknown.add_to(&mut message);
    Some(message.into())
}

/// Adds the fields of a `message_delta`: the stop reason and the counts.
///
/// The counts are cumulative, so they replace those of `message_start`. A count that the event does
/// not have keeps its value, and so does one for which a typed client writes 0.
fn apply_message_delta(message: &mut Map<String, Value>, event: &Value) {
    let delta = event.get("delta").and_then(Value::as_object).into_iter().flatten();
    for (key, value) in delta {
        if !value.is_null() || !message.contains_key(key) {
            message.insert(key.clone(), value.clone());
        }
    }
    let usage = message.entry("usage").or_insert_with(|| Map::new().into());
    if let Some(counts) = event.get("usage") {
        update_counts(usage, counts);
    }
}

/// Opens the block at the `index` of the event. A second block at this index is another one: some
/// servers number all of them 0.
fn open_block(blocks: &mut IndexedList<Value>, event: &Value) -> Option<()> {
    let (index, block) = (index_field(event, "index")?, event.get("content_block")?);
    blocks.push(Some(index), block.clone());
    Some(())
}

/// Adds a delta to the block at the `index` of the event. Returns `None` if it is unknown or does
/// not fit: one event that cannot be applied must not discard the others.
fn apply_delta(blocks: &mut IndexedList<Value>, event: &Value) -> Option<()> {
    let delta = event.get("delta")?;
    let text = |field| delta.get(field).and_then(Value::as_str);
    let block = blocks.get_mut(index_field(event, "index")?)?;
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
        _ => return None,
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
