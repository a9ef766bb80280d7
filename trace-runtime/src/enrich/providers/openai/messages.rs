//! The messages of OpenAI's chat completions, with the additions of compatible servers.
//!
//! | addition | server |
//! |---|---|
//! | `reasoning_content` | `DeepSeek`, vLLM |
//! | `reasoning` | OpenRouter, Groq, vLLM |
//! | `thinking`, `images`, `tool_name`, arguments as an object | Ollama |
//! | `tool_plan` | Cohere (version 2) |
//!
//! Ollama and Cohere have response formats that differ, but put the same assistant message into
//! them, so this module serves all three.

use super::parts::{add_assistant_part, image_from_base64, parse_part};
use crate::enrich::api::json;
use crate::enrich::message_builder::AssistantTurn;
use crate::record::{
    AssistantMessage, Content, Message, Part, Reasoning, SystemMessage, ToolCall, ToolMessage,
    UserMessage,
};
use serde::Deserialize;
use serde_json::Value;

/// A message of a request, by its role. An unknown role is a mismatch of the whole request.
///
/// ```json
/// {"role": "system", "content": "Be brief."}
/// {"role": "user", "content": [{"type": "text", "text": "Weather in Paris?"}]}
/// {"role": "assistant", "content": null, "tool_calls": [{"id": "call_1", "type": "function",
///     "function": {"name": "weather", "arguments": "{\"city\":\"Paris\"}"}}]}
/// {"role": "tool", "tool_call_id": "call_1", "content": "sunny"}
/// ```
#[derive(Deserialize)]
#[serde(tag = "role", rename_all = "snake_case")]
#[allow(
    clippy::large_enum_variant,
    reason = "maps are larger where another crate has `serde_json` keep their order"
)]
pub(crate) enum WireMessage {
    System {
        content: WireContent,
    },
    Developer {
        content: WireContent,
    },
    User(WireUser),
    Assistant(WireAssistant),
    Tool(WireTool),
    /// The deprecated predecessor of `Tool`: the result of a `function_call`, which has no id.
    Function {
        name: String,
        content: Option<WireContent>,
    },
}

#[derive(Deserialize)]
pub(crate) struct WireUser {
    content: WireContent,
    name: Option<String>,
    /// Ollama's images: base64 without a media type, beside the text.
    images: Option<Vec<String>>,
}

#[derive(Deserialize)]
pub(crate) struct WireTool {
    content: Option<WireContent>,
    /// Optional: Ollama identifies the result by `tool_name` alone.
    tool_call_id: Option<String>,
    #[serde(alias = "tool_name")]
    name: Option<String>,
}

/// The `content` of a message: a text, or a list of content parts.
#[derive(Deserialize)]
#[serde(untagged)]
pub(crate) enum WireContent {
    Text(String),
    Parts(Vec<Value>),
}

/// An assistant message. Every field is optional, since a message may have only tool calls, only
/// reasoning, or nothing where a stream broke.
#[derive(Default, Deserialize)]
pub(crate) struct WireAssistant {
    content: Option<WireContent>,
    refusal: Option<String>,
    reasoning_content: Option<String>,
    /// Any value, because this name is also used for objects, which are not read.
    reasoning: Option<Value>,
    thinking: Option<String>,
    tool_plan: Option<String>,
    tool_calls: Option<Vec<WireCall>>,
    /// The deprecated predecessor of `tool_calls`: one call without an id.
    function_call: Option<WireFunction>,
    audio: Option<WireAudioReply>,
    name: Option<String>,
}

/// The spoken reply of an audio model. Its `data` is not recorded, the transcript is.
#[derive(Deserialize)]
struct WireAudioReply {
    transcript: Option<String>,
}

/// A tool call, with `function` or `custom` according to its `type`.
#[derive(Deserialize)]
struct WireCall {
    id: Option<String>,
    function: Option<WireFunction>,
    custom: Option<WireCustom>,
}

#[derive(Deserialize)]
struct WireFunction {
    name: String,
    /// JSON as text (OpenAI) or an object (Ollama). If it is missing, null is recorded.
    #[serde(default)]
    arguments: Value,
}

/// A call of a custom tool, whose input is free text in place of JSON arguments.
#[derive(Deserialize)]
struct WireCustom {
    name: String,
    input: String,
}

/// The message of a response, whose role must be `assistant`.
///
/// Unlike a message of a request it must state its role: this is one of the few fields that
/// distinguish a response from other JSON with a `message`.
#[derive(Deserialize)]
pub(crate) struct AssistantReply {
    role: String,
    #[serde(flatten)]
    message: WireAssistant,
}

