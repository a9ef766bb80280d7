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

use crate::enrich::wire::merge::{append_text, index_field, item_at};
use serde_json::{Value, json};

/// Assembles events into the response that the last of them with a `response` contains.
///
/// A complete stream ends with the whole response. If the stream broke before that, the last
/// response is an early one with an empty output, and the output is taken from the other events.
pub(crate) fn assemble(events: &[Value]) -> Option<Value> {
    let (mut response, mut error) = (None, None);
    let mut output = Vec::new();
    for event in events {
        let kind = event.get("type")?.as_str()?;
        if kind != "error" && !kind.starts_with("response.") {
            return None;
        }
        // The API sends `{"type": "error", "message": ..}`, some servers nest the same in `error`.
        if kind == "error" {
            error = Some(event.get(kind).unwrap_or(event));
        }
        if let Some(snapshot) = event.get("response") {
            response = Some(snapshot.as_object()?.clone());
        }
        apply_event(&mut output, kind, event);
    }
    let mut response = response?;
    let is_partial = response.get("output").and_then(Value::as_array).is_none_or(Vec::is_empty);
    if is_partial {
        output.retain(|item| !item.is_null());
        response.insert("output".to_owned(), output.into());
    }
    if let Some(error) = error {
        response.insert("error".to_owned(), error.clone());
    }
    Some(response.into())
}

/// Applies an event to the output so far.
///
/// Returns `None` for an event that has no output or does not fit. The caller ignores that: one
/// event that cannot be applied must not discard the others.
fn apply_event(output: &mut Vec<Value>, kind: &str, event: &Value) -> Option<()> {
    let item = item_at(output, index_field(event, "output_index")?)?;
    let content_index = || index_field(event, "content_index");
    let summary_index = || index_field(event, "summary_index");
    let delta = || event.get("delta").and_then(Value::as_str);
    match kind {
        "response.output_item.added" | "response.output_item.done" => {
            *item = event.get("item")?.clone();
        }
        "response.content_part.added" | "response.content_part.done" => {
            *part_at(item, "content", content_index()?)? = event.get("part")?.clone();
        }
        "response.output_text.delta" => {
            append_text(part_at(item, "content", content_index()?)?, "text", delta()?);
        }
        "response.refusal.delta" => {
            append_text(part_at(item, "content", content_index()?)?, "refusal", delta()?);
        }
        "response.reasoning_summary_part.added" => {
            *part_at(item, "summary", summary_index()?)? = event.get("part")?.clone();
        }
        "response.reasoning_summary_text.delta" => {
            append_text(part_at(item, "summary", summary_index()?)?, "text", delta()?);
        }
        "response.function_call_arguments.delta" => append_text(item, "arguments", delta()?),
        "response.custom_tool_call_input.delta" => append_text(item, "input", delta()?),
        // Events such as `response.web_search_call.searching` report progress and add no output.
        _ => {}
    }
    Some(())
}

/// Returns a part of an item's `content` or `summary`. A part that no event has opened begins as
/// an empty `output_text`.
fn part_at<'a>(item: &'a mut Value, list: &str, index: usize) -> Option<&'a mut Value> {
    let list = item.as_object_mut()?.entry(list).or_insert_with(|| json!([]));
    let part = item_at(list.as_array_mut()?, index)?;
    if part.is_null() {
        *part = json!({"type": "output_text"});
    }
    Some(part)
}
