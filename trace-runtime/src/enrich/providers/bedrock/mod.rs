//! The Converse API of Amazon Bedrock, one format for the models of many vendors.
//!
//! Reference: <https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html>.
//! Fixtures: `bedrock_converse*.json`. The content blocks are read in `blocks`, the events of
//! `ConverseStream` in `stream`. The bodies of `InvokeModel` have the
//! format of the vendor that made the model: those of Anthropic and Cohere are read beside their
//! own APIs, Meta's in `llama` and Amazon's in `titan`, completions of other vendors in
//! `completions`. Nova has the format of Converse.

mod blocks;
pub(super) mod completions;
pub(super) mod llama;
pub(super) mod stream;
pub(super) mod titan;

use super::exclusive_usage::ExclusiveUsage;
use crate::enrich::api::{
    ChatRequest, ChatResponse, Origin, json_message, json_part, parameters, sum, tokens, tools,
};
use crate::enrich::message_builder::Messages;
use crate::enrich::wire::lenient::items;
use crate::enrich::wire::value_deserializer::from_value;
use crate::record::{SystemMessage, TokenCount, UserMessage};
use blocks::{ContentBlock, add_assistant_blocks, parse_content};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Map, Value};

/// Only AWS serves this format. The vendor of the model follows from the model's name alone.
const ORIGIN: Origin = Origin { system: None, provider: Some("aws") };

/// The body of a request.
///
/// ```json
/// {"modelId": "us.amazon.nova-lite-v1:0", "system": [{"text": "Be brief."}],
///  "messages": [{"role": "user", "content": [{"text": "Hi"}]}],
///  "inferenceConfig": {"maxTokens": 100}}
/// ```
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Request {
    /// Optional: over HTTP the model is in the URL. The SDKs take it as a field.
    model_id: Option<String>,
    #[expect(dead_code, reason = "read item by item; here it is kept out of `rest`")]
    messages: IgnoredAny,
    system: Option<Vec<Value>>,
    tool_config: Option<ToolConfig>,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

/// Reads a request of `InvokeModel` that has one text in a field. Its other fields are parameters.
fn completion_request(value: &Value, field: &str, origin: Origin) -> Option<ChatRequest> {
    let mut rest = value.as_object()?.clone();
    let Value::String(prompt) = rest.remove(field)? else { return None };
    // The model is in the URL, except for Anthropic's and Cohere's own completions.
    let model = rest.remove("model").and_then(|model| model.as_str().map(str::to_owned));
    let parameters = parameters(model.as_deref().map(|model| ("model", model)), rest);
    let prompts = vec![prompt];
    Some(ChatRequest { prompts, parameters, model, origin, ..ChatRequest::default() })
}

/// `{"tools": [{"toolSpec": {"name": ..}}], "toolChoice": {"auto": {}}}`. Each tool is recorded as
/// a tool, while the choice is an invocation parameter.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ToolConfig {
    tools: Option<Vec<Value>>,
    tool_choice: Option<Value>,
}

/// A message, by its role. Its content is always a list of blocks.
#[derive(Clone, Copy, Deserialize, PartialEq)]
#[serde(rename_all = "snake_case")]
enum Role {
    User,
    Assistant,
    System,
}

/// Reads a request. The format is recognized by its blocks, which have no `type`.
pub(super) fn request(value: &Value) -> Option<ChatRequest> {
    let wire_messages = items(value, "messages");
    let has_block = wire_messages.iter().any(|message| has_block(items(message, "content")));
    // A field of OpenAI, whose messages may have an empty list as content beside it.
    let has_tool_calls = wire_messages.iter().any(|message| message.get("tool_calls").is_some());
    // Converse has `modelId`; all other APIs with messages have `model`.
    if !has_block || has_tool_calls || value.get("model").is_some() {
        return None;
    }
    let request = from_value::<Request>(value)?;
    let mut messages = Messages::default();
    if let Some(system) = request.system {
        messages.push(SystemMessage::new(parse_content(&system)));
    }
    for message in wire_messages {
        add_message(&mut messages, message);
    }
    let mut rest = request.rest;
    flatten_settings(&mut rest);
    let mut definitions = None;
    if let Some(config) = request.tool_config {
        definitions = config.tools;
        rest.extend(config.tool_choice.map(|choice| ("toolChoice".to_owned(), choice)));
    }
    let model = request.model_id;
    Some(ChatRequest {
        messages: messages.finish(),
        tools: tools(definitions),
        parameters: parameters(model.as_deref().map(|model| ("modelId", model)), rest),
        model,
        origin: ORIGIN,
        ..ChatRequest::default()
    })
}

/// Moves the settings of `inferenceConfig`, and those for the model's vendor, beside the other
/// parameters, where Phoenix looks for the temperature of every API.
fn flatten_settings(rest: &mut Map<String, Value>) {
    let names = [
        "inferenceConfig",
        "inference_config",
        "additionalModelRequestFields",
        "additional_model_request_fields",
    ];
    for name in names {
        match rest.remove(name) {
            Some(Value::Object(settings)) => {
                for (name, setting) in settings {
                    rest.entry(name).or_insert(setting);
                }
            }
            // The fields of the vendor may be any JSON.
            Some(other) => drop(rest.insert(name.to_owned(), other)),
            None => {}
        }
    }
}

