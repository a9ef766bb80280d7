//! The messages that OpenInference lists, as the JSON of the GenAI conventions.

use super::attribute_view::{Flat, from_text};
use crate::openinference::keys;
use serde_json::{Map, Value, json};

/// The messages below a key; `None` if there are none.
pub(super) fn messages(span: &Flat<'_>, key: &str, finish_reason: Option<&str>) -> Option<String> {
    let messages: Vec<Value> =
        span.list(key).iter().map(|each| message(each, finish_reason)).collect();
    (!messages.is_empty()).then(|| Value::Array(messages).to_string())
}

fn message(message: &Flat<'_>, finish_reason: Option<&str>) -> Value {
    let role = message.text(&[keys::MESSAGE_ROLE]).unwrap_or("user");
    let content = message.text(&[keys::MESSAGE_CONTENT]);
    let mut parts: Vec<Value> =
        content.map(|text| json!({ "type": "text", "content": text })).into_iter().collect();
    parts.extend(message.list(keys::MESSAGE_CONTENTS).iter().map(part));
    if role == "tool" {
        parts = vec![response(message, parts)];
    }
    parts.extend(message.list(keys::MESSAGE_TOOL_CALLS).iter().map(tool_call));
    let mut written = object([("role", Some(role.into())), ("parts", Some(parts.into()))]);
    let name = message.text(&[keys::MESSAGE_NAME]);
    written.extend(object([("name", name.map(Value::from))]));
    written.extend(object([("finish_reason", finish_reason.map(Value::from))]));
    written.into()
}

/// What a tool answered: its text, or its parts if there are several.
fn response(message: &Flat<'_>, mut parts: Vec<Value>) -> Value {
    let response = match parts.as_mut_slice() {
        [part] if part["type"] == "text" => part["content"].take(),
        _ => parts.into(),
    };
    let id = message.text(&[keys::MESSAGE_TOOL_CALL_ID]).map(Value::from);
    let kind = Some("tool_call_response".into());
    object([("type", kind), ("id", id), ("response", Some(response))]).into()
}

fn tool_call(call: &Flat<'_>) -> Value {
    let text = |key| call.text(&[key]).map(Value::from);
    let arguments = call.text(&[keys::TOOL_CALL_ARGUMENTS]).map(from_text);
    object([
        ("type", Some("tool_call".into())),
        ("id", text(keys::TOOL_CALL_ID)),
        ("name", text(keys::TOOL_CALL_NAME)),
        ("arguments", arguments),
    ])
    .into()
}

fn part(part: &Flat<'_>) -> Value {
    let text = |key| part.text(&[key]);
    let media = [
        (keys::MESSAGE_CONTENT_IMAGE, keys::IMAGE_URL, "image"),
        (keys::MESSAGE_CONTENT_AUDIO, keys::AUDIO_URL, "audio"),
        (keys::MESSAGE_CONTENT_VIDEO, keys::VIDEO_URL, "video"),
        (keys::MESSAGE_CONTENT_DOCUMENT, keys::DOCUMENT_URL, "document"),
    ];
    for (below, key, modality) in media {
        if let Some(url) = part.text(&[&format!("{below}.{key}")]) {
            return at(url, modality);
        }
    }
    let said = text(keys::MESSAGE_CONTENT_TEXT).unwrap_or_default();
    match text(keys::MESSAGE_CONTENT_TYPE) {
        Some("tool_use") => tool_call(part),
        Some("reasoning") => json!({ "type": "reasoning", "content": said }),
        _ => json!({ "type": "text", "content": said }),
    }
}

/// Media at an URL, or inside a data URL.
fn at(url: &str, modality: &str) -> Value {
    let data = url.strip_prefix("data:").and_then(|data| data.split_once(";base64,"));
    match data {
        Some((mime_type, content)) => json!({
            "type": "blob", "mime_type": mime_type, "modality": modality, "content": content,
        }),
        None => json!({ "type": "uri", "modality": modality, "uri": url }),
    }
}

/// The tools below `llm.tools`, as flat definitions.
pub(super) fn tools(span: &Flat<'_>) -> Option<String> {
    let definition = |tool: &Flat<'_>| {
        let mut definition = tool.json(&[keys::TOOL_JSON_SCHEMA])?;
        // OpenAI's chat API puts all but the type into `function`.
        if let Some(Value::Object(function)) = definition.get_mut("function").map(Value::take) {
            definition = function.into();
            definition["type"] = "function".into();
        }
        Some(definition)
    };
    let tools: Vec<Value> = span.list(keys::LLM_TOOLS).iter().filter_map(definition).collect();
    (!tools.is_empty()).then(|| Value::Array(tools).to_string())
}

fn object<const N: usize>(fields: [(&str, Option<Value>); N]) -> Map<String, Value> {
    fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
}
