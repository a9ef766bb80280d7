//! The items of `OpenAI`'s responses as messages.

use super::super::neutral::{AssistantTurn, json};
use crate::record::{
    Content, Document, Image, Message, Part, Reasoning, SystemMessage, ToolCall, ToolMessage,
    UserMessage,
};
use serde::Deserialize;
use serde_json::Value;

/// An item; messages may leave their type out.
#[derive(Deserialize)]
struct Item {
    r#type: Option<String>,
    role: Option<Role>,
    content: Option<ItemContent>,
    id: Option<String>,
    call_id: Option<String>,
    name: Option<String>,
    arguments: Option<String>,
    output: Option<Value>,
    input: Option<String>,
    #[serde(default)]
    summary: Vec<Summary>,
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

/// Messages, where the items of an assistant that follow each other are one.
#[derive(Default)]
pub(super) struct Messages {
    list: Vec<Message>,
    turn: AssistantTurn,
}

impl Messages {
    pub(super) fn push(&mut self, message: impl Into<Message>) {
        self.end_turn();
        self.list.push(message.into());
    }

    pub(super) fn item(&mut self, value: &Value) -> Option<()> {
        let item = Item::deserialize(value).ok()?;
        let message: Message = match (item.r#type.as_deref(), item.role) {
            (None | Some("message"), Some(Role::System)) => {
                SystemMessage::new(item.content?.content()?).into()
            }
            (None | Some("message"), Some(Role::Developer)) => {
                Message::Developer(SystemMessage::new(item.content?.content()?))
            }
            (None | Some("message"), Some(Role::User)) => {
                UserMessage::new(item.content?.content()?).into()
            }
            (Some("function_call_output" | "custom_tool_call_output"), _) => {
                ToolMessage::new(item.call_id?, answer(&item.output?)).into()
            }
            _ => return assistant_item(&mut self.turn, item, value),
        };
        self.push(message);
        Some(())
    }

    fn end_turn(&mut self) {
        let turn = std::mem::take(&mut self.turn);
        if !turn.is_empty() {
            self.list.push(turn.finish().into());
        }
    }

    pub(super) fn finish(mut self) -> Vec<Message> {
        self.end_turn();
        self.list
    }
}

/// The items of a response as one answer.
pub(super) fn turn(items: &[Value]) -> Option<AssistantTurn> {
    let mut turn = AssistantTurn::default();
    for value in items {
        assistant_item(&mut turn, Item::deserialize(value).ok()?, value)?;
    }
    Some(turn)
}

/// Something that the model said or did. What is not known is shown as the JSON it is.
fn assistant_item(turn: &mut AssistantTurn, item: Item, value: &Value) -> Option<()> {
    match (item.r#type.as_deref(), item.role) {
        (None | Some("message"), Some(Role::Assistant)) => match item.content? {
            ItemContent::Text(text) => turn.text(&text),
            ItemContent::Parts(parts) => {
                for value in &parts {
                    turn.say(part(value)?);
                }
            }
        },
        (Some("function_call"), _) => {
            let arguments = json(&item.arguments?.into());
            turn.tool_calls.push(ToolCall::new(item.name?, arguments).id(item.call_id?));
        }
        (Some("custom_tool_call"), _) => {
            let input = Value::String(item.input?);
            turn.tool_calls.push(ToolCall::new(item.name?, input).id(item.call_id?));
        }
        (Some("reasoning"), _) => turn.reason(reasoning(item)?),
        (Some("message") | None, _) => return None,
        (Some(_), _) => turn.text(&value.to_string()),
    }
    Some(())
}

/// The summary that the API gives, else the reasoning itself where the model tells it.
fn reasoning(item: Item) -> Option<Reasoning> {
    let mut texts: Vec<String> = item.summary.into_iter().map(|summary| summary.text).collect();
    if let (true, Some(ItemContent::Parts(parts))) = (texts.is_empty(), item.content) {
        for value in &parts {
            if let ItemPart::ReasoningText { text } = ItemPart::deserialize(value).ok()? {
                texts.push(text);
            }
        }
    }
    Some(Reasoning {
        text: (!texts.is_empty()).then(|| texts.join("\n")),
        id: item.id,
        encrypted_content: item.encrypted_content,
        ..Reasoning::default()
    })
}

/// What a tool answered: text, or parts, or anything that the tool made.
fn answer(output: &Value) -> Content {
    let parts =
        output.as_array().and_then(|parts| parts.iter().map(part).collect::<Option<Vec<_>>>());
    match (output, parts) {
        (Value::String(text), _) => text.as_str().into(),
        (_, Some(parts)) => parts.into(),
        (output, None) => output.to_string().into(),
    }
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

fn part(value: &Value) -> Option<Part> {
    Some(match ItemPart::deserialize(value).ok()? {
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
