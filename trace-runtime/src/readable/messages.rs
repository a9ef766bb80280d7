//! The text of messages, which attributes hold as flattened lists.

use super::json;
use crate::openinference::keys;
use opentelemetry::{KeyValue, Value};
use std::collections::BTreeMap;

/// A tool call that a model requested. The name or the arguments may be missing: a masked span has no
/// arguments.
#[derive(Default)]
struct ToolCall {
    name: String,
    arguments: String,
}

/// The texts of one message, by their place in it.
#[derive(Default)]
struct Message {
    content: String,
    parts: BTreeMap<usize, String>,
    calls: BTreeMap<usize, ToolCall>,
}

/// Returns the text of the last message with the role `user`.
pub(super) fn last_user_text(attributes: &[KeyValue], limit: usize) -> Option<String> {
    let roles = items(attributes, keys::LLM_INPUT_MESSAGES)
        .filter(|(_, field, value)| *field == keys::MESSAGE_ROLE && value.as_str() == "user");
    let last = roles.map(|(index, _, _)| index).max()?;
    let text = message(attributes, keys::LLM_INPUT_MESSAGES, last, limit).text();
    (!text.is_empty()).then_some(text)
}

/// Returns the text of the first output message, followed by `→ tool(arguments)` for each call.
pub(super) fn answer(attributes: &[KeyValue], limit: usize) -> Option<String> {
    let message = message(attributes, keys::LLM_OUTPUT_MESSAGES, 0, limit);
    let mut parts = vec![message.text()];
    parts.extend(
        message
            .calls
            .values()
            .map(|call| format!("→ {}({})", call.name, json::arguments(&call.arguments, limit))),
    );
    parts.retain(|part| !part.is_empty());
    (!parts.is_empty()).then(|| parts.join(" "))
}

impl Message {
    fn text(&self) -> String {
        let parts = self.parts.values().map(String::as_str);
        let texts: Vec<_> = std::iter::once(self.content.as_str()).chain(parts).collect();
        texts.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" ")
    }

    fn set(&mut self, field: &str, value: &Value, limit: usize) {
        if field == keys::MESSAGE_CONTENT {
            self.content = start(value, limit);
        } else if let Some((index, field)) = item(field, keys::MESSAGE_CONTENTS) {
            if field == keys::MESSAGE_CONTENT_TEXT {
                self.parts.insert(index, start(value, limit));
            }
        } else if let Some((index, field)) = item(field, keys::MESSAGE_TOOL_CALLS) {
            match field {
                keys::TOOL_CALL_NAME => {
                    self.calls.entry(index).or_default().name = start(value, limit);
                }
                // Cut arguments would not parse.
                keys::TOOL_CALL_ARGUMENTS => {
                    self.calls.entry(index).or_default().arguments = value.as_str().into_owned();
                }
                _ => {}
            }
        }
    }
}

/// Collects the fields of one message of a list.
fn message(attributes: &[KeyValue], list: &str, index: usize, limit: usize) -> Message {
    let mut message = Message::default();
    for (at, field, value) in items(attributes, list) {
        if at == index {
            message.set(field, value, limit);
        }
    }
    message
}

/// Lists the attributes of a flattened list: index, key below the item, and value.
fn items<'a>(
    attributes: &'a [KeyValue],
    list: &'a str,
) -> impl Iterator<Item = (usize, &'a str, &'a Value)> {
    attributes.iter().filter_map(move |attribute| {
        let (index, field) = item(attribute.key.as_str(), list)?;
        Some((index, field, &attribute.value))
    })
}

/// Splits `<list>.<index>.<field>` into index and field.
fn item<'a>(key: &'a str, list: &str) -> Option<(usize, &'a str)> {
    let (index, field) = key.strip_prefix(list)?.strip_prefix('.')?.split_once('.')?;
    Some((index.parse().ok()?, field))
}

fn start(value: &Value, limit: usize) -> String {
    value.as_str().chars().take(limit).collect()
}