/// Returns true if at least one block is known.
fn has_block(content: &[Value]) -> bool {
    content.iter().any(|block| ContentBlock::parse(block).is_some())
}

/// Adds a message. A user message with `toolResult` blocks becomes a tool message for each of them,
/// followed by a user message with the other blocks. One with an unknown role is shown as JSON.
fn add_message(messages: &mut Messages, message: &Value) {
    let content = items(message, "content");
    let mut parts = Vec::new();
    match message.get("role").and_then(from_value::<Role>) {
        Some(Role::Assistant) => {
            // Two assistant messages in a row stay two messages.
            messages.end_turn();
            add_assistant_blocks(messages, content);
        }
        Some(Role::System) => messages.push(SystemMessage::new(parse_content(content))),
        Some(Role::User) => {
            for value in content {
                match ContentBlock::parse(value) {
                    Some(ContentBlock::ToolResult(result)) => messages.push(result.into_message()),
                    Some(block) => parts.extend(block.into_part(value)),
                    None => parts.push(json_part(value)),
                }
            }
        }
        None => messages.push(json_message(message)),
    }
    if !parts.is_empty() {
        messages.push(UserMessage::new(parts));
    }
}

/// The body of a response.
///
/// ```json
/// {"output": {"message": {"role": "assistant", "content": [{"text": "Hello"}]}},
///  "stopReason": "end_turn", "usage": {"inputTokens": 9, "outputTokens": 2, "totalTokens": 11}}
/// ```
///
/// The response does not name the model.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Response {
    stop_reason: Option<String>,
    usage: Option<Usage>,
}

/// The counts exclude each other: `inputTokens` does not include the cached tokens, `totalTokens`
/// does. `InvokeModel` of Nova has other names for the cached tokens.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Usage {
    input_tokens: Option<u64>,
    output_tokens: Option<u64>,
    total_tokens: Option<u64>,
    #[serde(alias = "cacheReadInputTokenCount")]
    cache_read_input_tokens: Option<u64>,
    #[serde(alias = "cacheWriteInputTokenCount")]
    cache_write_input_tokens: Option<u64>,
}

/// Reads a response. One whose blocks are all unknown must have a reason or counts.
pub(super) fn response(value: &Value) -> Option<ChatResponse> {
    let message = value.get("output")?.get("message")?;
    let content = message.get("content")?.as_array()?;
    let Response { stop_reason, usage } = from_value::<Response>(value)?;
    let counts = usage.and_then(|usage| usage.tokens());
    let is_distinct = content.is_empty() || stop_reason.is_some() || counts.is_some();
    if message.get("role")? != "assistant" || !is_distinct && !has_block(content) {
        return None;
    }
    let mut messages = Messages::default();
    add_assistant_blocks(&mut messages, content);
    Some(ChatResponse {
        messages: messages.finish_response(),
        finish_reason: stop_reason,
        tokens: counts,
        model: None,
        origin: ORIGIN,
        ..ChatResponse::default()
    })
}

impl Usage {
    /// Returns inclusive counts, or `None` for an empty object.
    fn tokens(&self) -> Option<TokenCount> {
        let usage = ExclusiveUsage {
            input: self.input_tokens,
            cache_read: self.cache_read_input_tokens,
            cache_write: self.cache_write_input_tokens,
            output: self.output_tokens,
        };
        let tokens = usage.inclusive()?;
        // A total that leaves no room for the cached tokens says that the input includes them.
        let stated = sum([self.input_tokens, self.output_tokens]);
        let cached = sum([self.cache_read_input_tokens, self.cache_write_input_tokens]);
        let is_inclusive = self.total_tokens == Some(stated) && Some(cached) <= self.input_tokens;
        let prompt = if is_inclusive { self.input_tokens } else { tokens.prompt };
        Some(TokenCount { prompt, total: self.total_tokens.or(tokens.total), ..tokens })
    }
}

/// The field that Bedrock adds to the last chunk of a stream of `InvokeModel`, for every vendor.
///
/// ```json
/// {"amazon-bedrock-invocationMetrics": {"inputTokenCount": 7, "outputTokenCount": 42}}
/// ```
const METRICS: &str = "amazon-bedrock-invocationMetrics";

/// Returns the counts that Bedrock adds. Those of the vendor have more details.
pub(super) fn invocation_metrics(response: &Value) -> Option<TokenCount> {
    let metrics = response.get(METRICS)?;
    let count = |field| metrics.get(field).and_then(from_value::<u64>);
    tokens(count("inputTokenCount"), count("outputTokenCount"))
}

/// Copies the counts that Bedrock adds from the chunks into the joined response.
pub(super) fn keep_metrics(chunks: &[Value], response: &mut Value) {
    let metrics = chunks.iter().rev().find_map(|chunk| chunk.get(METRICS));
    if let (Some(metrics), Some(response)) = (metrics, response.as_object_mut()) {
        response.entry(METRICS).or_insert_with(|| metrics.clone());
    }
}
