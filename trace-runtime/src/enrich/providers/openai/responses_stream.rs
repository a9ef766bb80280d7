//! The events of `OpenAI`'s responses as one response.

use crate::enrich::wire::merge::{append, item_at};
use serde_json::{Value, json};

/// The response of the last event that has one, with the output that other events told of if that
/// one came before the end.
pub(crate) fn joined(events: &[Value]) -> Option<Value> {
    let (mut response, mut error) = (None, None);
    let mut output = Vec::new();
    for event in events {
        let kind = event.get("type")?.as_str()?;
        if kind != "error" && !kind.starts_with("response.") {
            return None;
        }
        if kind == "error" {
            error = Some(event.get(kind).unwrap_or(event));
        }
        if let Some(whole) = event.get("response") {
            response = Some(whole.as_object()?.clone());
        }
        piece(&mut output, kind, event);
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

/// What an event adds to the output. What does not fit is left out: the stream was broken.
fn piece(output: &mut Vec<Value>, kind: &str, event: &Value) -> Option<()> {
    let item = item_at(output, index(event, "output_index")?)?;
    let delta = || event.get("delta").and_then(Value::as_str);
    match kind {
        "response.output_item.added" | "response.output_item.done" => {
            *item = event.get("item")?.clone();
        }
        "response.content_part.added" | "response.content_part.done" => {
            *part(item, "content", index(event, "content_index")?)? = event.get("part")?.clone();
        }
        "response.output_text.delta" => {
            append(part(item, "content", index(event, "content_index")?)?, "text", delta()?);
        }
        "response.refusal.delta" => {
            append(part(item, "content", index(event, "content_index")?)?, "refusal", delta()?);
        }
        "response.reasoning_summary_part.added" => {
            *part(item, "summary", index(event, "summary_index")?)? = event.get("part")?.clone();
        }
        "response.reasoning_summary_text.delta" => {
            append(part(item, "summary", index(event, "summary_index")?)?, "text", delta()?);
        }
        "response.function_call_arguments.delta" => append(item, "arguments", delta()?),
        "response.custom_tool_call_input.delta" => append(item, "input", delta()?),
        _ => {}
    }
    Some(())
}

fn index(event: &Value, field: &str) -> Option<usize> {
    usize::try_from(event.get(field)?.as_u64()?).ok()
}

/// A part of an item, begun if no event has.
fn part<'a>(item: &'a mut Value, list: &str, index: usize) -> Option<&'a mut Value> {
    let list = item.as_object_mut()?.entry(list).or_insert_with(|| json!([]));
    let part = item_at(list.as_array_mut()?, index)?;
    if part.is_null() {
        *part = json!({"type": "output_text"});
    }
    Some(part)
}
