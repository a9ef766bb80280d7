//! Messages where earlier versions of the conventions put them: in events, and in attributes with a
//! number in their key.

use super::attribute_view::{Flat, json};
use crate::openinference::keys::gen_ai::{INPUT_EVENTS, Names, OUTPUT_EVENT};
use opentelemetry::KeyValue;
use opentelemetry::trace::Event;
use serde_json::{Map, Value};

/// The messages of the events, in the order they happened.
pub(super) fn input_events(events: &[Event]) -> Option<Value> {
    let message = |event: &Event| {
        let (_, role) = INPUT_EVENTS.iter().find(|(name, _)| *name == event.name)?;
        let mut message = fields(&event.attributes);
        message.entry("role").or_insert_with(|| (*role).into());
        Some(Value::Object(message))
    };
    list(events.iter().filter_map(message))
}

/// The choices that the events tell of.
pub(super) fn output_events(events: &[Event]) -> Option<Value> {
    let choice = |event: &Event| {
        let mut fields = fields(&event.attributes);
        let mut message = match fields.remove("message") {
            Some(Value::Object(message)) => message,
            Some(text) => Map::from_iter([("content".to_owned(), text)]),
            None => std::mem::take(&mut fields),
        };
        if let Some(reason) = fields.remove("finish_reason") {
            message.insert("finish_reason".to_owned(), reason);
        }
        Value::Object(message)
    };
    list(events.iter().filter(|event| event.name == OUTPUT_EVENT).map(choice))
}

fn fields(attributes: &[KeyValue]) -> Map<String, Value> {
    attributes.iter().map(|each| (each.key.to_string(), json(&each.value))).collect()
}

/// Messages in attributes such as `gen_ai.prompt.0.role`.
pub(super) fn numbered(span: &Flat<'_>, names: Names) -> Option<Value> {
    let messages =
        names.iter().find_map(|name| Some(span.list(name)).filter(|all| !all.is_empty()));
    list(messages?.iter().map(|message| {
        let field = |name| Some((str::to_owned(name), message.json(&[name])?));
        let mut fields: Map<String, Value> = ["role", "content", "tool_call_id", "finish_reason"]
            .into_iter()
            .filter_map(field)
            .collect();
        let calls = message.list("tool_calls").into_iter().map(|call| {
            let field = |name| Some((str::to_owned(name), call.json(&[name])?));
            Value::Object(["id", "name", "arguments"].into_iter().filter_map(field).collect())
        });
        fields.insert("tool_calls".to_owned(), calls.collect());
        Value::Object(fields)
    }))
}

fn list(messages: impl Iterator<Item = Value>) -> Option<Value> {
    let messages: Vec<Value> = messages.collect();
    (!messages.is_empty()).then(|| messages.into())
}
