//! The responses and streams of Cohere's chat, version 2 (`POST /v2/chat`).
//!
//! Reference: <https://docs.cohere.com/v2/reference/chat>. Fixtures: `cohere_chat.json`,
//! `cohere_chat_stream*.json`.

use super::{ORIGIN, Usage, is_cohere_reason};
use crate::enrich::api::ChatResponse;
use crate::enrich::providers::openai::messages::parse_reply;
use crate::enrich::wire::indexed_list::IndexedList;
use crate::enrich::wire::merge::{Merged, UnknownChunks, index_field};
use crate::enrich::wire::value_deserializer::from_value;
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// The body of a response.
///
/// ```json
/// {"id": "c14c80c3", "finish_reason": "COMPLETE",
///  "message": {"role": "assistant", "content": [{"type": "text", "text": "Hello"}]},
///  "usage": {"billed_units": {..}, "tokens": {"input_tokens": 9, "output_tokens": 2}}}
/// ```
///
/// The message is that of OpenAI's chat completions, with a `tool_plan`. The response does not name
/// the model.
#[derive(Deserialize)]
struct Response {
    id: String,
    finish_reason: Option<String>,
    usage: Option<Usage>,
}

/// Reads a response.
pub(crate) fn response(value: &Value) -> Option<ChatResponse> {
    let Response { id, finish_reason, usage } = from_value::<Response>(value)?;
    if id.is_empty() || !is_distinct(value) {
        return None;
    }
    Some(ChatResponse {
        messages: vec![parse_reply(value.get("message")?)?.into()],
        finish_reason,
        tokens: usage.and_then(|usage| usage.tokens()),
        model: None,
        origin: ORIGIN,
        ..ChatResponse::default()
    })
}

/// Returns true if a response has a feature that only Cohere's have: a finish reason in upper case,
/// or counts with Cohere's names.
///
/// A stream that broke has neither. [`assemble`] then leaves `finish_reason` null and the content a
/// list, while an application's `{"id": .., "message": {"content": ".."}}` has a text.
fn is_distinct(value: &Value) -> bool {
    let usage = value.get("usage");
    let has_count = |name: &&str| usage.and_then(|usage| usage.get(*name)).is_some();
    let has_counts = ["billed_units", "tokens"].iter().any(has_count);
    match value.get("finish_reason") {
        Some(Value::String(reason)) => has_counts || is_cohere_reason(reason),
        Some(Value::Null) => {
            has_counts || value.get("message").is_some_and(|it| !it["content"].is_string())
        }
        _ => false,
    }
}

/// The events that add nothing. Citations are not recorded.
const NO_CONTENT: [&str; 5] =
    ["message-start", "content-end", "tool-call-end", "citation-start", "citation-end"];

/// Assembles the events of a stream into one response.
///
/// ```json
/// {"type": "message-start", "id": "29f14a5a", "delta": {"message": {"role": "assistant", ..}}}
/// {"type": "content-start", "index": 0,
///  "delta": {"message": {"content": {"type": "text", "text": ""}}}}
/// {"type": "content-delta", "index": 0, "delta": {"message": {"content": {"text": "Hel"}}}}
/// {"type": "content-end", "index": 0}
/// {"type": "message-end", "delta": {"finish_reason": "COMPLETE", "usage": {..}}}
/// ```
///
/// `tool-call-start` and `tool-call-delta` are similar, with one call in `tool_calls`, and
/// `tool-plan-delta` has a piece of the plan. `index` is the position of the block or of the call.
pub(crate) fn assemble(events: &[Value]) -> Option<Value> {
    let is_start = |event: &&Value| event.get("type").is_some_and(|kind| kind == "message-start");
    let start = events.iter().find(is_start)?;
    let mut response = Map::from_iter([
        ("id".to_owned(), start.get("id")?.clone()),
        // `message-end` replaces it.
        ("finish_reason".to_owned(), Value::Null),
    ]);
    let mut message = Merged::default();
    let (mut content, mut calls) = (IndexedList::default(), IndexedList::default());
    let mut unknown = UnknownChunks::default();
    for event in events {
        let delta = event.get("delta");
        let is_known = match event.get("type").and_then(Value::as_str) {
            Some("message-end") => {
                let fields = delta.and_then(Value::as_object).into_iter().flatten();
                response.extend(fields.map(|(key, value)| (key.clone(), value.clone())));
                true
            }
            Some("content-start" | "content-delta") => {
                add_delta(&mut content, event, "content").is_some()
            }
            Some("tool-call-start" | "tool-call-delta") => {
                add_delta(&mut calls, event, "tool_calls").is_some()
            }
            Some("tool-plan-delta") => {
                let delta = delta.and_then(|delta| delta.get("message")?.as_object());
                delta.map(|delta| message.add(delta)).is_some()
            }
            Some(kind) => NO_CONTENT.contains(&kind),
            None => false,
        };
        if !is_known {
            unknown.keep(event);
        }
    }
    let mut message = message.into_map();
    message.insert("role".to_owned(), json!("assistant"));
    for (field, list) in [("content", content), ("tool_calls", calls)] {
        let items = list.into_items().map(|item: Merged| Value::from(item.into_map()));
        let items: Vec<Value> = items.collect();
        if !items.is_empty() {
            message.insert(field.to_owned(), items.into());
        }
    }
    response.insert("message".to_owned(), message.into());
    unknown.add_to(&mut response);
    Some(response.into())
}

/// Adds the `field` of an event's delta to the item at the event's index, or to the last item if
/// the event has no index.
fn add_delta(list: &mut IndexedList<Merged>, event: &Value, field: &str) -> Option<()> {
    let delta = event.get("delta")?.get("message")?.get(field)?.as_object()?;
    let item = if event.get("index").is_some() {
        list.at(index_field(event, "index")?)
    } else {
        if list.current_mut().is_none() {
            list.push(None, Merged::default());
        }
        list.current_mut()?
    };
    item.add(delta);
    Some(())
}
