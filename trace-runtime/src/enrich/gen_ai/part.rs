//! A part of a message, from JSON.

use crate::enrich::model;
use crate::record::data_url;
use crate::record::{Audio, Document, Image, Part, Reasoning, ToolCall, ToolMessage, Video};
use serde_json::Value;

pub(super) enum Parsed {
    Said(Part),
    Reasoning(Reasoning),
    Call(ToolCall),
    Result(ToolMessage),
}

/// The part, whatever it is; `default` is its type if it does not say one.
pub(super) fn part(part: &Value, default: &str) -> Parsed {
    let field = |names: &[&str]| names.iter().find_map(|name| part.get(name));
    let text = |names: &[&str]| field(names).and_then(Value::as_str);
    let kind = text(&["type"]).unwrap_or(default);
    let parsed = match kind {
        "reasoning" | "thinking" => text(&["content", "text", "thinking"])
            .map(|text| Parsed::Reasoning(Reasoning::new(text))),
        "tool_call" | "tool_use" | "function" => call(part).map(Parsed::Call),
        "tool_call_response" | "tool_result" => {
            let result = field(&["response", "result", "content"]).unwrap_or(&Value::Null);
            let mut message = ToolMessage::new("", vec![said(result)]);
            message.tool_call_id = text(&["id", "tool_use_id"]).map(str::to_owned);
            message.name = text(&["name"]).map(str::to_owned);
            Some(Parsed::Result(message))
        }
        "blob" => text(&["content", "data"]).map(|data| {
            Parsed::Said(media(part, |mime_type| data_url(mime_type.unwrap_or_default(), data)))
        }),
        "uri" => text(&["uri"]).map(|uri| Parsed::Said(media(part, |_| uri.to_owned()))),
        "image_url" => text(&["image_url"])
            .or_else(|| part.get("image_url")?.get("url")?.as_str())
            .map(|url| Parsed::Said(Image::new(url).into())),
        "file" => text(&["file_id"]).map(|id| Parsed::Said(Document::default().id(id).into())),
        _ => None,
    };
    // What is not known is kept as it is, so that nothing is lost.
    parsed.unwrap_or_else(|| Parsed::Said(said(part)))
}

/// Text, whether it is bare, in a part, or JSON.
pub(super) fn said(value: &Value) -> Part {
    let inner = || ["content", "text"].iter().find_map(|field| value.get(field)?.as_str());
    match value.as_str().or_else(inner) {
        Some(text) => Part::text(text),
        None => Part::text(value.to_string()),
    }
}

/// A call of a tool, also with its name and arguments inside `function`.
fn call(call: &Value) -> Option<ToolCall> {
    let function = call.get("function").unwrap_or(call);
    let arguments = function.get("arguments").or_else(|| function.get("input"));
    let arguments = arguments.filter(|arguments| !arguments.is_null());
    let arguments = arguments.cloned().unwrap_or_else(|| serde_json::json!({}));
    let parsed = ToolCall::new(function.get("name")?.as_str()?, model::json(&arguments));
    Some(match call.get("id").and_then(Value::as_str) {
        Some(id) => parsed.id(id),
        None => parsed,
    })
}

fn media(part: &Value, url: impl FnOnce(Option<&str>) -> String) -> Part {
    let text = |field| part.get(field).and_then(Value::as_str);
    let mime_type = text("mime_type");
    let url = url(mime_type);
    let modality = text("modality").or_else(|| mime_type?.split('/').next());
    match (modality, mime_type) {
        (Some("image"), _) => Image::new(url).into(),
        (Some("audio"), Some(mime_type)) => Audio::new(url).mime_type(mime_type).into(),
        (Some("audio"), None) => Audio::new(url).into(),
        (Some("video"), _) => Video::new(url).into(),
        (_, Some(mime_type)) => Document::at(url).mime_type(mime_type).into(),
        (_, None) => Document::at(url).into(),
    }
}
