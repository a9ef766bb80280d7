//! Cohere's chat, version 2. Its requests are of the form of `OpenAI`'s; the responses are its own.

use crate::enrich::neutral::{ChatResponse, Vendor};
use crate::enrich::providers::openai::messages::WireAssistant;
use crate::enrich::wire::merge::{append, item_at, merge};
use crate::enrich::wire::value_deserializer::read;
use crate::record::TokenCount;
use serde::Deserialize;
use serde_json::{Map, Value, json};

pub(crate) const VENDOR: Vendor = Vendor { system: Some("cohere"), provider: None };

#[derive(Deserialize)]
struct Response {
    id: String,
    finish_reason: Option<String>,
    message: Answer,
    usage: Option<Usage>,
}

#[derive(Deserialize)]
struct Answer {
    role: String,
    #[serde(flatten)]
    message: WireAssistant,
}

#[derive(Deserialize)]
pub(crate) struct Usage {
    tokens: Option<Tokens>,
    billed_units: Option<Tokens>,
    cached_tokens: Option<f64>,
}

/// Cohere's interface says that these are floating point numbers.
#[derive(Deserialize)]
struct Tokens {
    input_tokens: Option<f64>,
    output_tokens: Option<f64>,
}

pub(crate) fn response(value: &Value) -> Option<ChatResponse> {
    let Response { id, finish_reason, message, usage } = read::<Response>(value)?;
    if id.is_empty() || !is_distinct(value) || message.role != "assistant" {
        return None;
    }
    Some(ChatResponse {
        messages: vec![message.message.message()?.into()],
        finish_reason,
        tokens: usage.and_then(|usage| usage.tokens()),
        model: None,
        vendor: VENDOR,
        ..ChatResponse::default()
    })
}

/// Its reasons are in upper case, and its counts have names of their own. A stream that broke has
/// neither, but lists of blocks and of tool calls.
fn is_distinct(value: &Value) -> bool {
    let usage = value.get("usage");
    let has_counts =
        ["billed_units", "tokens"].iter().any(|own| usage.and_then(|it| it.get(own)).is_some());
    match value.get("finish_reason") {
        Some(Value::String(reason)) => {
            has_counts || !reason.is_empty() && !reason.contains(|it: char| it.is_lowercase())
        }
        Some(Value::Null) => {
            has_counts || value.get("message").is_some_and(|it| !it["content"].is_string())
        }
        _ => false,
    }
}

impl Usage {
    /// What the model read and wrote; what is billed may be less.
    pub(crate) fn tokens(&self) -> Option<TokenCount> {
        let counts = self.tokens.as_ref().or(self.billed_units.as_ref())?;
        let tokens = TokenCount::new(whole(counts.input_tokens?), whole(counts.output_tokens?));
        Some(TokenCount { cache_read: self.cached_tokens.map(whole), ..tokens })
    }
}

/// A count as an integer.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast saturates")]
pub(crate) fn whole(count: f64) -> u64 {
    count.round() as u64
}

/// The events of a stream as one response.
pub(crate) fn joined(events: &[Value]) -> Option<Value> {
    let first = events.first()?;
    if first.get("type")? != "message-start" {
        return None;
    }
    let mut message = Map::from_iter([("role".to_owned(), json!("assistant"))]);
    let mut response = Map::from_iter([
        ("id".to_owned(), first.get("id")?.clone()),
        // Until the last event says it.
        ("finish_reason".to_owned(), Value::Null),
    ]);
    let (mut content, mut calls) = (Vec::new(), Vec::new());
    for event in events {
        let kind = event.get("type")?.as_str()?;
        let delta = event.get("delta");
        match kind {
            "message-end" => response.extend(delta.and_then(Value::as_object)?.clone()),
            "content-start" | "content-delta" => add(&mut content, event, "content")?,
            "tool-call-start" | "tool-call-delta" => add(&mut calls, event, "tool_calls")?,
            "tool-plan-delta" => merge(&mut message, delta?.get("message")?.as_object()?),
            _ => {}
        }
    }
    for (field, mut list) in [("content", content), ("tool_calls", calls)] {
        list.retain(|item| !item.is_null());
        if !list.is_empty() {
            message.insert(field.to_owned(), list.into());
        }
    }
    response.insert("message".to_owned(), message.into());
    Some(response.into())
}

/// Adds a piece to the item of its index, or to the last one if the event has none.
fn add(list: &mut Vec<Value>, event: &Value, field: &str) -> Option<()> {
    let piece = event.get("delta")?.get("message")?.get(field)?.as_object()?;
    let index = match event.get("index") {
        Some(index) => usize::try_from(index.as_u64()?).ok()?,
        None => list.len().saturating_sub(1),
    };
    let item = item_at(list, index)?;
    if let Some(text) = piece.get("function").and_then(|function| function.get("arguments"))
        && let Some(function) = item.get_mut("function")
    {
        append(function, "arguments", text.as_str()?);
        return Some(());
    }
    match item.as_object_mut() {
        Some(item) => merge(item, piece),
        None => *item = piece.clone().into(),
    }
    Some(())
}
