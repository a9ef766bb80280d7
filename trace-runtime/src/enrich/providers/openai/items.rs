//! The items of `OpenAI`'s responses as messages.

use super::built_in::{BuiltIn, built_in, content};
use crate::enrich::neutral::json;
use crate::enrich::turn::{AssistantTurn, Messages};
use crate::enrich::wire::value_deserializer::read;
use crate::record::{
    Content, Document, Image, Message, Part, Reasoning, SystemMessage, ToolCall, ToolMessage,
    UserMessage,
};
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Item {
    Message(WireMessage),
    FunctionCall {
        name: String,
        arguments: Value,
        call_id: String,
    },
    CustomToolCall {
        name: String,
        input: String,
        call_id: String,
    },
    #[serde(alias = "custom_tool_call_output")]
    FunctionCallOutput {
        call_id: String,
        name: Option<String>,
        output: Value,
    },
    Reasoning(WireReasoning),
    /// Fields of the same name mean something else in each.
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
    summary: Option<Vec<Summary>>,
    content: Option<Vec<Value>>,
    encrypted_content: Option<String>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Role {
    System,
    Developer,
    User,
    Assistant,
}

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

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum ItemPart {
    InputText {
        text: String,
    },
    OutputText {
        text: String,
    },
    ReasoningText {
        text: String,
    },
    Refusal {
        refusal: String,
    },
    InputImage {
        image_url: Option<String>,
        file_id: Option<String>,
    },
    InputFile {
        file_id: Option<String>,
        filename: Option<String>,
        file_data: Option<String>,
        file_url: Option<String>,
    },
    #[serde(other)]
    Other,
}

/// Adds what an item says.
pub(crate) fn add(messages: &mut Messages, value: &Value) -> Option<()> {
    let message: Message = match Item::read(value)? {
        Item::Message(WireMessage { role: Role::System, content }) => {
            SystemMessage::new(content.content()?).into()
        }
        Item::Message(WireMessage { role: Role::Developer, content }) => {
            Message::Developer(SystemMessage::new(content.content()?))
        }
        Item::Message(WireMessage { role: Role::User, content }) => {
            UserMessage::new(content.content()?).into()
        }
        Item::FunctionCallOutput { call_id, name, output } => {
            ToolMessage { name, ..ToolMessage::new(call_id, content(&output)) }.into()
        }
        Item::Other => {
            add_built_in(messages, value);
            return Some(());
        }
        item => return assistant_item(&mut messages.turn, item),
    };
    messages.push(message);
    Some(())
}

/// The call of a tool of the API's own belongs to the turn; what the tool answered follows it. What
/// is neither is shown as the JSON it is.
fn add_built_in(messages: &mut Messages, value: &Value) {
    match built_in(value) {
        Some(BuiltIn { call, answer }) => {
            messages.turn.tool_calls.extend(call);
            if let Some(answer) = answer {
                messages.push(answer);
            }
        }
        None => messages.turn.text(&value.to_string()),
    }
}

impl Item {
    /// Messages may leave their type out.
    fn read(value: &Value) -> Option<Self> {
        match value.get("type") {
            None | Some(Value::Null) => read::<WireMessage>(value).map(Item::Message),
            Some(_) => read::<Item>(value),
        }
    }
}

/// The items of a response: of the model, and of the tools that the API runs by itself.
pub(crate) fn answer(items: &[Value]) -> Option<Vec<Message>> {
    let mut messages = Messages::default();
    for value in items {
        add(&mut messages, value)?;
    }
    let messages = messages.finish();
    let is_answer = |message: &Message| matches!(message, Message::Assistant(_) | Message::Tool(_));
    messages.iter().all(is_answer).then_some(messages)
}

/// Something that the model said or did.
fn assistant_item(turn: &mut AssistantTurn, item: Item) -> Option<()> {
    match item {
        Item::Message(WireMessage { role: Role::Assistant, content }) => match content {
            ItemContent::Text(text) => turn.text(&text),
            ItemContent::Parts(parts) => {
                for value in &parts {
                    turn.say(part(value)?);
                }
            }
        },
        Item::FunctionCall { name, arguments, call_id } => {
            turn.tool_calls.push(ToolCall::new(name, json(&arguments)).id(call_id));
        }
        Item::CustomToolCall { name, input, call_id } => {
            turn.tool_calls.push(ToolCall::new(name, Value::String(input)).id(call_id));
        }
        Item::Reasoning(wire) => turn.reason(reasoning(wire)?),
        // Not of the model.
        Item::Message(_) | Item::FunctionCallOutput { .. } | Item::Other => return None,
    }
    Some(())
}

/// The summary that the API gives, else the reasoning itself where the model tells it.
fn reasoning(wire: WireReasoning) -> Option<Reasoning> {
    let summary = wire.summary.into_iter().flatten();
    let mut texts: Vec<String> = summary.map(|summary| summary.text).collect();
    if texts.is_empty() {
        for value in wire.content.iter().flatten() {
            if let ItemPart::ReasoningText { text } = read::<ItemPart>(value)? {
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
    fn content(self) -> Option<Content> {
        Some(match self {
            ItemContent::Text(text) => text.into(),
            ItemContent::Parts(parts) => {
                parts.iter().map(part).collect::<Option<Vec<Part>>>()?.into()
            }
        })
    }
}

/// A part; one of a type that is not known is shown as the JSON it is.
pub(crate) fn part(value: &Value) -> Option<Part> {
    Some(match read::<ItemPart>(value)? {
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
