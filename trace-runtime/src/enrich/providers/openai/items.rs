//! The items of OpenAI's responses, as they appear in `input` and in `output`.
//!
//! Reasoning, text and each tool call are separate items here, where chat completions put them into
//! one assistant message. [`Messages`] joins consecutive items of the model into one message again.

use super::built_in::{BuiltInItem, parse_built_in, result_content};
use super::messages::custom_call;
use crate::enrich::api::{content, is_content, json, json_message, json_part};
use crate::enrich::message_builder::{AssistantTurn, Messages};
use crate::enrich::wire::tagged::from_tagged;
use crate::enrich::wire::value_deserializer::from_value;
use crate::record::{
    Document, Image, Message, Part, Reasoning, SystemMessage, ToolCall, ToolMessage, UserMessage,
};
use serde::Deserialize;
use serde_json::Value;

/// An item, by its `type`.
///
/// ```json
/// {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Hi"}]}
/// {"type": "reasoning", "id": "rs_1", "summary": [{"type": "summary_text", "text": ".."}]}
/// {"type": "function_call", "call_id": "call_1", "name": "f", "arguments": "{}"}
/// {"type": "function_call_output", "call_id": "call_1", "output": "42"}
/// ```
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Item {
    Message(WireMessage),
    FunctionCall {
        name: Option<String>,
        /// JSON as text.
        #[serde(default)]
        arguments: Value,
        call_id: Option<String>,
    },
    /// A call of a custom tool, whose input is free text.
    CustomToolCall {
        name: Option<String>,
        #[serde(default)]
        input: Value,
        call_id: Option<String>,
    },
    #[serde(alias = "custom_tool_call_output")]
    FunctionCallOutput {
        call_id: Option<String>,
        name: Option<String>,
        /// A text or a list of content parts.
        #[serde(default)]
        output: Value,
    },
    Reasoning(WireReasoning),
    /// A built-in tool or an unknown item. These have no variants here, because fields such as
    /// `action` and `output` have another type in each of them; `built_in` reads them loosely.
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
struct WireMessage {
    role: Role,
    /// A text, or a list of content parts. Output is always a list.
    content: Value,
}

#[derive(Deserialize)]
struct WireReasoning {
    id: Option<String>,
    /// A summary by the API, in several parts. Empty unless the request asks for it.
    summary: Option<Vec<Value>>,
    /// The reasoning itself, which only models with open weights disclose.
    content: Option<Vec<Value>>,
    /// The reasoning for the next request, if the API does not store the conversation.
    encrypted_content: Option<String>,
}

/// The role of a message. Results of tools are items and not messages, so there is no `tool`.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Role {
    System,
    Developer,
    User,
    Assistant,
}

/// A content part of a message or of a reasoning item, by its `type`.
///
/// ```json
/// {"type": "input_image", "image_url": "https://example.com/a.png"}
/// {"type": "output_text", "text": "Hello", "annotations": []}
/// ```
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum ItemPart {
    InputText {
        text: String,
    },
    OutputText {
        text: String,
    },
    /// Only in the content of a reasoning item.
    ReasoningText {
        text: String,
    },
    Refusal {
        refusal: String,
    },
    /// An image, by its URL or by the id of an upload.
    InputImage {
        image_url: Option<String>,
        file_id: Option<String>,
    },
    /// A file, by the id of an upload, by its URL, or with its data as a `data:` URL.
    InputFile {
        file_id: Option<String>,
        filename: Option<String>,
        file_data: Option<String>,
        file_url: Option<String>,
    },
    /// A type that is not known here. It is recorded as its JSON text.
    #[serde(other)]
    Other,
}

/// Adds an item to the messages.
pub(crate) fn add_item(messages: &mut Messages, value: &Value) {
    let message: Message = match Item::parse(value) {
        Item::Message(WireMessage { role, content: wire_content }) => {
            let content = content(&wire_content, parse_part);
            match role {
                Role::System => SystemMessage::new(content).into(),
                Role::Developer => Message::Developer(SystemMessage::new(content)),
                Role::User => UserMessage::new(content).into(),
                Role::Assistant => return add_reply(&mut messages.turn, &wire_content),
            }
        }
        Item::FunctionCallOutput { call_id: tool_call_id, name, output } => {
            ToolMessage { tool_call_id, name, content: result_content(&output) }.into()
        }
        Item::Other => return add_unknown(messages, value),
        item => return add_assistant_item(&mut messages.turn, item),
    };
    messages.push(message);
}

