//! The messages of OpenAI's chat completions, with the additions of compatible servers.
//!
//! | addition | server |
//! |---|---|
//! | `reasoning_content` | `DeepSeek`, vLLM |
//! | `reasoning` | OpenRouter, Groq, vLLM |
//! | `reasoning_details` | OpenRouter |
//! | `thinking`, `images`, `tool_name`, arguments as an object | Ollama |
//! | `images` as content parts | OpenRouter |
//! | `tool_plan` | Cohere (version 2) |
//!
//! Ollama and Cohere have response formats that differ, but put the same assistant message into
//! them, so this module serves all three.

use super::parts::{add_assistant_part, image_from_base64, parse_part};
use crate::enrich::api::{content, is_content, json, json_message};
use crate::enrich::message_builder::AssistantTurn;
use crate::enrich::wire::lenient::{items, read_items};
use crate::enrich::wire::tagged::from_tagged;
use crate::enrich::wire::value_deserializer::from_value;
use crate::record::{
    AssistantMessage, Content, Message, Part, Reasoning, SystemMessage, ToolCall, ToolMessage,
    UserMessage,
};
use serde::Deserialize;
use serde_json::Value;

/// A message of a request, by its role.
///
/// ```json
/// {"role": "system", "content": "Be brief."}
/// {"role": "user", "content": [{"type": "text", "text": "Weather in Paris?"}]}
/// {"role": "assistant", "content": null, "tool_calls": [{"id": "call_1", "type": "function",
///     "function": {"name": "weather", "arguments": "{\"city\":\"Paris\"}"}}]}
/// {"role": "tool", "tool_call_id": "call_1", "content": "sunny"}
/// ```
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum WireMessage {
    System {
        content: Value,
    },
    Developer {
        content: Value,
    },
    User {
        content: Value,
        name: Option<String>,
    },
    Assistant {},
    Tool(WireTool),
    /// The deprecated predecessor of `Tool`: the result of a `function_call`, which has no id.
    Function(WireTool),
}

#[derive(Deserialize)]
struct WireTool {
    #[serde(default)]
    content: Value,
    /// Optional: Ollama identifies the result by `tool_name` alone.
    tool_call_id: Option<String>,
    #[serde(alias = "tool_name")]
    name: Option<String>,
}

