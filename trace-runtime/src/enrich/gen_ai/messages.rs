//! The messages of the GenAI conventions, and of what crates wrote before there were any: `parts`,
//! or a `content` that is text or a list.

use super::part::{Parsed, part, said};
use crate::enrich::message_builder::AssistantTurn;
use crate::record::{
    AssistantMessage, Content, Message, Part, SystemMessage, ToolMessage, UserMessage,
};
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
struct Wire {
    role: Option<String>,
    name: Option<String>,
    #[serde(alias = "content")]
    parts: Option<Value>,
    #[serde(default)]
    tool_calls: Vec<Value>,
    #[serde(alias = "id")]
    tool_call_id: Option<String>,
    finish_reason: Option<String>,
}

/// What a message holds, sorted.
#[derive(Default)]
struct Sorted {
    turn: AssistantTurn,
    said: Vec<Part>,
    results: Vec<ToolMessage>,
}

impl Sorted {
    fn of(parts: Option<&Value>, tool_calls: &[Value]) -> Self {
        let mut sorted = Sorted::default();
        let calls = tool_calls.iter().map(|call| part(call, "tool_call"));
        for parsed in list(parts).iter().map(|each| part(each, "text")).chain(calls) {
            match parsed {
                Parsed::Said(part) => {
                    sorted.said.push(part.clone());
                    sorted.turn.say(part);
                }
                Parsed::Reasoning(reasoning) => sorted.turn.parts.push(reasoning.into()),
                Parsed::Call(call) => sorted.turn.tool_calls.push(call),
                Parsed::Result(message) => sorted.results.push(message),
            }
        }
        sorted
    }
}

/// The messages that a model was given, its instructions first.
pub(super) fn input(instructions: Option<&Value>, messages: Option<&Value>) -> Vec<Message> {
    let instructions = Sorted::of(instructions, &[]).said;
    let mut all = Vec::new();
    if !instructions.is_empty() {
        all.push(SystemMessage::new(instructions).into());
    }
    for message in list(messages) {
        match Wire::deserialize(message) {
            Ok(wire) if !message.is_string() => add(&mut all, wire),
            _ => all.push(UserMessage::new([said(message)]).into()),
        }
    }
    all
}

fn add(all: &mut Vec<Message>, wire: Wire) {
    let Sorted { turn, said, results } = Sorted::of(wire.parts.as_ref(), &wire.tool_calls);
    let role = wire.role.as_deref().unwrap_or("user").to_lowercase();
    // Some crates put the results of tools into a user's message.
    let only_results = said.is_empty() && !results.is_empty();
    all.extend(results.into_iter().map(Message::from));
    match role.as_str() {
        "system" => all.push(SystemMessage::new(said).into()),
        "developer" => all.push(Message::Developer(SystemMessage::new(said))),
        "assistant" | "model" | "ai" => all.push(named(turn.finish(), wire.name).into()),
        _ if only_results => {}
        "tool" | "function" => {
            let mut message = ToolMessage::new("", Content::from(said));
            message.tool_call_id = wire.tool_call_id;
            message.name = wire.name;
            all.push(message.into());
        }
        "user" | "human" => {
            all.push(Message::User(UserMessage { name: wire.name, content: said.into() }));
        }
        // No role of OpenInference's types: who said it is kept as a name.
        other => all.push(UserMessage::new(said).name(other).into()),
    }
}

fn named(mut message: AssistantMessage, name: Option<String>) -> AssistantMessage {
    message.name = name;
    message
}

/// The messages that a model answered with, and why it stopped.
pub(super) fn output(messages: Option<&Value>) -> (Vec<AssistantMessage>, Option<String>) {
    let mut finish_reason = None;
    let all = list(messages).iter().map(|message| match Wire::deserialize(message) {
        Ok(wire) if !message.is_string() => {
            finish_reason = finish_reason.take().or(wire.finish_reason);
            named(Sorted::of(wire.parts.as_ref(), &wire.tool_calls).turn.finish(), wire.name)
        }
        _ => AssistantMessage::new(vec![said(message).into()]),
    });
    let all = all.collect();
    // What rig writes where it does not know.
    (all, finish_reason.filter(|reason| reason != "unknown"))
}

/// A list, or a lone item as one.
fn list(value: Option<&Value>) -> &[Value] {
    match value {
        None | Some(Value::Null) => &[],
        Some(Value::Array(items)) => items,
        Some(item) => std::slice::from_ref(item),
    }
}
