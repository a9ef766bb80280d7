//! Assembles the events of a streamed OpenAI response.
//!
//! Reference: <https://platform.openai.com/docs/api-reference/responses-streaming>. Fixtures:
//! `openai_responses_stream*.json`.
//!
//! ```json
//! {"type": "response.created", "response": {"object": "response", "status": "in_progress", ..}}
//! {"type": "response.output_item.added", "output_index": 0, "item": {"type": "message", ..}}
//! {"type": "response.content_part.added", "output_index": 0, "content_index": 0, "part": {..}}
//! {"type": "response.output_text.delta", "output_index": 0, "content_index": 0, "delta": "Hel"}
//! {"type": "response.output_item.done", "output_index": 0, "item": {..}}
//! {"type": "response.completed", "response": {.., "output": [..]}}
//! ```
//!
//! `added` opens an item or part, `delta` extends it, `done` replaces it with its final value.
//! `output_index` is the position of the item in the output, `content_index` and `summary_index`
//! that of the part in the item.

use crate::enrich::wire::indexed_list::IndexedList;
use crate::enrich::wire::merge::{UnknownChunks, append_text, index_field};
use serde_json::{Map, Value, json};

/// Assembles events into the response that the last of them with a `response` contains.
///
/// A complete stream ends with the whole response. If the stream broke before that, the last
/// response is an early one, and the output is taken from the other events.
pub(crate) fn assemble(events: &[Value]) -> Option<Value> {
    if !events.iter().any(|event| snapshot(event).is_some()) {
        return None;
    }
    let (mut response, mut is_whole, mut error) = (None, false, None);
    let mut output = IndexedList::default();
    let mut unknown = UnknownChunks::default();
    for event in events {
        match event.get("type").and_then(Value::as_str) {
            // The API sends `{"type": "error", "message": ..}`, some servers nest the same in
            // `error`.
            Some("error") => error = Some(event.get("error").unwrap_or(event)),
            Some(kind) if kind.starts_with("response.") => {
                if let Some(snapshot) = snapshot(event) {
                    is_whole = ENDS.contains(&kind);
                    response = Some(snapshot);
                }
                apply_event(&mut output, kind, event);
            }
            _ => unknown.keep(event),
        }
    }
    let mut response: Map<String, Value> = response?.clone();
    let is_empty = response.get("output").and_then(Value::as_array).is_none_or(Vec::is_empty);
    let items = output.into_items().map(StreamedItem::into_value);
    let items: Vec<Value> = items.filter(|item| !item.is_null()).collect();
    if is_empty || !is_whole && !items.is_empty() {
        response.insert("output".to_owned(), items.into());
    }
    if let Some(error) = error {
        response.insert("error".to_owned(), error.clone());
    }
    unknown.add_to(&mut response);
    Some(response.into())
}

/// The events that contain the whole response.
const ENDS: [&str; 3] = ["response.completed", "response.incomplete", "response.failed"];

/// Returns the response that an event contains.
fn snapshot(event: &Value) -> Option<&Map<String, Value>> {
    event.get("type")?.as_str()?.strip_prefix("response.")?;
    event.get("response")?.as_object()
}

/// An item of the output, while its events arrive.
#[derive(Debug, Default)]
struct StreamedItem {
    /// Null until an event opens the item.
    item: Value,
    /// The parts of its `content` and `summary`, which the item gets at its end.
    content: IndexedList<Value>,
    summary: IndexedList<Value>,
}

/// Applies an event to the output so far.
///
/// Returns `None` for an event that has no output or does not fit. The caller ignores that: one
/// event that cannot be applied must not discard the others.
fn apply_event(output: &mut IndexedList<StreamedItem>, kind: &str, event: &Value) -> Option<()> {
    let index = index_field(event, "output_index")?;
    if let "response.output_item.added" | "response.output_item.done" = kind {
        let new = StreamedItem::new(event.get("item")?.clone());
        match output.get_mut(index).filter(|old| !old.is_another(&new)) {
            Some(item) => *item = new,
            None => output.push(Some(index), new),
        }
        return Some(());
    }
    let item = output.at(index);
    let content = || index_field(event, "content_index");
    let summary = || index_field(event, "summary_index");
    let delta = || event.get("delta").and_then(Value::as_str);
    match kind {
        "response.content_part.added" | "response.content_part.done" => {
            *part_at(&mut item.content, content()?) = event.get("part")?.clone();
        }
        "response.output_text.delta" => {
            append_text(part_at(&mut item.content, content()?), "text", delta()?);
        }
        "response.refusal.delta" => {
            append_text(part_at(&mut item.content, content()?), "refusal", delta()?);
        }
        "response.reasoning_summary_part.added" => {
            *part_at(&mut item.summary, summary()?) = event.get("part")?.clone();
        }
        "response.reasoning_summary_text.delta" => {
            append_text(part_at(&mut item.summary, summary()?), "text", delta()?);
        }
        "response.function_call_arguments.delta" => {
            append_text(&mut item.item, "arguments", delta()?);
        }
        "response.custom_tool_call_input.delta" => append_text(&mut item.item, "input", delta()?),
        // Events such as `response.web_search_call.searching` report progress and add no output.
        _ => {}
    }
    Some(())
}

/// Returns a part of an item's `content` or `summary`. A part that no event has opened begins as
/// an empty `output_text`.
fn part_at(parts: &mut IndexedList<Value>, index: u64) -> &mut Value {
    let part = parts.at(index);
    if part.is_null() {
        *part = json!({"type": "output_text"});
    }
    part
}

impl StreamedItem {
    /// Opens an item. The parts that it has already are continued by the deltas that follow.
    fn new(mut item: Value) -> Self {
        let mut parts = |list: &str| {
            let mut parts = IndexedList::default();
            if let Some(list) = item.get_mut(list).and_then(Value::as_array_mut) {
                for (index, part) in (0..).zip(list.drain(..)) {
                    parts.push(Some(index), part);
                }
            }
            parts
        };
        let (content, summary) = (parts("content"), parts("summary"));
        StreamedItem { item, content, summary }
    }

    /// Returns true if both are items with an id and the ids differ: some servers send the same
    /// `output_index` for every item.
    fn is_another(&self, new: &Self) -> bool {
        fn id(item: &StreamedItem) -> Option<&str> {
            item.item.get("id")?.as_str()
        }
        id(self).zip(id(new)).is_some_and(|(old, new)| old != new)
    }

    fn into_value(self) -> Value {
        let mut item = self.item;
        for (list, parts) in [("content", self.content), ("summary", self.summary)] {
            let parts: Vec<Value> = parts.into_items().collect();
            if let Some(item) = item.as_object_mut().filter(|_| !parts.is_empty()) {
                item.insert(list.to_owned(), parts.into());
            }
        }
        item
    }
}
