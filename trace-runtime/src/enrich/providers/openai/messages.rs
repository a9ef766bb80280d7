//! The messages of `OpenAI`'s chat completions, as servers that are compatible with it extend
//! them: reasoning beside the content (`DeepSeek`, vLLM, `OpenRouter`), arguments as an object and
//! images beside the content (Ollama), a plan before the tool calls (Cohere).

use super::parts::{assistant_part, image, part};
use crate::enrich::neutral::json;
use crate::enrich::turn::AssistantTurn;
use crate::record::{
    AssistantMessage, Content, Message, Part, Reasoning, SystemMessage, ToolCall, ToolMessage,
    UserMessage,
};
use serde::Deserialize;
use serde_json::Value;

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
    /// Deprecated: the answer to a `function_call`.
    Function {
        name: String,
        content: Option<WireContent>,
    },
}

#[derive(Deserialize)]
pub(crate) struct WireUser {
    content: WireContent,
    name: Option<String>,
    images: Option<Vec<String>>,
}

#[derive(Deserialize)]
pub(crate) struct WireTool {
    content: Option<WireContent>,
    tool_call_id: Option<String>,
    #[serde(alias = "tool_name")]
    name: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
pub(crate) enum WireContent {
    Text(String),
    Parts(Vec<Value>),
}

#[derive(Default, Deserialize)]
pub(crate) struct WireAssistant {
    content: Option<WireContent>,
    refusal: Option<String>,
    reasoning_content: Option<String>,
    /// Not text everywhere.
    reasoning: Option<Value>,
    thinking: Option<String>,
    tool_plan: Option<String>,
    tool_calls: Option<Vec<WireCall>>,
    function_call: Option<WireFunction>,
    audio: Option<WireSpoken>,
    name: Option<String>,
}

#[derive(Deserialize)]
struct WireSpoken {
    transcript: Option<String>,
}

#[derive(Deserialize)]
struct WireCall {
    id: Option<String>,
    function: Option<WireFunction>,
    custom: Option<WireCustom>,
}

#[derive(Deserialize)]
struct WireFunction {
    name: String,
    #[serde(default)]
    arguments: Value,
}

/// A tool that takes text instead of JSON.
#[derive(Deserialize)]
struct WireCustom {
    name: String,
    input: String,
}

impl WireMessage {
    pub(crate) fn message(self) -> Option<Message> {
        Some(match self {
            WireMessage::System { content } => SystemMessage::new(content.content()?).into(),
            WireMessage::Developer { content } => {
                Message::Developer(SystemMessage::new(content.content()?))
            }
            WireMessage::User(user) => user.message()?.into(),
            WireMessage::Assistant(assistant) => assistant.message()?.into(),
            WireMessage::Tool(tool) => tool.message()?.into(),
            WireMessage::Function { name, content } => {
                let content = content.map_or(Some(Content::Empty), WireContent::content)?;
                ToolMessage::of_tool(name, content).into()
            }
        })
    }
}

impl WireUser {
    fn message(self) -> Option<UserMessage> {
        let content = match (self.content, self.images) {
            (content, None) => content.content()?,
            (content, Some(images)) => {
                let mut parts = content.parts()?;
                parts.extend(images.iter().map(|data| image(data)));
                parts.into()
            }
        };
        Some(UserMessage { name: self.name, ..UserMessage::new(content) })
    }
}

impl WireTool {
    fn message(self) -> Option<ToolMessage> {
        let WireTool { content, tool_call_id, name } = self;
        let content = content.map_or(Some(Content::Empty), WireContent::content)?;
        Some(ToolMessage { tool_call_id, name, content })
    }
}

impl WireAssistant {
    pub(crate) fn message(self) -> Option<AssistantMessage> {
        let mut turn = AssistantTurn::default();
        // Some servers send the same text under two names.
        let reasoning = self.reasoning.and_then(|value| Some(value.as_str()?.to_owned()));
        let reasoning = self.reasoning_content.or(reasoning).or(self.thinking);
        for text in [reasoning, self.tool_plan].into_iter().flatten() {
            turn.reason(Reasoning::new(text));
        }
        match self.content {
            Some(WireContent::Text(text)) => turn.text(&text),
            Some(WireContent::Parts(parts)) => {
                for part in &parts {
                    assistant_part(&mut turn, part)?;
                }
            }
            None => {}
        }
        for text in [self.refusal, self.audio.and_then(|audio| audio.transcript)].iter().flatten() {
            turn.text(text);
        }
        for call in self.tool_calls.into_iter().flatten() {
            turn.tool_calls.push(call.call()?);
        }
        turn.tool_calls.extend(self.function_call.map(WireFunction::call));
        Some(AssistantMessage { name: self.name, ..turn.finish() })
    }
}

impl WireCall {
    fn call(self) -> Option<ToolCall> {
        let call = match (self.function, self.custom) {
            (Some(function), _) => function.call(),
            (None, custom) => {
                let WireCustom { name, input } = custom?;
                ToolCall::new(name, Value::String(input))
            }
        };
        Some(ToolCall { id: self.id, ..call })
    }
}

impl WireFunction {
    fn call(self) -> ToolCall {
        ToolCall::new(self.name, json(&self.arguments))
    }
}

impl WireContent {
    pub(crate) fn content(self) -> Option<Content> {
        match self {
            WireContent::Text(text) => Some(text.into()),
            parts @ WireContent::Parts(_) => parts.parts().map(Into::into),
        }
    }

    fn parts(self) -> Option<Vec<Part>> {
        match self {
            WireContent::Text(text) => Some(vec![Part::text(text)]),
            WireContent::Parts(parts) => parts.iter().map(part).collect(),
        }
    }
}
