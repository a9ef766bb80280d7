//! The items of OpenAI's responses, as they appear in `input` and in `output`.
//!
//! Reasoning, text and each tool call are separate items here, where chat completions put them into
//! one assistant message. [`Messages`] joins consecutive items of the model into one message again.

use super::built_in::{BuiltInItem, parse_built_in, result_content};
use crate::enrich::api::json;
use crate::enrich::message_builder::{AssistantTurn, Messages};
use crate::enrich::wire::value_deserializer::from_value;
use crate::record::{
    Content, Document, Image, Message, Part, Reasoning, SystemMessage, ToolCall, ToolMessage,
    UserMessage,
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
#[serde(tag = "type", rename_all = "snake_case")]
enum Item {
    Message(WireMessage),
    FunctionCall {
        name: String,
        /// JSON as text.
        arguments: Value,
        call_id: String,
    },
    /// A call of a custom tool, whose input is free text.
    CustomToolCall {
        name: String,
        input: String,
        call_id: String,
    },
    #[serde(alias = "custom_tool_call_output")]
    FunctionCallOutput {
        call_id: String,
        name: Option<String>,
        /// A text or a list of content parts.
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
    content: ItemContent,
}

#[derive(Deserialize)]
struct WireReasoning {
    id: Option<String>,
    /// A summary by the API, in several parts. Empty unless the request asks for it.
    summary: Option<Vec<Summary>>,
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

/// The `content` of a message: a text, or a list of content parts. Output is always a list.
#[derive(Deserialize)]
#[serde(untagged)]
enum ItemContent {
    Text(String),
    Parts(Vec<Value>),
}

#[derive(Deserialize)]
struct Summary {
    text: String,
}

/// A content part of a message or of a reasoning item, by its `type`.
///
/// ```json
/// {"type": "input_image", "image_url": "https://example.com/a.png"}
/// {"type": "output_text", "text": "Hello", "annotations": []}
/// ```
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
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

/// Adds an item to the messages. Returns `None` if the item does not match its type.
pub(crate) fn add_item(messages: &mut Messages, value: &Value) -> Option<()> {
    let message: Message = match Item::parse(value)? {
        Item::Message(WireMessage { role: Role::System, content }) => {
            SystemMessage::new(content.into_content()?).into()
        }
        Item::Message(WireMessage { role: Role::Developer, content }) => {
            Message::Developer(SystemMessage::new(content.into_content()?))
        }
        Item::Message(WireMessage { role: Role::User, content }) => {
            UserMessage::new(content.into_content()?).into()
        }
        Item::FunctionCallOutput { call_id, name, output } => {
            ToolMessage { name, ..ToolMessage::new(call_id, result_content(&output)) }.into()
        }
        Item::Other => {
            add_built_in(messages, value);
            return Some(());
        }
        item => return add_assistant_item(&mut messages.turn, item),
    };
    messages.push(message);
    Some(())
}

/// Adds an item of a built-in tool: its call belongs to the assistant, its result is a tool
/// message. Any other item becomes text of the assistant, as its JSON.
fn add_built_in(messages: &mut Messages, value: &Value) {
    match parse_built_in(value) {
        Some(BuiltInItem { call, result }) => {
            messages.turn.tool_calls.extend(call);
            if let Some(result) = result {
                messages.push(result);
            }
        }
        None => messages.turn.push_text(&value.to_string()),
    }
}

impl Item {
    /// Reads an item. A message may omit its type: `{"role": "user", "content": "Hi"}`.
    fn parse(value: &Value) -> Option<Self> {
        match value.get("type") {
            None | Some(Value::Null) => from_value::<WireMessage>(value).map(Item::Message),
            Some(_) => from_value::<Item>(value),
        }
    }
}

/// Returns the items of an `output` as messages: of the assistant, and of the built-in tools that
/// the API ran in between. A message with another role is a mismatch.
pub(crate) fn output_messages(items: &[Value]) -> Option<Vec<Message>> {
    let mut messages = Messages::default();
    for value in items {
        add_item(&mut messages, value)?;
    }
    let messages = messages.finish();
    let is_output = |message: &Message| matches!(message, Message::Assistant(_) | Message::Tool(_));
    messages.iter().all(is_output).then_some(messages)
}

/// Adds an item that the model generated to its current turn.
fn add_assistant_item(turn: &mut AssistantTurn, item: Item) -> Option<()> {
    match item {
        Item::Message(WireMessage { role: Role::Assistant, content }) => match content {
            ItemContent::Text(text) => turn.push_text(&text),
            ItemContent::Parts(parts) => {
                for value in &parts {
                    turn.push_part(parse_part(value)?);
                }
            }
        },
        Item::FunctionCall { name, arguments, call_id } => {
            turn.tool_calls.push(ToolCall::new(name, json(&arguments)).id(call_id));
        }
        Item::CustomToolCall { name, input, call_id } => {
            turn.tool_calls.push(ToolCall::new(name, Value::String(input)).id(call_id));
        }
        Item::Reasoning(wire) => turn.push_reasoning(reasoning(wire)?),
        // `add_item` handles these.
        Item::Message(_) | Item::FunctionCallOutput { .. } | Item::Other => return None,
    }
    Some(())
}

/// Returns a reasoning item with its summary as text, or with its content if there is no summary.
fn reasoning(wire: WireReasoning) -> Option<Reasoning> {
    let summary = wire.summary.into_iter().flatten();
    let mut texts: Vec<String> = summary.map(|summary| summary.text).collect();
    if texts.is_empty() {
        for value in wire.content.iter().flatten() {
            if let ItemPart::ReasoningText { text } = from_value::<ItemPart>(value)? {
                texts.push(text);
            }
        }
    }
    Some(Reasoning {
        text: (!texts.is_empty()).then(|| texts.join("\n")),
        id: wire.id,
        encrypted_content: wire.encrypted_content,
        ..Reasoning::default()
    })
}

impl ItemContent {
    fn into_content(self) -> Option<Content> {
        Some(match self {
            ItemContent::Text(text) => text.into(),
            ItemContent::Parts(parts) => {
                parts.iter().map(parse_part).collect::<Option<Vec<Part>>>()?.into()
            }
        })
    }
}

/// Reads a content part. A part with an unknown type becomes its JSON text.
pub(crate) fn parse_part(value: &Value) -> Option<Part> {
    Some(match from_value::<ItemPart>(value)? {
        ItemPart::InputText { text }
        | ItemPart::OutputText { text }
        | ItemPart::ReasoningText { text }
        | ItemPart::Refusal { refusal: text } => Part::text(text),
        ItemPart::InputImage { image_url, file_id } => Image::new(image_url.or(file_id)?).into(),
        ItemPart::InputFile { file_id, filename, file_data, file_url } => {
            let url = file_url.or(file_data);
            Document { url, id: file_id, name: filename, ..Document::default() }.into()
        }
        ItemPart::Other => Part::text(value.to_string()),
    })
}
