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

use crate::enrich::wire::indexed_list::IndexedList;
use crate::enrich::wire::merge::{UnknownChunks, append_text, index_field, update_counts};
use serde_json::{Map, Value, json};

/// The fields of the events.
const KINDS: [&str; 6] = [
    "messageStart",
    "contentBlockStart",
    "contentBlockDelta",
    "contentBlockStop",
    "messageStop",
    "metadata",
];

/// Assembles events into a response of `Converse`.
pub(crate) fn assemble(events: &[Value]) -> Option<Value> {
    let role = events.iter().find_map(|event| event.get("messageStart")?.get("role"))?;
    let mut response = Map::new();
    let mut blocks = IndexedList::default();
    let mut unknown = UnknownChunks::default();
    for event in events {
        if apply_event(&mut response, &mut blocks, event).is_none() {
            unknown.keep(event);
        }
    }
    let is_empty = |block: &Value| block.as_object().is_none_or(Map::is_empty);
    let mut blocks: Vec<Value> = blocks.into_items().filter(|block| !is_empty(block)).collect();
    blocks.iter_mut().for_each(parse_tool_input);
    let message = json!({"role": role, "content": blocks});
    response.insert("output".to_owned(), json!({"message": message}));
    unknown.add_to(&mut response);
    Some(response.into())
}

/// Applies an event. Returns `None` if it is unknown or does not fit: one event that cannot be
/// applied must not discard the others.
fn apply_event(
    response: &mut Map<String, Value>,
    blocks: &mut IndexedList<Value>,
    event: &Value,
) -> Option<()> {
    let known = KINDS.iter().find_map(|kind| Some((*kind, event.get(*kind)?.as_object()?)));
    let Some((kind, fields)) = known else {
        // The last event of a stream that fails, such as `modelStreamErrorException`.
        let mut fields = event.as_object()?.iter();
        let (kind, error) = fields.find(|(kind, _)| kind.ends_with("Exception"))?;
        response.insert("error".to_owned(), json!({kind: error}));
        return Some(());
    };
    match kind {
        "messageStop" | "metadata" => {
            for (key, value) in fields {
                update_counts(response.entry(key.as_str()).or_insert(Value::Null), value);
            }
            Some(())
        }
        "contentBlockStart" => open_block(blocks, event.get(kind)?),
        "contentBlockDelta" => apply_delta(blocks, event.get(kind)?),
        _ => Some(()),
    }
}

/// Opens the block at a `contentBlockIndex`. A call with another id at a used index is another
/// call.
fn open_block(blocks: &mut IndexedList<Value>, event: &Value) -> Option<()> {
    fn id(block: &Value) -> Option<&Value> {
        block.get("toolUse")?.get("toolUseId")
    }
    let (index, start) = (index_field(event, "contentBlockIndex")?, event.get("start")?);
    match blocks.get_mut(index).filter(|old| id(old).is_none() || id(old) == id(start)) {
        Some(Value::Object(block)) => block.extend(start.as_object()?.clone()),
        _ => blocks.push(Some(index), start.clone()),
    }
    Some(())
}

/// Adds a delta to the block at its `contentBlockIndex`.
fn apply_delta(blocks: &mut IndexedList<Value>, event: &Value) -> Option<()> {
    let block = blocks.at(index_field(event, "contentBlockIndex")?);
    if block.is_null() {
        *block = Map::new().into();
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
    } else if let Some(citation) = delta.get("citation") {
        let citations = block.as_object_mut()?.entry("citations").or_insert_with(|| json!([]));
        citations.as_array_mut()?.push(citation.clone());
    } else {
        apply_reasoning_delta(block, delta.get("reasoningContent")?)?;
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
