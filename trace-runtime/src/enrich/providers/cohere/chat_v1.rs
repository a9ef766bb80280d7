//! Cohere's chat, version 1 (`POST /v1/chat`): a message and a history in place of messages.
//!
//! Reference: <https://docs.cohere.com/v1/reference/chat>. Fixtures: `cohere_chat_v1*.json`.
//! Version 2 replaced it, but older SDKs and Bedrock's `InvokeModel` still use it.

use super::{ORIGIN, Usage, is_cohere_reason};
use crate::enrich::api::{ChatRequest, ChatResponse, json, json_message, parameters, tools};
use crate::enrich::message_builder::AssistantTurn;
use crate::enrich::model_family;
use crate::enrich::wire::indexed_list::IndexedList;
use crate::enrich::wire::merge::{UnknownChunks, append_text, index_field};
use crate::enrich::wire::tagged::from_tagged;
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
    chat_history: Option<Vec<Value>>,
    tools: Option<Vec<Value>>,
    tool_results: Option<Vec<Value>>,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

/// A message of the history. Unlike in every other format, the role is in upper case.
#[derive(Deserialize)]
#[serde(rename_all = "UPPERCASE")]
enum WireMessage {
    System { message: String },
    User { message: String },
    Chatbot { message: String, tool_calls: Option<Vec<Value>> },
    Tool { tool_results: Vec<Value> },
}

/// A tool call. It has no id in this version: a result repeats the call.
#[derive(Deserialize)]
struct WireCall {
    name: Option<String>,
    #[serde(default)]
    parameters: Value,
}

#[derive(Deserialize)]
struct WireResult {
    call: WireCall,
    outputs: Vec<Value>,
}

/// Reads a request that has a history, a preamble, a model of Cohere, or a tool in Cohere's form.
pub(crate) fn request(value: &Value) -> Option<ChatRequest> {
    read_request(value, false)
}

/// Reads a request of which nothing but its response proves that it is one: on Bedrock the model is
/// in the URL, and this API has a default model.
pub(crate) fn plain_request(value: &Value) -> Option<ChatRequest> {
    read_request(value, true)
}

fn read_request(value: &Value, is_proven: bool) -> Option<ChatRequest> {
    let Request { model, message, preamble, chat_history, tools: definitions, tool_results, rest } =
        from_value::<Request>(value)?;
    let is_cohere_model = |model: &str| model_family::system(model) == ORIGIN.system;
    let history: Option<Vec<Option<WireMessage>>> =
        chat_history.as_ref().map(|list| list.iter().map(|it| from_tagged(it, "role")).collect());
    let has_history =
        history.as_ref().is_some_and(|list| list.is_empty() || list.iter().any(Option::is_some));
    // Many functions have an argument `message`, so that field alone does not make a request.
    let is_cohere_tool = |tool: &Value| tool.get("parameter_definitions").is_some();
    let is_distinct = has_history
        || preamble.is_some()
        || model.as_deref().is_some_and(is_cohere_model)
        || definitions.iter().flatten().any(is_cohere_tool);
    if !is_distinct && !is_proven {
        return None;
    }
    let mut messages = Vec::new();
    messages.extend(preamble.map(|text| SystemMessage::new(text).into()));
    let history = history.into_iter().flatten();
    for (message, value) in history.zip(chat_history.iter().flatten()) {
        match message {
            Some(message) => message.add_to(&mut messages),
            None => messages.push(json_message(value)),
        }
    }
    if !message.is_empty() {
        messages.push(UserMessage::new(message).into());
    }
    messages.extend(tool_results.iter().flatten().map(result_message));
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
                messages.push(chatbot_message(&message, &tool_calls.unwrap_or_default()));
            }
            WireMessage::Tool { tool_results } => {
                messages.extend(tool_results.iter().map(result_message));
            }
        }
    }
}

/// Reads the outputs of a tool. The message names the tool, because the call has no id.
fn result_message(value: &Value) -> Message {
    let (name, content) = match from_value::<WireResult>(value) {
        Some(WireResult { call, outputs }) => (call.name, Value::Array(outputs).to_string()),
        None => (None, value.to_string()),
    };
    ToolMessage { tool_call_id: None, name, content: content.into() }.into()
}

/// Returns an assistant message with the text and tool calls of a `CHATBOT` message or a response.
fn chatbot_message(text: &str, calls: &[Value]) -> Message {
    let mut turn = AssistantTurn::default();
    turn.push_text(text);
    for value in calls {
        turn.tool_calls.push(match from_value::<WireCall>(value) {
            Some(WireCall { name: Some(name), parameters }) => {
                ToolCall::new(name, json(&parameters))
            }
            _ => ToolCall::new("", value.clone()),
        });
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
    tool_calls: Option<Vec<Value>>,
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
        messages: vec![chatbot_message(&text, &tool_calls.unwrap_or_default())],
        finish_reason,
        tokens: meta.and_then(|meta| meta.tokens()),
        origin: ORIGIN,
        ..ChatResponse::default()
    })
}

/// The events that add nothing to the answer.
const NO_CONTENT: [&str; 6] = [
    "stream-start",
    "search-queries-generation",
    "search-results",
    "citation-generation",
    "tool-input-chunk",
    "debug",
];

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
    let kind = |event: &Value| event.get("event_type").and_then(Value::as_str).map(str::to_owned);
    let of_kind =
        |name: &'static str| events.iter().find(move |event| kind(event).as_deref() == Some(name));
    // Bedrock sends no `stream-start`. The end alone has the whole response then.
    let end = || of_kind("stream-end")?.get("response");
    let id = of_kind("stream-start").or_else(end)?.get("generation_id")?;
    let mut response = json!({"generation_id": id, "finish_reason": null, "text": ""});
    let (mut calls, mut complete_calls) = (IndexedList::default(), None);
    let mut unknown = UnknownChunks::default();
    for event in events {
        match kind(event).as_deref() {
            Some("text-generation") => {
                let text = event.get("text").and_then(Value::as_str).unwrap_or_default();
                append_text(&mut response, "text", text);
            }
            Some("tool-calls-chunk") => add_tool_call_chunk(&mut calls, event),
            Some("tool-calls-generation") => {
                complete_calls = event.get("tool_calls").and_then(Value::as_array).cloned();
            }
            Some("stream-end") => {
                if let Some(complete) = event.get("response").filter(|it| it.is_object()) {
                    response = complete.clone();
                }
                // The reason may be only beside the response.
                let reason = event.get("finish_reason").cloned().unwrap_or_default();
                response.as_object_mut()?.entry("finish_reason").or_insert(reason);
                let mut response = response.as_object()?.clone();
                unknown.add_to(&mut response);
                return Some(response.into());
            }
            Some(kind) if NO_CONTENT.contains(&kind) => {}
            _ => unknown.keep(event),
        }
    }
    let calls: Vec<Value> = complete_calls.unwrap_or_else(|| calls.into_items().collect());
    if !calls.is_empty() {
        response["tool_calls"] = calls.into();
    }
    unknown.add_to(response.as_object_mut()?);
    Some(response)
}

/// Adds a chunk of a tool call: its name, or an increment of its parameters as JSON text.
fn add_tool_call_chunk(calls: &mut IndexedList<Value>, event: &Value) {
    let Some(delta) = event.get("tool_call_delta") else { return };
    let Some(index) = index_field(delta, "index") else { return };
    let call = calls.at(index);
    if call.is_null() {
        *call = json!({"parameters": ""});
    }
    for field in ["name", "parameters"] {
        if let Some(text) = delta.get(field).and_then(Value::as_str) {
            append_text(call, field, text);
        }
    }
}
