//! Parses the messages of the GenAI conventions.
//!
//! A message of the current conventions has a role and a list of parts:
//!
//! ```json
//! {"role": "user", "parts": [{"type": "text", "content": "Weather?"}]}
//! ```
//!
//! Earlier versions, and crates that record the messages of an API unchanged, have a `content` that
//! is text or a list, and `tool_calls` next to it:
//!
//! ```json
//! {"role": "assistant", "content": null, "tool_calls": [{"id": "1", "function": {"name": "f"}}]}
//! ```

use super::part::{ParsedPart, parse_part, text_part};
use crate::enrich::message_builder::AssistantTurn;
use crate::record::{
    AssistantMessage, Content, Message, Part, SystemMessage, ToolMessage, UserMessage,
};
use serde::Deserialize;
use serde_json::Value;

/// A message in any of the forms above.
#[derive(Deserialize)]
struct WireMessage {
    role: Option<String>,
    name: Option<String>,
    #[serde(alias = "content")]
    parts: Option<Value>,
    #[serde(default)]
    tool_calls: Vec<Value>,
    /// The events of the earlier conventions name it `id`.
    #[serde(alias = "id")]
    tool_call_id: Option<String>,
    finish_reason: Option<String>,
}

/// The parts of one message, sorted by what OpenInference does with them.
#[derive(Default)]
struct SortedParts {
    /// All parts of a message of the assistant, tool calls and reasoning included.
    turn: AssistantTurn,
    /// The text and media of any other message.
    content: Vec<Part>,
    /// Results of tools. Each is a separate message in OpenInference.
    results: Vec<ToolMessage>,
}

impl SortedParts {
    fn new(parts: Option<&Value>, tool_calls: &[Value]) -> Self {
        let mut sorted = SortedParts::default();
        let calls = tool_calls.iter().map(|call| parse_part(call, "tool_call"));
        for parsed in list(parts).iter().map(|part| parse_part(part, "text")).chain(calls) {
            match parsed {
                // The role is not known yet, so the part is kept for both cases.
                ParsedPart::Content(part) => {
                    sorted.content.push(part.clone());
                    sorted.turn.push_part(part);
                }
                ParsedPart::Reasoning(reasoning) => sorted.turn.parts.push(reasoning.into()),
                ParsedPart::ToolCall(call) => sorted.turn.tool_calls.push(call),
                ParsedPart::ToolResult(message) => sorted.results.push(message),
            }
        }
        sorted
    }
}

/// Returns the messages that a model was given.
///
/// The conventions have a separate attribute for the instructions, `gen_ai.system_instructions`. In
/// OpenInference they are the first message.
pub(super) fn input(instructions: Option<&Value>, messages: Option<&Value>) -> Vec<Message> {
    let instructions = SortedParts::new(instructions, &[]).content;
    let mut all = Vec::new();
    if !instructions.is_empty() {
        all.push(SystemMessage::new(instructions).into());
    }
    for message in list(messages) {
        match WireMessage::deserialize(message) {
            Ok(wire) if !message.is_string() => push_message(&mut all, wire),
            // Plain text, as in `gen_ai.prompt`, or JSON that is not a message.
            _ => all.push(UserMessage::new([text_part(message)]).into()),
        }
    }
    all
}

/// Adds a message, and before it the results of tools that it contains.
fn push_message(all: &mut Vec<Message>, wire: WireMessage) {
    let sorted = SortedParts::new(wire.parts.as_ref(), &wire.tool_calls);
    let SortedParts { turn, content, results } = sorted;
    let role = wire.role.as_deref().unwrap_or("user").to_lowercase();
    // Anthropic's API has no role `tool`, so crates put its results into messages of the user.
    let only_results = content.is_empty() && !results.is_empty();
    all.extend(results.into_iter().map(Message::from));
    match role.as_str() {
        "system" => all.push(SystemMessage::new(content).into()),
        "developer" => all.push(Message::Developer(SystemMessage::new(content))),
        // Gemini names the assistant `model`, LangChain `ai`.
        "assistant" | "model" | "ai" => all.push(with_name(turn.finish(), wire.name).into()),
        _ if only_results => {}
        // `function` is OpenAI's name from before there were tools.
        "tool" | "function" => {
            let mut message = ToolMessage::new("", Content::from(content));
            message.tool_call_id = wire.tool_call_id;
            message.name = wire.name;
            all.push(message.into());
        }
        // `human` is LangChain's name.
        "user" | "human" => {
            all.push(Message::User(UserMessage { name: wire.name, content: content.into() }));
        }
        // A role that OpenInference does not have is kept as the name of the speaker.
        other => all.push(UserMessage::new(content).name(other).into()),
    }
}

fn with_name(mut message: AssistantMessage, name: Option<String>) -> AssistantMessage {
    message.name = name;
    message
}

/// Returns the messages that a model answered with, and the first finish reason among them.
pub(super) fn output(messages: Option<&Value>) -> (Vec<AssistantMessage>, Option<String>) {
    let mut finish_reason = None;
    let all = list(messages).iter().map(|message| match WireMessage::deserialize(message) {
        Ok(wire) if !message.is_string() => {
            finish_reason = finish_reason.take().or(wire.finish_reason);
            let sorted = SortedParts::new(wire.parts.as_ref(), &wire.tool_calls);
            with_name(sorted.turn.finish(), wire.name)
        }
        _ => AssistantMessage::new(vec![text_part(message).into()]),
    });
    let all = all.collect();
    // The crate `rig-core` writes `unknown` if it does not know the reason.
    (all, finish_reason.filter(|reason| reason != "unknown"))
}

/// Returns the items of a list. A single object or text counts as a list of one.
fn list(value: Option<&Value>) -> &[Value] {
    match value {
        None | Some(Value::Null) => &[],
        Some(Value::Array(items)) => items,
        Some(item) => std::slice::from_ref(item),
    }
}
