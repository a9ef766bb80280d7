//! The tools of `OpenAI`'s responses that are not functions: web and file search, code, shells,
//! computers, images, MCP servers, and whatever comes next. All are of one form.

use super::items::part;
use super::parts::image;
use crate::enrich::neutral::json;
use crate::record::{Content, Image, Json, Part, ToolCall, ToolMessage};
use serde_json::{Map, Value};

/// What an item of a tool says: a call, what the tool answered, or both.
pub(crate) struct BuiltIn {
    pub(crate) call: Option<ToolCall>,
    pub(crate) answer: Option<ToolMessage>,
}

/// Where the items of the tools say what was found.
const ANSWERS: [&str; 5] = ["output", "outputs", "results", "result", "error"];

/// The fields that are no arguments of a call.
const OTHERS: [&str; 8] =
    ["id", "call_id", "type", "status", "name", "arguments", "created_by", "caller"];

/// An item of the type `.._call` or `.._output`; one of another type says neither.
pub(crate) fn built_in(item: &Value) -> Option<BuiltIn> {
    let item = item.as_object()?;
    let kind = item.get("type")?.as_str()?;
    let id = ["call_id", "id"].iter().find_map(|id| item.get(*id)?.as_str()).map(str::to_owned);
    let answer = ANSWERS.iter().find_map(|field| item.get(*field).filter(|it| !it.is_null()));
    let answered = |content| ToolMessage { tool_call_id: id.clone(), name: None, content };
    if kind.ends_with("_output") {
        let content = match answer {
            Some(answer) => content(answer),
            None => Value::Object(item.clone()).to_string().into(),
        };
        return Some(BuiltIn { call: None, answer: Some(answered(content)) });
    }
    kind.strip_suffix("_call")?;
    let name = item.get("name").and_then(Value::as_str).unwrap_or(kind);
    let answer = answer.map(|answer| match (kind, answer) {
        ("image_generation_call", Value::String(data)) => answered(vec![image(data)].into()),
        _ => answered(content(answer)),
    });
    let call = ToolCall { id: id.clone(), ..ToolCall::new(name, arguments(item)) };
    Some(BuiltIn { call: Some(call), answer })
}

/// What the tool was called with: the arguments of an MCP server's tool, else all that is left.
fn arguments(item: &Map<String, Value>) -> Json {
    if let Some(arguments) = item.get("arguments") {
        return json(arguments);
    }
    let mut rest = item.clone();
    rest.retain(|key, _| !OTHERS.contains(&key.as_str()) && !ANSWERS.contains(&key.as_str()));
    drop_empty(&mut rest);
    Value::Object(rest).into()
}

/// Takes out what typed clients write though it is not there.
fn drop_empty(object: &mut Map<String, Value>) {
    object.retain(|_, value| !value.is_null() && !value.as_array().is_some_and(Vec::is_empty));
    object.values_mut().filter_map(Value::as_object_mut).for_each(drop_empty);
}

/// What a tool answered: text, parts, or anything that the tool made.
pub(crate) fn content(answer: &Value) -> Content {
    let parts: Option<Vec<Part>> = match answer {
        Value::String(text) => return text.as_str().into(),
        Value::Array(parts) => parts.iter().map(said).collect(),
        answer => said(answer).map(|part| vec![part]),
    };
    parts.map_or_else(|| answer.to_string().into(), Content::from)
}

/// A part of an answer: one of a message, the output of a program, or a picture.
fn said(value: &Value) -> Option<Part> {
    let text = |field| value.get(field).and_then(Value::as_str);
    match value.get("type")?.as_str()? {
        "logs" => text("logs").map(Part::text),
        "image" => text("url").map(|url| Image::new(url).into()),
        "computer_screenshot" => {
            text("image_url").or(text("file_id")).map(|url| Image::new(url).into())
        }
        _ => part(value),
    }
}
