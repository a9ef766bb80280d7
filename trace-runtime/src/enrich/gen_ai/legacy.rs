//! Reads messages in the forms of earlier GenAI conventions: events, and attributes with a number
//! in their key.
//!
//! Both are converted to JSON that resembles `gen_ai.input.messages`, so that one parser suffices.

use super::attribute_view::{AttributeView, to_json};
use crate::openinference::keys::gen_ai::{INPUT_EVENTS, Names, OUTPUT_EVENT};
use opentelemetry::KeyValue;
use opentelemetry::trace::Event;
use serde_json::{Map, Value};

/// Returns the messages of the input events, in the order in which they happened.
///
/// Versions 1.28 to 1.36 of the conventions record each message as an event whose name gives the
/// role: `gen_ai.user.message` with the attribute `content = "Weather?"` is
/// `{"role": "user", "content": "Weather?"}`.
pub(super) fn input_events(events: &[Event]) -> Option<Value> {
    let message = |event: &Event| {
        let (_, role) = INPUT_EVENTS.iter().find(|(name, _)| *name == event.name)?;
        let mut message = fields(&event.attributes);
        message.entry("role").or_insert_with(|| (*role).into());
        Some(Value::Object(message))
    };
    non_empty_list(events.iter().filter_map(message))
}

/// Returns the messages of the events `gen_ai.choice`, one for each choice of the model.
///
/// The message is the attribute `message`, as JSON or as text. Some crates set its fields as
/// attributes of the event instead:
///
/// ```text
/// finish_reason = "stop", message = "{\"role\": \"assistant\", \"content\": \"Sunny\"}"
/// finish_reason = "stop", message = "Sunny"
/// role = "assistant", content = "Sunny"
/// ```
pub(super) fn output_events(events: &[Event]) -> Option<Value> {
    let choice = |event: &Event| {
        let mut fields = fields(&event.attributes);
        let mut message = match fields.remove("message") {
            Some(Value::Object(message)) => message,
            Some(text) => Map::from_iter([("content".to_owned(), text)]),
            None => std::mem::take(&mut fields),
        };
        // The current conventions have the finish reason inside the message.
        if let Some(reason) = fields.remove("finish_reason") {
            message.insert("finish_reason".to_owned(), reason);
        }
        Value::Object(message)
    };
    non_empty_list(events.iter().filter(|event| event.name == OUTPUT_EVENT).map(choice))
}

fn fields(attributes: &[KeyValue]) -> Map<String, Value> {
    attributes.iter().map(|each| (each.key.to_string(), to_json(&each.value))).collect()
}

/// Returns messages that are flattened into numbered attributes, as `OpenLLMetry` records them:
///
/// ```text
/// gen_ai.prompt.0.role = "user"
/// gen_ai.prompt.0.content = "Weather?"
/// gen_ai.completion.0.tool_calls.0.name = "weather"
/// gen_ai.completion.0.tool_calls.0.arguments = "{\"city\":\"Oslo\"}"
/// ```
pub(super) fn numbered_messages(span: &AttributeView<'_>, names: Names) -> Option<Value> {
    let mut lists = names.iter().map(|name| span.indexed_items(name));
    let messages = lists.find(|messages| !messages.is_empty())?;
    non_empty_list(messages.iter().map(|message| {
        let mut fields = present(message, &["role", "content", "tool_call_id", "finish_reason"]);
        let calls = message.indexed_items("tool_calls").into_iter();
        let calls = calls.map(|call| Value::Object(present(&call, &["id", "name", "arguments"])));
        fields.insert("tool_calls".to_owned(), calls.collect());
        Value::Object(fields)
    }))
}

/// Returns those of the named attributes that are present.
fn present(attributes: &AttributeView<'_>, names: &[&str]) -> Map<String, Value> {
    let field = |name: &&str| Some(((*name).to_owned(), attributes.json(&[name])?));
    names.iter().filter_map(field).collect()
}

/// Returns the messages as a JSON list, or `None` if there are none, so that the next form is
/// tried.
fn non_empty_list(messages: impl Iterator<Item = Value>) -> Option<Value> {
    let messages: Vec<Value> = messages.collect();
    (!messages.is_empty()).then(|| messages.into())
}