impl AssistantReply {
    /// Returns the message, or `None` if it belongs to another role or does not match.
    pub(crate) fn into_message(self) -> Option<AssistantMessage> {
        if self.role == "assistant" { self.message.into_message() } else { None }
    }
}

impl WireMessage {
    pub(crate) fn into_message(self) -> Option<Message> {
        Some(match self {
            WireMessage::System { content } => SystemMessage::new(content.into_content()?).into(),
            WireMessage::Developer { content } => {
                Message::Developer(SystemMessage::new(content.into_content()?))
            }
            WireMessage::User(user) => user.into_message()?.into(),
            WireMessage::Assistant(assistant) => assistant.into_message()?.into(),
            WireMessage::Tool(tool) => tool.into_message()?.into(),
            WireMessage::Function { name, content } => {
                let content = content.map_or(Some(Content::Empty), WireContent::into_content)?;
                ToolMessage::of_tool(name, content).into()
            }
        })
    }
}

impl WireUser {
    /// Returns the message, with the images that are beside the text as parts after it.
    fn into_message(self) -> Option<UserMessage> {
        let content = match (self.content, self.images) {
            (content, None) => content.into_content()?,
            (content, Some(images)) => {
                let mut parts = content.into_parts()?;
                parts.extend(images.iter().map(|data| image_from_base64(data)));
                parts.into()
            }
        };
        Some(UserMessage { name: self.name, ..UserMessage::new(content) })
    }
}

impl WireTool {
    fn into_message(self) -> Option<ToolMessage> {
        let WireTool { content, tool_call_id, name } = self;
        let content = content.map_or(Some(Content::Empty), WireContent::into_content)?;
        Some(ToolMessage { tool_call_id, name, content })
    }
}

impl WireAssistant {
    /// Returns the message: reasoning first, then content, refusal or transcript, then tool calls.
    fn into_message(self) -> Option<AssistantMessage> {
        let mut turn = AssistantTurn::default();
        // Some servers (vLLM) send the same text as `reasoning` and `reasoning_content`: read one.
        let reasoning = self.reasoning.and_then(|value| Some(value.as_str()?.to_owned()));
        let reasoning = self.reasoning_content.or(reasoning).or(self.thinking);
        // Cohere's `tool_plan` explains the tool calls that follow, so it counts as reasoning.
        for text in [reasoning, self.tool_plan].into_iter().flatten() {
            turn.push_reasoning(Reasoning::new(text));
        }
        match self.content {
            Some(WireContent::Text(text)) => turn.push_text(&text),
            Some(WireContent::Parts(parts)) => {
                for part in &parts {
                    add_assistant_part(&mut turn, part)?;
                }
            }
            None => {}
        }
        let transcript = self.audio.and_then(|audio| audio.transcript);
        for text in [self.refusal, transcript].iter().flatten() {
            turn.push_text(text);
        }
        for call in self.tool_calls.into_iter().flatten() {
            turn.tool_calls.push(call.into_tool_call()?);
        }
        turn.tool_calls.extend(self.function_call.map(WireFunction::into_tool_call));
        Some(AssistantMessage { name: self.name, ..turn.finish() })
    }
}

impl WireCall {
    /// Returns the call, or `None` if it calls neither a function nor a custom tool.
    fn into_tool_call(self) -> Option<ToolCall> {
        let call = match (self.function, self.custom) {
            (Some(function), _) => function.into_tool_call(),
            (None, custom) => {
                let WireCustom { name, input } = custom?;
                ToolCall::new(name, Value::String(input))
            }
        };
        Some(ToolCall { id: self.id, ..call })
    }
}

impl WireFunction {
    fn into_tool_call(self) -> ToolCall {
        ToolCall::new(self.name, json(&self.arguments))
    }
}

impl WireContent {
    fn into_content(self) -> Option<Content> {
        match self {
            // Text stays text: a list with one part is recorded under other attribute keys.
            WireContent::Text(text) => Some(text.into()),
            parts @ WireContent::Parts(_) => parts.into_parts().map(Into::into),
        }
    }

    fn into_parts(self) -> Option<Vec<Part>> {
        match self {
            WireContent::Text(text) => Some(vec![Part::text(text)]),
            WireContent::Parts(parts) => parts.iter().map(parse_part).collect(),
        }
    }
}
