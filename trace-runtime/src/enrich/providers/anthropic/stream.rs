//! The events of Anthropic's messages as one message.

use crate::enrich::wire::merge::{append, item_at};
use serde_json::{Map, Value};

/// The message that the first event begins, with the blocks and the counts of those after it.
pub(crate) fn joined(events: &[Value]) -> Option<Value> {
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
            "message_delta" => drop(update(&mut message, event)),
            // The last event of a stream that fails.
            "error" => {
                let error = event.get(kind)?.clone();
                message.as_object_mut()?.insert(kind.to_owned(), error);
            }
            _ => drop(piece(&mut blocks, kind, event)),
        }
    }
    for block in &mut blocks {
        read_input(block);
    }
    blocks.retain(|block| !block.is_null());
    message.as_object_mut()?.insert("content".to_owned(), blocks.into());
    Some(message)
}

/// The reason why the message ended, and the counts so far.
fn update(message: &mut Value, event: &Value) -> Option<()> {
    let message = message.as_object_mut()?;
    let fields = |value: Option<&Value>| value.and_then(Value::as_object).cloned();
    message.extend(fields(event.get("delta")).unwrap_or_default());
    let usage = message.entry("usage").or_insert_with(|| Map::new().into()).as_object_mut()?;
    let counts = fields(event.get("usage")).unwrap_or_default();
    usage.extend(counts.into_iter().filter(|(_, count)| !count.is_null()));
    Some(())
}

fn piece(blocks: &mut Vec<Value>, kind: &str, event: &Value) -> Option<()> {
    let index = usize::try_from(event.get("index")?.as_u64()?).ok()?;
    let block = item_at(blocks, index)?;
    if kind == "content_block_start" {
        *block = event.get("content_block")?.clone();
    }
    let delta = event.get("delta")?;
    let text = |field| delta.get(field).and_then(Value::as_str);
    match delta.get("type")?.as_str()? {
        "text_delta" => append(block, "text", text("text")?),
        "thinking_delta" => append(block, "thinking", text("thinking")?),
        "signature_delta" => append(block, "signature", text("signature")?),
        "citations_delta" => {
            let citations = block.as_object_mut()?.entry("citations").or_insert(Value::Null);
            let citation = delta.get("citation")?.clone();
            match citations {
                Value::Array(citations) => citations.push(citation),
                none => *none = vec![citation].into(),
            }
        }
        // The block began with an empty object.
        "input_json_delta" => append(block, "input", text("partial_json")?),
        _ => {}
    }
    Some(())
}

/// The input of a tool as JSON again, if all of it came.
fn read_input(block: &mut Value) {
    if let Some(input) = block.get_mut("input")
        && let Some(text) = input.as_str()
    {
        let text = if text.is_empty() { "{}" } else { text };
        if let Ok(whole) = serde_json::from_str(text) {
            *input = whole;
        }
    }
}
