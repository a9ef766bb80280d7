//! Cohere's chat, version 1 (`POST /v1/chat`): a message and a history in place of messages.
//!
//! Reference: <https://docs.cohere.com/v1/reference/chat>. Fixtures: `cohere_chat_v1*.json`.
//! Version 2 replaced it, but older SDKs and Bedrock's `InvokeModel` still use it.

use super::{ORIGIN, Usage, is_cohere_reason, round_count};
use crate::enrich::api::{ChatRequest, ChatResponse, json, parameters, tools};
use crate::enrich::message_builder::AssistantTurn;
use crate::enrich::model_family;
use crate::enrich::wire::merge::{append_text, item_at};
use crate::enrich::wire::value_deserializer::from_value;
use crate::record::{Message, SystemMessage, ToolCall, ToolMessage, UserMessage};
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// The body of a request.
///
/// ```json
/// {"model": "command-r", "preamble": "Be brief.", "message": "And tomorrow?",
///  "chat_history": [{"role": "USER", "message": "Weather?"},
///                   {"role": "CHATBOT", "message": "Sunny."}]}
/// ```
///
/// In the request after a tool call, the results are in `tool_results` or at the end of the
/// history.
#[derive(Deserialize)]
struct Request {
    model: Option<String>,
    /// The user's message. Empty if the history ends with the results of tools.
    message: String,
    /// The system prompt.
    preamble: Option<String>,
    chat_history: Option<Vec<WireMessage>>,
    tools: Option<Vec<Value>>,
    tool_results: Option<Vec<WireResult>>,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

/// A message of the history. Unlike in every other format, the role is in upper case.
#[derive(Deserialize)]
#[serde(tag = "role", rename_all = "UPPERCASE")]
enum WireMessage {
    System { message: String },
    User { message: String },
    Chatbot { message: String, tool_calls: Option<Vec<WireCall>> },
    Tool { tool_results: Vec<WireResult> },
}

/// A tool call. It has no id in this version: a result repeats the call.
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

/// Reads a request that has a history, a preamble or a model of Cohere.
pub(crate) fn request(value: &Value) -> Option<ChatRequest> {
    let Request { model, message, preamble, chat_history, tools: definitions, tool_results, rest } =
        from_value::<Request>(value)?;
    let is_cohere_model = |model: &str| model_family::system(model) == ORIGIN.system;
    // Many functions have an argument `message`, so that field alone does not make a request.
    if chat_history.is_none()
        && preamble.is_none()
        && !model.as_deref().is_some_and(is_cohere_model)
    {
        return None;
    }
    let mut messages = Vec::new();
    messages.extend(preamble.map(|text| SystemMessage::new(text).into()));
    for message in chat_history.into_iter().flatten() {
        message.add_to(&mut messages);
    }
    if !message.is_empty() {
        messages.push(UserMessage::new(message).into());
    }
    messages.extend(tool_results.into_iter().flatten().map(WireResult::into_message));
    Some(ChatRequest {
        messages,
        tools: tools(definitions),
        parameters: parameters(model.as_deref().map(|model| ("model", model)), rest),
        model,
        origin: ORIGIN,
        ..ChatRequest::default()
    })
}

impl WireMessage {
    fn add_to(self, messages: &mut Vec<Message>) {
        match self {
            WireMessage::System { message } => messages.push(SystemMessage::new(message).into()),
            WireMessage::User { message } => messages.push(UserMessage::new(message).into()),
            WireMessage::Chatbot { message, tool_calls } => {
                messages.push(chatbot_message(&message, tool_calls));
            }
            WireMessage::Tool { tool_results } => {
                messages.extend(tool_results.into_iter().map(WireResult::into_message));
            }
        }
    }
}

impl WireResult {
    /// Returns the outputs as a tool message. It names the tool, because the call has no id.
    fn into_message(self) -> Message {
        ToolMessage::of_tool(self.call.name, Value::Array(self.outputs).to_string()).into()
    }
}

/// Returns an assistant message with the text and tool calls of a `CHATBOT` message or a response.
fn chatbot_message(text: &str, calls: Option<Vec<WireCall>>) -> Message {
    let mut turn = AssistantTurn::default();
    turn.push_text(text);
    for WireCall { name, parameters } in calls.into_iter().flatten() {
        turn.tool_calls.push(ToolCall::new(name, json(&parameters)));
    }
    turn.finish().into()
}

/// The body of a response.
///
/// ```json
/// {"generation_id": "5f5b3e4f", "text": "Hello there", "finish_reason": "COMPLETE",
///  "meta": {"billed_units": {..}, "tokens": {"input_tokens": 66, "output_tokens": 2}}}
/// ```
#[derive(Deserialize)]
struct Response {
    text: String,
    generation_id: String,
    finish_reason: Option<String>,
    tool_calls: Option<Vec<WireCall>>,
    meta: Option<Usage>,
}

/// Reads a response.
pub(crate) fn response(value: &Value) -> Option<ChatResponse> {
    let Response { text, generation_id, finish_reason, tool_calls, meta } =
        from_value::<Response>(value)?;
    // Other JSON with a `text` and a `generation_id` has neither counts nor such a reason. Where a
    // stream broke, `assemble` leaves the reason null, which is unlike a missing field.
    let is_distinct = match &finish_reason {
        Some(reason) => is_cohere_reason(reason),
        None => meta.is_some() || value.get("finish_reason").is_some(),
    };
    if generation_id.is_empty() || !is_distinct {
        return None;
    }
    Some(ChatResponse {
        messages: vec![chatbot_message(&text, tool_calls)],
        finish_reason,
        tokens: meta.and_then(|meta| meta.tokens()),
        origin: ORIGIN,
        ..ChatResponse::default()
    })
}

/// Assembles the events of a stream into one response.
///
/// ```json
/// {"event_type": "stream-start", "generation_id": "5f5b3e4f"}
/// {"event_type": "text-generation", "text": "Hello"}
/// {"event_type": "tool-calls-chunk", "tool_call_delta": {"index": 0, "name": "f"}}
/// {"event_type": "tool-calls-generation", "tool_calls": [{"name": "f", "parameters": {}}]}
/// {"event_type": "stream-end", "finish_reason": "COMPLETE", "response": {..}}
/// ```
///
/// `stream-end` has the whole response, and `tool-calls-generation` the complete calls. The other
/// events matter for a stream that broke before these.
pub(crate) fn assemble(events: &[Value]) -> Option<Value> {
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
            "text-generation" => append_text(&mut response, "text", event.get("text")?.as_str()?),
            "tool-calls-chunk" => add_tool_call_chunk(&mut calls, event),
            "tool-calls-generation" => calls.clone_from(event.get("tool_calls")?.as_array()?),
            "stream-end" => {
                let mut complete = event.get("response")?.clone();
                // The reason may be only beside the response.
                let reason = event.get("finish_reason").cloned().unwrap_or_default();
                complete.as_object_mut()?.entry("finish_reason").or_insert(reason);
                return Some(complete);
            }
            _ => {}
        }
    }
    // A call without a name would make the whole response unreadable.
    calls.retain(|call| call.get("name").is_some());
    if !calls.is_empty() {
        response["tool_calls"] = calls.into();
    }
    Some(response)
}

/// Adds a chunk of a tool call: its name, or an increment of its parameters as JSON text.
fn add_tool_call_chunk(calls: &mut Vec<Value>, event: &Value) {
    let Some(delta) = event.get("tool_call_delta") else { return };
    // The index is a floating point number in Cohere's interface description, as the counts are.
    let index = delta.get("index").and_then(Value::as_f64).map(round_count);
    let index = index.and_then(|index| usize::try_from(index).ok());
    let Some(call) = index.and_then(|index| item_at(calls, index)) else { return };
    if call.is_null() {
        *call = json!({"parameters": ""});
    }
    for field in ["name", "parameters"] {
        if let Some(text) = delta.get(field).and_then(Value::as_str) {
            append_text(call, field, text);
        }
    }
}
