//! The items of OpenAI's built-in tools: web and file search, code interpreter, shells, computer
//! use, image generation and MCP servers.
//!
//! Fixture: `openai_responses_built_in.json`. New tools appear often, so their items are read by a
//! common pattern and not by a struct for each:
//!
//! ```json
//! {"type": "web_search_call", "id": "ws_1", "status": "completed",
//!  "action": {"type": "search", "query": "news"}}
//! {"type": "mcp_call", "id": "mcp_1", "name": "roll", "arguments": "{\"dice\":\"2d4\"}",
//!  "output": "4"}
//! {"type": "shell_call_output", "call_id": "call_3", "output": [{"stdout": "a"}]}
//! ```
//!
//! A type that ends with `_call` is a call, which may include its result. A type that ends with
//! `_output` is a result alone: the application ran the tool and sends the result as input.

use super::items::parse_part;
use super::parts::image_from_base64;
use crate::enrich::api::{json, json_part};
use crate::enrich::wire::lenient::read_items;
use crate::record::{Content, Image, Json, Part, ToolCall, ToolMessage};
use serde_json::{Map, Value};

/// The type of a call that generates an image.
const IMAGE_CALL: &str = "image_generation_call";

/// An item of a built-in tool: a call, a result, or both.
pub(crate) struct BuiltInItem {
    pub(crate) call: Option<ToolCall>,
    pub(crate) result: Option<ToolMessage>,
}

/// The fields in which tools report their result: `output` (shells, MCP), `outputs` (code
/// interpreter), `results` (file search), `result` (image generation), `error` (MCP).
const RESULT_FIELDS: [&str; 5] = ["output", "outputs", "results", "result", "error"];

/// The fields of a call that are neither arguments nor result.
const ENVELOPE_FIELDS: [&str; 8] =
    ["id", "call_id", "type", "status", "name", "arguments", "created_by", "caller"];

/// Reads an item of a built-in tool. Returns `None` if its type ends with neither `_call` nor
/// `_output`.
pub(crate) fn parse_built_in(item: &Value) -> Option<BuiltInItem> {
    let item = item.as_object()?;
    let kind = item.get("type")?.as_str()?;
    // Only calls that the application answers have a `call_id`.
    let id = ["call_id", "id"].iter().find_map(|id| item.get(*id)?.as_str()).map(str::to_owned);
    let result = RESULT_FIELDS.iter().find_map(|field| item.get(*field).filter(|it| !it.is_null()));
    let tool_message = |content| ToolMessage { tool_call_id: id.clone(), name: None, content };
    if kind.ends_with("_output") {
        let content = match result {
            Some(result) => result_content(result),
            None => Value::Object(item.clone()).to_string().into(),
        };
        return Some(BuiltInItem { call: None, result: Some(tool_message(content)) });
    }
    kind.strip_suffix("_call")?;
    // Only an MCP call names a tool; for the others, the type is the best name.
    let name = item.get("name").and_then(Value::as_str).unwrap_or(kind);
    let result = result.map(|result| match (kind, result) {
        (IMAGE_CALL, Value::String(data)) => {
            tool_message(vec![generated_image(item, data).into()].into())
        }
        _ => tool_message(result_content(result)),
    });
    let call = ToolCall { id: id.clone(), ..ToolCall::new(name, arguments(item)) };
    Some(BuiltInItem { call: Some(call), result })
}

/// Returns the images that the model generated.
pub(super) fn generated_images(output: &[Value]) -> Vec<Image> {
    let image = |item: &Value| {
        let item =
            item.as_object().filter(|item| item.get("type").is_some_and(|it| it == IMAGE_CALL));
        Some(generated_image(item?, item?.get("result")?.as_str()?))
    };
    output.iter().filter_map(image).collect()
}

/// Returns a generated image. The item names its format, unless it is the default one.
fn generated_image(item: &Map<String, Value>, data: &str) -> Image {
    match item.get("output_format").and_then(Value::as_str) {
        Some(format) => Image::base64(&format!("image/{format}"), data),
        None => image_from_base64(data),
    }
}

/// Returns the arguments of a call: its `arguments` (MCP), or else every field that is neither
/// envelope nor result, such as `action`, `queries` or `code`.
fn arguments(item: &Map<String, Value>) -> Json {
    if let Some(arguments) = item.get("arguments") {
        return json(arguments);
    }
    let mut rest = item.clone();
    rest.retain(|key, _| {
        !ENVELOPE_FIELDS.contains(&key.as_str()) && !RESULT_FIELDS.contains(&key.as_str())
    });
    remove_empty_fields(&mut rest);
    Value::Object(rest).into()
}

/// Removes nulls and empty lists, at any depth.
///
/// Typed clients (`async-openai`) serialize absent fields as null. Without this, the same call
/// would have other arguments when a typed client records it; see `typed_clients.rs` in the tests.
fn remove_empty_fields(object: &mut Map<String, Value>) {
    object.retain(|_, value| !value.is_null() && !value.as_array().is_some_and(Vec::is_empty));
    object.values_mut().filter_map(Value::as_object_mut).for_each(remove_empty_fields);
}

/// Returns the result of a tool as content: its text, its parts, or else its JSON text.
pub(crate) fn result_content(result: &Value) -> Content {
    let parts: Option<Vec<Part>> = match result {
        Value::Null => return Content::Empty,
        Value::String(text) => return text.as_str().into(),
        Value::Array(parts) => read_items(parts, result_part, json_part),
        result => result_part(result).map(|part| vec![part]),
    };
    // If no part has a type, the JSON text of the whole is easier to read.
    parts.map_or_else(|| result.to_string().into(), Content::from)
}

/// Reads a part of a result: the output of the code interpreter (`logs`, `image`), a screenshot of
/// computer use, or a content part as in a message.
fn result_part(value: &Value) -> Option<Part> {
    let text = |field| value.get(field).and_then(Value::as_str);
    match value.get("type")?.as_str()? {
        "logs" => text("logs").map(Part::text),
        "image" => text("url").map(|url| Image::new(url).into()),
        "computer_screenshot" => {
            text("image_url").or(text("file_id")).map(|url| Image::new(url).into())
        }
        _ => Some(parse_part(value)),
    }
}
