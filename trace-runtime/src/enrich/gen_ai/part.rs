//! Parses one part of a message of the GenAI conventions.

use crate::enrich::api::json;
use crate::record::data_url;
use crate::record::{Audio, Document, Image, Part, Reasoning, ToolCall, ToolMessage, Video};
use serde_json::Value;

/// A part, by its place in an OpenInference message.
pub(super) enum ParsedPart {
    /// Text or media.
    Content(Part),
    Reasoning(Reasoning),
    ToolCall(ToolCall),
    /// The result of a tool, which becomes a separate message.
    ToolResult(ToolMessage),
}

/// Parses a part. `default` is the type of a part that does not name one.
///
/// The types of the conventions (version 1.38) come first in each arm, then those of APIs whose
/// messages crates pass on unchanged: `thinking`, `tool_use` and `tool_result` are Anthropic's,
/// `function` and `image_url` are OpenAI's.
pub(super) fn parse_part(part: &Value, default: &str) -> ParsedPart {
    let field = |names: &[&str]| names.iter().find_map(|name| part.get(name));
    let text = |names: &[&str]| field(names).and_then(Value::as_str);
    let kind = text(&["type"]).unwrap_or(default);
    let parsed = match kind {
        // {"type": "reasoning", "content": "Look it up."}
        "reasoning" | "thinking" => text(&["content", "text", "thinking"])
            .map(|text| ParsedPart::Reasoning(Reasoning::new(text))),
        // {"type": "tool_call", "id": "1", "name": "weather", "arguments": {"city": "Oslo"}}
        "tool_call" | "tool_use" | "function" => tool_call(part).map(ParsedPart::ToolCall),
        // {"type": "tool_call_response", "id": "1", "response": "sun"}
        // The prose of the specification names the field `result`, its JSON schema `response`.
        "tool_call_response" | "tool_result" => {
            let result = field(&["response", "result", "content"]).unwrap_or(&Value::Null);
            let mut message = ToolMessage::new("", vec![text_part(result)]);
            message.tool_call_id = text(&["id", "tool_use_id"]).map(str::to_owned);
            message.name = text(&["name"]).map(str::to_owned);
            Some(ParsedPart::ToolResult(message))
        }
        // {"type": "blob", "modality": "image", "mime_type": "image/png", "content": "iVBO.."}
        "blob" => text(&["content", "data"]).map(|data| {
            let url = |mime_type: Option<&str>| data_url(mime_type.unwrap_or_default(), data);
            ParsedPart::Content(media(part, url))
        }),
        // {"type": "uri", "modality": "image", "uri": "https://example.com/a.png"}
        "uri" => text(&["uri"]).map(|uri| ParsedPart::Content(media(part, |_| uri.to_owned()))),
        // {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}
        "image_url" => text(&["image_url"])
            .or_else(|| part.get("image_url")?.get("url")?.as_str())
            .map(|url| ParsedPart::Content(Image::new(url).into())),
        // {"type": "file", "modality": "image", "file_id": "file-1"}
        "file" => {
            text(&["file_id"]).map(|id| ParsedPart::Content(Document::default().id(id).into()))
        }
        _ => None,
    };
    // A part of an unknown type, or one that lacks a field, is shown as its JSON rather than lost.
    parsed.unwrap_or_else(|| ParsedPart::Content(text_part(part)))
}

/// Returns the text of a value: a JSON string, the text inside a part, or else the JSON itself.
pub(super) fn text_part(value: &Value) -> Part {
    let inner = || ["content", "text"].iter().find_map(|field| value.get(field)?.as_str());
    match value.as_str().or_else(inner) {
        Some(text) => Part::text(text),
        None => Part::text(value.to_string()),
    }
}

/// Parses a tool call. OpenAI's form has the name and the arguments inside `function`, Anthropic's
/// names the arguments `input`.
fn tool_call(call: &Value) -> Option<ToolCall> {
    let function = call.get("function").unwrap_or(call);
    let arguments = function.get("arguments").or_else(|| function.get("input"));
    let arguments = arguments.filter(|arguments| !arguments.is_null());
    let arguments = arguments.cloned().unwrap_or_else(|| serde_json::json!({}));
    let parsed = ToolCall::new(function.get("name")?.as_str()?, json(&arguments));
    Some(match call.get("id").and_then(Value::as_str) {
        Some(id) => parsed.id(id),
        None => parsed,
    })
}

/// Returns the media at a URL. The modality is optional in the conventions, so the first half of
/// the MIME type replaces it. Media of any other kind, such as a PDF, are a document.
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