/// Adds an item of a built-in tool: its call belongs to the assistant, its result is a tool
/// message. A message with an unknown role stays a message; any other item becomes text of the
/// assistant, as its JSON.
fn add_unknown(messages: &mut Messages, value: &Value) {
    match parse_built_in(value) {
        Some(BuiltInItem { call, result }) => {
            messages.turn.tool_calls.extend(call);
            if let Some(result) = result {
                messages.push(result);
            }
        }
        None if value.get("role").is_some_and(|role| role != "assistant")
            || value.get("type").is_some_and(|kind| kind == "mcp_approval_response") =>
        {
            messages.push(json_message(value));
        }
        None => messages.turn.push_text(&value.to_string()),
    }
}

/// Returns true for an item of any known or unknown kind. Lists of other things, such as the texts
/// of an embedding request, have none.
pub(crate) fn is_item(value: &Value) -> bool {
    ["type", "role"].iter().any(|field| value.get(field).is_some_and(Value::is_string))
}

impl Item {
    /// Reads an item. A message may omit its type: `{"role": "user", "content": "Hi"}`.
    fn parse(value: &Value) -> Self {
        let item = match value.get("type") {
            None | Some(Value::Null) => from_value::<WireMessage>(value).map(Item::Message),
            Some(_) => from_tagged::<Item>(value, "type"),
        };
        match item {
            Some(Item::Message(message)) if !is_content(&message.content) => Item::Other,
            item => item.unwrap_or(Item::Other),
        }
    }
}

/// Returns the items of an `output` as messages: of the assistant, and of the built-in tools that
/// the API ran in between. The model writes no message of another role, so one is shown as JSON.
pub(crate) fn output_messages(items: &[Value]) -> Vec<Message> {
    let mut messages = Messages::default();
    for value in items {
        match value.get("role") {
            Some(role) if role != "assistant" => messages.turn.push_text(&value.to_string()),
            _ => add_item(&mut messages, value),
        }
    }
    messages.finish()
}

/// Adds the content of an assistant message to its turn.
fn add_reply(turn: &mut AssistantTurn, content: &Value) {
    match content {
        Value::Array(parts) => parts.iter().for_each(|part| turn.push_part(parse_part(part))),
        content => turn.push_text(content.as_str().unwrap_or_default()),
    }
}

/// Adds an item that the model generated to its current turn.
fn add_assistant_item(turn: &mut AssistantTurn, item: Item) {
    match item {
        Item::FunctionCall { name, arguments, call_id: id } => {
            let call = ToolCall::new(name.unwrap_or_default(), json(&arguments));
            turn.tool_calls.push(ToolCall { id, ..call });
        }
        Item::CustomToolCall { name, input, call_id: id } => {
            let call = custom_call(name, &input);
            turn.tool_calls.push(ToolCall { id, ..call });
        }
        Item::Reasoning(wire) => turn.push_reasoning(reasoning(wire)),
        // `add_item` handles these.
        Item::Message(_) | Item::FunctionCallOutput { .. } | Item::Other => {}
    }
}

/// Returns a reasoning item with its summary as text, or with its content if there is no summary.
/// Parts without a text are left out, because the texts become one.
fn reasoning(wire: WireReasoning) -> Reasoning {
    let texts = |parts: &Option<Vec<Value>>| -> Vec<String> {
        let parts = parts.iter().flatten();
        parts.filter_map(|part| Some(part.get("text")?.as_str()?.to_owned())).collect()
    };
    let mut texts_found = texts(&wire.summary);
    if texts_found.is_empty() {
        texts_found = texts(&wire.content);
    }
    Reasoning {
        text: (!texts_found.is_empty()).then(|| texts_found.join("\n")),
        id: wire.id,
        encrypted_content: wire.encrypted_content,
        ..Reasoning::default()
    }
}

/// Reads a content part. A part with an unknown type, without a type, or without the fields of its
/// type becomes its JSON text.
pub(crate) fn parse_part(value: &Value) -> Part {
    parse_known_part(value).unwrap_or_else(|| json_part(value))
}

fn parse_known_part(value: &Value) -> Option<Part> {
    Some(match from_tagged::<ItemPart>(value, "type")? {
        ItemPart::InputText { text }
        | ItemPart::OutputText { text }
        | ItemPart::ReasoningText { text }
        | ItemPart::Refusal { refusal: text } => Part::text(text),
        ItemPart::InputImage { image_url, file_id } => Image::new(image_url.or(file_id)?).into(),
        ItemPart::InputFile { file_id, filename, file_data, file_url } => {
            let url = file_url.or(file_data);
            Document { url, id: file_id, name: filename, ..Document::default() }.into()
        }
        ItemPart::Other => return None,
    })
}
