//! The types of the client `genai`, which has one form for the APIs of all its providers.
//!
//! Reference: <https://docs.rs/genai/latest/genai/chat/>. Fixtures: `genai_chat*.json`. The names of
//! roles, parts and events are those of Rust enums, which no API has.

use super::openai::chat::Usage;
use crate::enrich::api::{
    ChatRequest, ChatResponse, json, json_message, json_part, parameters, tools,
};
use crate::enrich::message_builder::{AssistantTurn, Messages};
use crate::enrich::wire::lenient::items;
use crate::enrich::wire::merge::UnknownChunks;
use crate::enrich::wire::value_deserializer::from_value;
use crate::record::{
    Audio, Document, Image, Part, Reasoning, SystemMessage, ToolCall, ToolMessage, UserMessage,
    data_url,
};
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// `ChatRequest`. The model is an argument beside it.
///
/// ```json
/// {"system": "Be brief.", "messages": [{"role": "User", "content": [{"Text": "Hi"}]}]}
/// ```
#[derive(Deserialize)]
struct Request {
    system: Option<String>,
    tools: Option<Vec<Value>>,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

/// `ChatRole`.
#[derive(Deserialize)]
enum Role {
    System,
    User,
    Assistant,
    Tool,
}

/// `ContentPart`, an object with one field, whose name is the kind of the part.
#[derive(Deserialize)]
enum ContentPart {
    Text(String),
    Binary(Binary),
    ToolCall(WireCall),
    ToolResponse(WireResult),
    ThoughtSignature(String),
    ReasoningContent(String),
}

/// Any media: `{"content_type": "image/png", "source": {"Base64": ".."}, "name": "a.png"}`.
#[derive(Deserialize)]
struct Binary {
    content_type: String,
    source: Source,
    name: Option<String>,
}

#[derive(Deserialize)]
enum Source {
    Url(String),
    Base64(String),
}

#[derive(Deserialize)]
struct WireCall {
    call_id: Option<String>,
    fn_name: String,
    #[serde(default)]
    fn_arguments: Value,
    thought_signatures: Option<Vec<Value>>,
}

#[derive(Deserialize)]
struct WireResult {
    call_id: Option<String>,
    fn_name: Option<String>,
    content: String,
}

/// Reads a request, of which at least one message must have a known role and a known part.
pub(super) fn request(value: &Value) -> Option<ChatRequest> {
    let wire_messages = items(value, "messages");
    let role = |message: &Value| message.get("role").and_then(from_value::<Role>);
    let is_known = |message: &Value| role(message).is_some() && has_part(items(message, "content"));
    if !wire_messages.iter().any(is_known) {
        return None;
    }
    let Request { system, tools: definitions, mut rest } = from_value::<Request>(value)?;
    rest.remove("messages");
    let mut messages = Messages::default();
    if let Some(system) = system {
        messages.push(SystemMessage::new(system));
    }
    for message in wire_messages {
        let parts = items(message, "content");
        match role(message) {
            Some(Role::System) => messages.push(SystemMessage::new(other_parts(parts))),
            Some(Role::User) => messages.push(UserMessage::new(other_parts(parts))),
            Some(Role::Tool) => add_results(&mut messages, parts),
            Some(Role::Assistant) => {
                // Two assistant messages in a row stay two messages.
                messages.end_turn();
                add_parts(&mut messages.turn, parts);
            }
            None => messages.push(json_message(message)),
        }
    }
    Some(ChatRequest {
        messages: messages.finish(),
        tools: tools(definitions),
        parameters: parameters(None, rest),
        ..ChatRequest::default()
    })
}

fn has_part(content: &[Value]) -> bool {
    content.iter().any(|part| from_value::<ContentPart>(part).is_some())
}

/// Reads the parts of a role other than the assistant's.
fn other_parts(parts: &[Value]) -> Vec<Part> {
    let part = |value: &Value| match from_value::<ContentPart>(value) {
        Some(ContentPart::Text(text)) => Part::text(text),
        Some(ContentPart::Binary(binary)) => binary.into_part(),
        _ => json_part(value),
    };
    parts.iter().map(part).collect()
}

/// Adds a message for each result of a tool.
fn add_results(messages: &mut Messages, parts: &[Value]) {
    for value in parts {
        match from_value::<ContentPart>(value) {
            Some(ContentPart::ToolResponse(WireResult { call_id, fn_name, content })) => {
                let content = content.into();
                messages.push(ToolMessage { tool_call_id: call_id, name: fn_name, content });
            }
            _ => messages.push(ToolMessage {
                tool_call_id: None,
                name: None,
                content: other_parts(std::slice::from_ref(value)).into(),
            }),
        }
    }
}

fn add_parts(turn: &mut AssistantTurn, parts: &[Value]) {
    for part in parts {
        add_part(turn, part);
    }
}

/// Adds a part of the assistant.
fn add_part(turn: &mut AssistantTurn, value: &Value) {
    match from_value::<ContentPart>(value) {
        Some(ContentPart::Text(text)) => turn.push_text(&text),
        Some(ContentPart::Binary(binary)) => turn.push_part(binary.into_part()),
        Some(ContentPart::ReasoningContent(text)) => turn.push_reasoning(Reasoning::new(text)),
        Some(ContentPart::ThoughtSignature(signature)) => {
            turn.push_reasoning(Reasoning { signature: Some(signature), ..Reasoning::default() });
        }
        Some(ContentPart::ToolCall(call)) => turn.tool_calls.push(call.into_tool_call()),
        Some(ContentPart::ToolResponse(_)) | None => turn.push_part(json_part(value)),
    }
}

impl Binary {
    fn into_part(self) -> Part {
        let Binary { content_type, source, name } = self;
        let url = match source {
            Source::Url(url) => url,
            Source::Base64(data) => data_url(&content_type, &data),
        };
        match content_type.split('/').next() {
            Some("image") => Image::new(url).into(),
            Some("audio") => Audio::new(url).mime_type(content_type).into(),
            _ => Document { name, ..Document::at(url).mime_type(content_type) }.into(),
        }
    }
}

impl WireCall {
    fn into_tool_call(self) -> ToolCall {
        let mut signatures = self.thought_signatures.iter().flatten().filter_map(Value::as_str);
        let signature = signatures.next().map(str::to_owned);
        let call = ToolCall::new(self.fn_name, json(&self.fn_arguments));
        ToolCall { id: self.call_id, reasoning_signature: signature, ..call }
    }
}

/// `ChatResponse`.
///
/// ```json
/// {"content": [{"Text": "Hello"}], "reasoning_content": "A greeting.",
///  "model_iden": {"adapter_kind": "OpenAI", "model_name": "gpt-4o"},
///  "provider_model_iden": {"adapter_kind": "OpenAI", "model_name": "gpt-4o-2024-08-06"},
///  "stop_reason": {"Completed": "stop"},
///  "usage": {"prompt_tokens": 9, "completion_tokens": 2, "total_tokens": 11}}
/// ```
#[derive(Deserialize)]
struct Response {
    reasoning_content: Option<String>,
    model_iden: Option<ModelIden>,
    provider_model_iden: Option<ModelIden>,
    usage: Option<Usage>,
}

#[derive(Deserialize)]
struct ModelIden {
    model_name: String,
}

/// Reads a response, whose `model_iden` distinguishes it. It is null where events were joined.
pub(super) fn response(value: &Value) -> Option<ChatResponse> {
    value.get("model_iden")?;
    let content = value.get("content")?.as_array()?;
    let response = from_value::<Response>(value)?;
    if !has_part(content) && response.model_iden.is_none() && response.usage.is_none() {
        return None;
    }
    let mut messages = Messages::default();
    let is_reasoning = |part: &Value| part.get("ReasoningContent").is_some();
    if let Some(text) = response.reasoning_content
        && !content.iter().any(is_reasoning)
    {
        messages.turn.push_reasoning(Reasoning::new(text));
    }
    add_parts(&mut messages.turn, content);
    // The name of the kind is genai's, its content is the word of the provider.
    let reason = value.get("stop_reason").and_then(Value::as_object);
    let reason = reason.and_then(|reason| reason.values().find_map(Value::as_str));
    let model = response.provider_model_iden.or(response.model_iden);
    Some(ChatResponse {
        messages: messages.finish_response(),
        finish_reason: reason.map(str::to_owned),
        tokens: response.usage.and_then(|usage| usage.tokens()),
        model: model.map(|model| model.model_name),
        ..ChatResponse::default()
    })
}

/// Assembles the events of `ChatStream` into a response.
///
/// ```json
/// "Start"
/// {"Chunk": {"content": "Hel"}}
/// {"ReasoningChunk": {"content": "A greeting."}}
/// {"ToolCallChunk": {"tool_call": {"call_id": "call_1", "fn_name": "f", "fn_arguments": {}}}}
/// {"End": {"captured_usage": {..}, "captured_stop_reason": {"Completed": "stop"}}}
/// ```
///
/// The end has the usage, the reason and the content only if the options ask for them.
pub(super) fn assemble(events: &[Value]) -> Option<Value> {
    let is_end = |event: &Value| event.get("End").is_some_and(Value::is_object);
    if !events.iter().any(|event| event == "Start" || is_end(event)) {
        return None;
    }
    let mut stream = Stream::default();
    let mut unknown = UnknownChunks::default();
    for event in events {
        if stream.add(event).is_none() {
            unknown.keep(event);
        }
    }
    let mut response = stream.into_response();
    unknown.add_to(&mut response);
    Some(response.into())
}

/// A response, while its events arrive.
#[derive(Default)]
struct Stream {
    text: String,
    reasoning: String,
    signatures: Vec<Value>,
    /// Each call, by its id. Later events of a call have all of it.
    calls: Vec<Value>,
    end: Map<String, Value>,
}

impl Stream {
    fn add(&mut self, event: &Value) -> Option<()> {
        if event == "Start" || event == "Heartbeat" {
            return Some(());
        }
        let (kind, fields) = event.as_object()?.iter().find(|(_, fields)| fields.is_object())?;
        let text = || fields.get("content").and_then(Value::as_str);
        match kind.as_str() {
            "Chunk" => self.text.push_str(text()?),
            "ReasoningChunk" => self.reasoning.push_str(text()?),
            "ThoughtSignatureChunk" => self.signatures.push(json!({"ThoughtSignature": text()?})),
            "ToolCallChunk" => {
                let call = fields.get("tool_call")?;
                let id = |call: &Value| call.get("call_id").cloned();
                match self.calls.iter_mut().find(|old| id(old) == id(call)) {
                    Some(old) => *old = call.clone(),
                    None => self.calls.push(call.clone()),
                }
            }
            "End" => self.end.clone_from(fields.as_object()?),
            _ => return None,
        }
        Some(())
    }

    fn into_response(mut self) -> Map<String, Value> {
        let mut captured = |field| self.end.remove(field).filter(|value: &Value| !value.is_null());
        let content = captured("captured_content");
        let usage = captured("captured_usage");
        let reason = captured("captured_stop_reason");
        let reasoning = captured("captured_reasoning_content");
        let mut parts = self.signatures;
        if !self.text.is_empty() {
            parts.push(json!({"Text": self.text}));
        }
        parts.extend(self.calls.into_iter().map(|call| json!({"ToolCall": call})));
        let streamed = (!self.reasoning.is_empty()).then(|| Value::from(self.reasoning));
        let fields = [
            ("content", Some(content.unwrap_or_else(|| parts.into()))),
            ("model_iden", Some(Value::Null)),
            ("reasoning_content", reasoning.or(streamed)),
            ("stop_reason", reason),
            ("usage", usage),
        ];
        fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
    }
}
