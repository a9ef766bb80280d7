//! Writes the messages and tools of OpenInference as the JSON of the GenAI conventions.

use super::attribute_view::{AttributeView, parse_or_quote};
use crate::openinference::keys;
use serde_json::{Map, Value, json};

/// Returns the messages below `key` as JSON, or `None` if there are none.
///
/// `llm.output_messages.0.message.role = "assistant"` and
/// `llm.output_messages.0.message.content = "Sunny"` give
///
/// ```json
/// [{
///     "role": "assistant",
///     "parts": [{"type": "text", "content": "Sunny"}],
///     "finish_reason": "stop"
/// }]
/// ```
///
/// The conventions require a finish reason on each output message, and none on input messages.
pub(super) fn messages(
    span: &AttributeView<'_>,
    key: &str,
    finish_reason: Option<&str>,
) -> Option<String> {
    let messages = span.indexed_items(key);
    let messages: Vec<Value> = messages.iter().map(|each| message(each, finish_reason)).collect();
    (!messages.is_empty()).then(|| Value::Array(messages).to_string())
}

fn message(message: &AttributeView<'_>, finish_reason: Option<&str>) -> Value {
    let role = message.text(&[keys::MESSAGE_ROLE]).unwrap_or("user");
    // OpenInference has either one text in `message.content` or parts in `message.contents`.
    let content = message.text(&[keys::MESSAGE_CONTENT]);
    let mut parts: Vec<Value> =
        content.map(|text| json!({ "type": "text", "content": text })).into_iter().collect();
    parts.extend(message.indexed_items(keys::MESSAGE_CONTENTS).iter().map(part));
    if role == "tool" {
        parts = vec![tool_result(message, parts)];
    }
    parts.extend(message.indexed_items(keys::MESSAGE_TOOL_CALLS).iter().map(tool_call));
    let name = message.text(&[keys::MESSAGE_NAME]);
    object([
        ("role", Some(role.into())),
        ("parts", Some(parts.into())),
        ("name", name.map(Value::from)),
        ("finish_reason", finish_reason.map(Value::from)),
    ])
}

/// Returns the part of a message of the role `tool`:
/// `{"type": "tool_call_response", "id": "1", "response": "Sunny"}`.
///
/// A single text is the response itself; several parts are a list.
fn tool_result(message: &AttributeView<'_>, mut parts: Vec<Value>) -> Value {
    let response = match parts.as_mut_slice() {
        [part] if part["type"] == "text" => part["content"].take(),
        _ => parts.into(),
    };
    let id = message.text(&[keys::MESSAGE_TOOL_CALL_ID]).map(Value::from);
    let kind = Some("tool_call_response".into());
    object([("type", kind), ("id", id), ("response", Some(response))])
}

/// Returns `{"type": "tool_call", "id": "1", "name": "weather", "arguments": {"city": "Oslo"}}`.
/// The arguments are an object there and JSON text in OpenInference.
fn tool_call(call: &AttributeView<'_>) -> Value {
    let text = |key| call.text(&[key]).map(Value::from);
    let arguments = call.text(&[keys::TOOL_CALL_ARGUMENTS]).map(parse_or_quote);
    object([
        ("type", Some("tool_call".into())),
        ("id", text(keys::TOOL_CALL_ID)),
        ("name", text(keys::TOOL_CALL_NAME)),
        ("arguments", arguments),
    ])
}

/// Returns an item of `message.contents` as a part.
fn part(part: &AttributeView<'_>) -> Value {
    let text = |key| part.text(&[key]);
    // For example `message_content.image.image.url`.
    let media = [
        (keys::MESSAGE_CONTENT_IMAGE, keys::IMAGE_URL, "image"),
        (keys::MESSAGE_CONTENT_AUDIO, keys::AUDIO_URL, "audio"),
        (keys::MESSAGE_CONTENT_VIDEO, keys::VIDEO_URL, "video"),
        (keys::MESSAGE_CONTENT_DOCUMENT, keys::DOCUMENT_URL, "document"),
    ];
    for (prefix, key, modality) in media {
        if let Some(url) = part.text(&[&format!("{prefix}.{key}")]) {
            return media_part(url, modality);
        }
    }
    let content = text(keys::MESSAGE_CONTENT_TEXT).unwrap_or_default();
    match text(keys::MESSAGE_CONTENT_TYPE) {
        Some("tool_use") => tool_call(part),
        Some("reasoning") => json!({ "type": "reasoning", "content": content }),
        _ => json!({ "type": "text", "content": content }),
    }
}

/// Returns media as a part. OpenInference puts the bytes into a data URL such as
/// `data:image/png;base64,iVBO..`; the conventions have the type `blob` for them, and `uri` for a
/// reference.
fn media_part(url: &str, modality: &str) -> Value {
    let data = url.strip_prefix("data:").and_then(|data| data.split_once(";base64,"));
    match data {
        Some((mime_type, content)) => json!({
            "type": "blob", "mime_type": mime_type, "modality": modality, "content": content,
        }),
        None => json!({ "type": "uri", "modality": modality, "uri": url }),
    }
}

/// Returns the tools in `llm.tools` as JSON, or `None` if there are none.
///
/// The conventions have flat definitions. OpenAI's chat API nests them, so
/// `{"type": "function", "function": {"name": "weather"}}` gives
/// `{"type": "function", "name": "weather"}`.
pub(super) fn tools(span: &AttributeView<'_>) -> Option<String> {
    let definition = |tool: &AttributeView<'_>| {
        let mut definition = tool.json(&[keys::TOOL_JSON_SCHEMA])?;
        if let Some(Value::Object(function)) = definition.get_mut("function").map(Value::take) {
            definition = function.into();
            definition["type"] = "function".into();
        }
        Some(definition)
    };
    let tools = span.indexed_items(keys::LLM_TOOLS);
    let tools: Vec<Value> = tools.iter().filter_map(definition).collect();
    (!tools.is_empty()).then(|| Value::Array(tools).to_string())
}

/// Returns a JSON object of the fields that have a value.
fn object<const N: usize>(fields: [(&str, Option<Value>); N]) -> Value {
    let present = fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    Value::Object(present.collect::<Map<_, _>>())
}