/// The fields of an assistant message, except its content, its calls and its images. Every field is
/// optional, since a message may have only tool calls, only reasoning, or nothing where a stream
/// broke.
#[derive(Default, Deserialize)]
struct WireAssistant {
    refusal: Option<String>,
    reasoning_content: Option<String>,
    /// Some servers use this name for an object, which is not read.
    reasoning: Option<String>,
    thinking: Option<String>,
    tool_plan: Option<String>,
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
#[derive(Default, Deserialize)]
struct WireCall {
    id: Option<String>,
    r#type: Option<String>,
    function: Option<WireFunction>,
    custom: Option<WireCustom>,
}

#[derive(Deserialize)]
struct WireFunction {
    name: Option<String>,
    /// JSON as text (OpenAI) or an object (Ollama). If it is missing, null is recorded.
    #[serde(default)]
    arguments: Value,
}

/// A call of a custom tool, whose input is free text in place of JSON arguments.
#[derive(Deserialize)]
struct WireCustom {
    name: Option<String>,
    #[serde(default)]
    input: Value,
}

/// Reads the messages of a request, of which at least one must be known.
pub(crate) fn parse_messages(values: &[Value]) -> Option<Vec<Message>> {
    // Parts without a type belong to another format; among others they are shown as JSON.
    let has_parts = |content: &Value| match content.as_array() {
        Some(parts) => parts.is_empty() || parts.iter().any(|part| part["type"].is_string()),
        None => true,
    };
    let is_known = |message: &Value| message.get("content").is_none_or(has_parts);
    if !values.iter().any(|message| is_known(message) && parse_message(message).is_some()) {
        return None;
    }
    read_items(values, parse_message, json_message)
}

/// Reads a message, or returns `None` if its role is unknown or its content has no known form.
fn parse_message(value: &Value) -> Option<Message> {
    let text_or_parts =
        |value: Value| is_content(&value).then(|| SystemMessage::new(content(&value, parse_part)));
    Some(match from_tagged::<WireMessage>(value, "role")? {
        WireMessage::System { content } => text_or_parts(content)?.into(),
        WireMessage::Developer { content } => Message::Developer(text_or_parts(content)?),
        WireMessage::User { content, name } => {
            let content = user_content(&content, items(value, "images"))?;
            UserMessage { name, ..UserMessage::new(content) }.into()
        }
        WireMessage::Assistant {} => assistant_message(value).into(),
        WireMessage::Tool(tool) | WireMessage::Function(tool) => {
            let WireTool { content: wire_content, tool_call_id, name } = tool;
            let content = content(&wire_content, parse_part);
            ToolMessage { tool_call_id, name, content }.into()
        }
    })
}

/// Returns the content of a user, with the images of Ollama, which are beside the text, as parts
/// after it.
fn user_content(wire_content: &Value, images: &[Value]) -> Option<Content> {
    if images.is_empty() || !is_content(wire_content) {
        return is_content(wire_content).then(|| content(wire_content, parse_part));
    }
    let mut parts = match wire_content {
        Value::String(text) => vec![Part::text(text)],
        parts => parts.as_array()?.iter().map(parse_part).collect(),
    };
    parts.extend(images.iter().map(parse_image));
    Some(parts.into())
}

/// Reads an image beside the text: base64 without a media type (Ollama), or a content part
/// (OpenRouter).
fn parse_image(value: &Value) -> Part {
    value.as_str().map_or_else(|| parse_part(value), |data| image_from_base64(data).into())
}

/// Reads the message of a response, or returns `None` if its role is not `assistant`.
///
/// Unlike the content, the role is required: it is one of the few fields that distinguish a
/// response from other JSON with a `message`.
pub(crate) fn parse_reply(value: &Value) -> Option<AssistantMessage> {
    (value.get("role")? == "assistant").then(|| assistant_message(value))
}

/// Reads an assistant message: reasoning first, then content, refusal or transcript, images, and
/// tool calls.
pub(super) fn assistant_message(value: &Value) -> AssistantMessage {
    let wire = from_value::<WireAssistant>(value).unwrap_or_default();
    let mut turn = AssistantTurn::default();
    // Some servers (vLLM) send the same text as `reasoning` and `reasoning_content`: read one.
    let reasoning = wire.reasoning_content.or(wire.reasoning).or(wire.thinking);
    let details = reasoning_details(items(value, "reasoning_details"));
    // The details repeat the text, with signatures and encrypted content beside it.
    let has_details = details.iter().any(|detail| detail.text.is_some());
    for detail in details {
        turn.push_reasoning(detail);
    }
    // Cohere's `tool_plan` explains the tool calls that follow, so it counts as reasoning.
    for text in [reasoning.filter(|_| !has_details), wire.tool_plan].into_iter().flatten() {
        turn.push_reasoning(Reasoning::new(text));
    }
    match value.get("content") {
        None | Some(Value::Null) => {}
        Some(Value::String(text)) => turn.push_text(text),
        Some(Value::Array(parts)) => {
            for part in parts {
                add_assistant_part(&mut turn, part);
            }
        }
        Some(other) => turn.push_text(&other.to_string()),
    }
    let transcript = wire.audio.and_then(|audio| audio.transcript);
    for text in [wire.refusal, transcript].iter().flatten() {
        turn.push_text(text);
    }
    for image in items(value, "images") {
        turn.push_part(parse_image(image));
    }
    turn.tool_calls.extend(items(value, "tool_calls").iter().map(parse_tool_call));
    turn.tool_calls.extend(wire.function_call.map(WireFunction::into_tool_call));
    AssistantMessage { name: wire.name, ..turn.finish() }
}

/// Reads the reasoning of OpenRouter, in which a text may be in pieces. The signature is that of
/// the whole text and ends it.
fn reasoning_details(values: &[Value]) -> Vec<Reasoning> {
    let mut details: Vec<Reasoning> = Vec::new();
    for detail in values.iter().filter_map(reasoning_detail) {
        match (details.last_mut(), &detail.text) {
            (Some(Reasoning { text: Some(text), signature, .. }), Some(piece))
                if signature.is_none() =>
            {
                text.push_str(piece);
                *signature = detail.signature;
            }
            _ => details.push(detail),
        }
    }
    details
}

/// Reads a piece of reasoning (OpenRouter). Returns `None` for one of an unknown form.
///
/// ```json
/// {"type": "reasoning.text", "text": "Think", "signature": ".."}
/// {"type": "reasoning.summary", "summary": "It thinks"}
/// {"type": "reasoning.encrypted", "data": "gAAA.."}
/// ```
fn reasoning_detail(value: &Value) -> Option<Reasoning> {
    let text = |field| value.get(field).and_then(Value::as_str).map(str::to_owned);
    value.get("type")?.as_str()?.strip_prefix("reasoning.")?;
    Some(Reasoning {
        text: text("text").or(text("summary")),
        signature: text("signature"),
        encrypted_content: text("data"),
        ..Reasoning::default()
    })
}

/// Reads a tool call. The arguments of a call of an unknown type are the JSON of the call.
fn parse_tool_call(value: &Value) -> ToolCall {
    let WireCall { id, r#type: kind, function, custom } = from_value(value).unwrap_or_default();
    let call = match (function, custom) {
        (Some(function), _) => function.into_tool_call(),
        (None, Some(WireCustom { name, input })) => custom_call(name, &input),
        (None, None) => ToolCall::new(kind.unwrap_or_default(), value.clone()),
    };
    // Gemini's interface for OpenAI's clients has the signature of the thoughts here.
    let signature = value.pointer("/extra_content/google/thought_signature");
    let reasoning_signature = signature.and_then(Value::as_str).map(str::to_owned);
    ToolCall { id, reasoning_signature, ..call }
}

/// Returns a call of a custom tool. Arguments are an object everywhere else, so the text is a field
/// of one, as OpenInference's own instrumentation records it.
pub(super) fn custom_call(name: Option<String>, input: &Value) -> ToolCall {
    ToolCall::new(name.unwrap_or_default(), serde_json::json!({"input": input}))
}

impl WireFunction {
    fn into_tool_call(self) -> ToolCall {
        ToolCall::new(self.name.unwrap_or_default(), json(&self.arguments))
    }
}
