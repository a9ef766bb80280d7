//! Cohere's chat, version 1: a message and a history in place of messages.

use super::chat::{Usage, VENDOR};
use crate::enrich::model_family;
use crate::enrich::neutral::{ChatRequest, ChatResponse, json, parameters, tools};
use crate::enrich::turn::AssistantTurn;
use crate::enrich::wire::merge::{append, item_at};
use crate::enrich::wire::value_deserializer::read;
use crate::record::{Message, SystemMessage, ToolCall, ToolMessage, UserMessage};
use serde::Deserialize;
use serde_json::{Map, Value, json};

#[derive(Deserialize)]
struct Request {
    model: Option<String>,
    message: String,
    preamble: Option<String>,
    chat_history: Option<Vec<WireMessage>>,
    tools: Option<Vec<Value>>,
    tool_results: Option<Vec<WireResult>>,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

#[derive(Deserialize)]
#[serde(tag = "role", rename_all = "UPPERCASE")]
enum WireMessage {
    System { message: String },
    User { message: String },
    Chatbot { message: String, tool_calls: Option<Vec<WireCall>> },
    Tool { tool_results: Vec<WireResult> },
}

#[derive(Deserialize)]
struct WireCall {
    name: String,
    parameters: Value,
}

#[derive(Deserialize)]
struct WireResult {
    call: WireCall,
    outputs: Vec<Value>,
}

pub(crate) fn request(value: &Value) -> Option<ChatRequest> {
    let Request { model, message, preamble, chat_history, tools: definitions, tool_results, rest } =
        read::<Request>(value)?;
    let is_own = |model: &str| model_family::system(model) == VENDOR.system;
    // An argument of this name alone is no request.
    if chat_history.is_none() && preamble.is_none() && !model.as_deref().is_some_and(is_own) {
        return None;
    }
    let mut messages = Vec::new();
    messages.extend(preamble.map(|text| SystemMessage::new(text).into()));
    for message in chat_history.into_iter().flatten() {
        message.write(&mut messages);
    }
    // Empty where the history ends with the results of tools.
    if !message.is_empty() {
        messages.push(UserMessage::new(message).into());
    }
    messages.extend(tool_results.into_iter().flatten().map(WireResult::message));
    Some(ChatRequest {
        messages,
        tools: tools(definitions),
        parameters: parameters(model.as_deref().map(|model| ("model", model)), rest),
        model,
        vendor: VENDOR,
        ..ChatRequest::default()
    })
}

impl WireMessage {
    fn write(self, messages: &mut Vec<Message>) {
        match self {
            WireMessage::System { message } => messages.push(SystemMessage::new(message).into()),
            WireMessage::User { message } => messages.push(UserMessage::new(message).into()),
            WireMessage::Chatbot { message, tool_calls } => {
                messages.push(said(&message, tool_calls));
            }
            WireMessage::Tool { tool_results } => {
                messages.extend(tool_results.into_iter().map(WireResult::message));
            }
        }
    }
}

impl WireResult {
    /// The calls have no ids.
    fn message(self) -> Message {
        ToolMessage::of_tool(self.call.name, Value::Array(self.outputs).to_string()).into()
    }
}

fn said(text: &str, calls: Option<Vec<WireCall>>) -> Message {
    let mut turn = AssistantTurn::default();
    turn.text(text);
    for WireCall { name, parameters } in calls.into_iter().flatten() {
        turn.tool_calls.push(ToolCall::new(name, json(&parameters)));
    }
    turn.finish().into()
}

#[derive(Deserialize)]
struct Response {
    text: String,
    generation_id: String,
    finish_reason: Option<String>,
    tool_calls: Option<Vec<WireCall>>,
    meta: Option<Usage>,
}

pub(crate) fn response(value: &Value) -> Option<ChatResponse> {
    let Response { text, generation_id, finish_reason, tool_calls, meta } =
        read::<Response>(value)?;
    // Its reasons are in upper case; one that was streamed and broke has none.
    let is_own = match &finish_reason {
        Some(reason) => !reason.is_empty() && !reason.contains(|it: char| it.is_lowercase()),
        None => meta.is_some() || value.get("finish_reason").is_some(),
    };
    if generation_id.is_empty() || !is_own {
        return None;
    }
    Some(ChatResponse {
        messages: vec![said(&text, tool_calls)],
        finish_reason,
        tokens: meta.and_then(|meta| meta.tokens()),
        vendor: VENDOR,
        ..ChatResponse::default()
    })
}

/// The response that the last event has, or as much of it as the others told of.
pub(crate) fn joined(events: &[Value]) -> Option<Value> {
    let first = events.first()?;
    if first.get("event_type")? != "stream-start" {
        return None;
    }
    let mut response = json!({
        "generation_id": first.get("generation_id")?,
        "finish_reason": null,
        "text": "",
    });
    let mut calls = Vec::new();
    for event in events {
        match event.get("event_type")?.as_str()? {
            "text-generation" => append(&mut response, "text", event.get("text")?.as_str()?),
            "tool-calls-chunk" => add(&mut calls, event),
            "tool-calls-generation" => calls.clone_from(event.get("tool_calls")?.as_array()?),
            "stream-end" => {
                let mut whole = event.get("response")?.clone();
                let reason = event.get("finish_reason").cloned().unwrap_or_default();
                whole.as_object_mut()?.entry("finish_reason").or_insert(reason);
                return Some(whole);
            }
            _ => {}
        }
    }
    calls.retain(|call| call.get("name").is_some());
    if !calls.is_empty() {
        response["tool_calls"] = calls.into();
    }
    Some(response)
}

/// Adds a piece of a call: its name, or more of its parameters as text.
fn add(calls: &mut Vec<Value>, event: &Value) {
    let Some(delta) = event.get("tool_call_delta") else { return };
    // An index may be written as a floating point number.
    let index = delta.get("index").and_then(Value::as_f64).map(super::chat::whole);
    let index = index.and_then(|index| usize::try_from(index).ok());
    let Some(call) = index.and_then(|index| item_at(calls, index)) else { return };
    if call.is_null() {
        *call = json!({"parameters": ""});
    }
    for field in ["name", "parameters"] {
        if let Some(text) = delta.get(field).and_then(Value::as_str) {
            append(call, field, text);
        }
    }
}
