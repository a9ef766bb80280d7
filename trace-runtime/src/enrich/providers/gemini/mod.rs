//! `generateContent` of the Gemini API and of Vertex AI.
//!
//! Reference: <https://ai.google.dev/api/generate-content>. Fixtures: `gemini_*.json`. The parts
//! are read in `parts`, the chunks of `streamGenerateContent` in `stream`.
//!
//! Fields are accepted in camel case, as the REST API defines them, and in snake case, as some
//! clients and Google's protocol buffers write them. The REST API accepts both too.

pub(super) mod embeddings;
mod parts;
pub(super) mod stream;

use crate::enrich::api::{ChatRequest, ChatResponse, Origin, json_message, retain_parameters, sum};
use crate::enrich::message_builder::Messages;
use crate::enrich::wire::lenient::items;
use crate::enrich::wire::value_deserializer::from_value;
use crate::record::{Json, SystemMessage, TokenCount, Tool, UserMessage};
use parts::{WirePart, add_model_parts, is_part, parse_parts};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Map, Value, json};

/// OpenInference's instrumentations record `vertexai` for every Gemini model, even if it is called
/// through the Gemini API.
const ORIGIN: Origin = Origin { system: Some("vertexai"), provider: Some("google") };

/// The body of a request.
///
/// ```json
/// {"systemInstruction": {"parts": [{"text": "Be brief."}]},
///  "contents": [{"role": "user", "parts": [{"text": "Hi"}]}],
///  "generationConfig": {"temperature": 0.2}}
/// ```
#[derive(Deserialize)]
struct Request {
    /// Optional: over HTTP the model is in the URL. The SDKs take it as an argument.
    model: Option<String>,
    #[expect(dead_code, reason = "read item by item; here it is kept out of `rest`")]
    contents: IgnoredAny,
    #[serde(rename = "systemInstruction", alias = "system_instruction")]
    system_instruction: Option<WireContent>,
    tools: Option<Vec<Value>>,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

/// One message: `{"role": "user", "parts": [..]}`.
#[derive(Deserialize)]
struct WireContent {
    /// May be omitted by the user, and by the API in the last chunk of a stream.
    role: Option<String>,
    /// Missing in a candidate that ended before any output.
    parts: Option<Vec<Value>>,
}

/// Reads a request. Its `contents` with `parts` distinguish it from every other format.
pub(super) fn request(value: &Value) -> Option<ChatRequest> {
    let wire_contents = items(value, "contents");
    if !wire_contents.iter().any(|content| items(content, "parts").iter().any(is_part)) {
        return None;
    }
    let mut request = from_value::<Request>(value)?;
    flatten_settings(&mut request);
    let mut messages = Messages::default();
    if let Some(parts) = request.system_instruction.and_then(|content| content.parts) {
        messages.push(SystemMessage::new(parse_parts(&parts)));
    }
    for content in wire_contents {
        add_content(&mut messages, content);
    }
    // Unlike other formats, this one is certain without a model, so the parameters are kept too.
    let mut rest = request.rest;
    retain_parameters(&mut rest);
    if let Some(model) = &request.model {
        rest.insert("model".to_owned(), model.as_str().into());
    }
    Some(ChatRequest {
        messages: messages.finish(),
        tools: tools(request.tools),
        parameters: (!rest.is_empty()).then(|| Json::from(Value::Object(rest))),
        model: request.model,
        origin: ORIGIN,
        ..ChatRequest::default()
    })
}

/// Moves the settings of `generationConfig`, and those of the SDKs' `config`, beside the other
/// parameters, where Phoenix looks for the temperature of every API.
///
/// The SDKs have the system instruction and the tools in `config` too.
fn flatten_settings(request: &mut Request) {
    for name in ["config", "generationConfig", "generation_config"] {
        let Some(Value::Object(mut settings)) = request.rest.remove(name) else { continue };
        for name in ["systemInstruction", "system_instruction"] {
            let instruction = settings.get(name).and_then(|value| match value {
                Value::String(text) => Some(WireContent::of_text(text)),
                value => from_value(value),
            });
            if instruction.is_some() && request.system_instruction.is_none() {
                request.system_instruction = instruction;
                settings.remove(name);
            }
        }
        if request.tools.is_none()
            && let Some(Value::Array(tools)) = settings.get("tools")
        {
            request.tools = Some(tools.clone());
            settings.remove("tools");
        }
        for (name, setting) in settings {
            request.rest.entry(name).or_insert(setting);
        }
    }
}

/// Returns one tool for each function declaration, and one for each of Google's tools.
///
/// ```json
/// [{"functionDeclarations": [{"name": "a"}, {"name": "b"}]}, {"googleSearch": {}}]
/// ```
///
/// is three tools: `a`, `b` and `{"googleSearch": {}}`.
fn tools(wire_tools: Option<Vec<Value>>) -> Vec<Tool> {
    let mut tools = Vec::new();
    for tool in wire_tools.into_iter().flatten() {
        let names = ["functionDeclarations", "function_declarations"];
        match names.iter().find_map(|name| tool.get(name)?.as_array()) {
            Some(declarations) => {
                tools.extend(declarations.iter().cloned().map(Tool::new));
            }
            None => tools.push(Tool::new(tool)),
        }
    }
    tools
}

impl WireContent {
    fn of_text(text: &str) -> Self {
        WireContent { role: None, parts: Some(vec![json!({"text": text})]) }
    }
}

/// Adds a content. A user content with function responses becomes a tool message for each of them,
/// followed by a user message with the other parts. One with an unknown role is shown as JSON.
fn add_content(messages: &mut Messages, value: &Value) {
    let parts = items(value, "parts");
    // Two contents of the model in a row stay two messages.
    messages.end_turn();
    match value.get("role").and_then(Value::as_str) {
        Some("model") => add_model_parts(messages, parts),
        Some("system") => messages.push(SystemMessage::new(parse_parts(parts))),
        // `function` is an older name for a `user` message with function responses.
        None | Some("user" | "function") if value.get("parts").is_some_and(Value::is_array) => {
            let mut user_parts = Vec::new();
            for value in parts {
                match WirePart::parse(value) {
                    WirePart { function_response: Some(response), .. } => {
                        messages.push(response.into_message());
                    }
                    part => user_parts.push(part.into_part(value)),
                }
            }
            if !user_parts.is_empty() {
                messages.push(UserMessage::new(user_parts));
            }
        }
        _ => messages.push(json_message(value)),
    }
}

/// The body of a response.
///
/// ```json
/// {"candidates": [{"content": {"role": "model", "parts": [{"text": "Hello"}]},
///                  "finishReason": "STOP"}],
///  "usageMetadata": {"promptTokenCount": 4, "candidatesTokenCount": 2, "totalTokenCount": 6},
///  "modelVersion": "gemini-2.5-flash"}
/// ```
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Response {
    #[serde(alias = "prompt_feedback")]
    prompt_feedback: Option<PromptFeedback>,
    #[serde(alias = "usage_metadata")]
    usage_metadata: Option<Usage>,
    #[serde(alias = "model_version")]
    model_version: Option<String>,
}

/// The reason why a prompt was blocked, such as `SAFETY`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PromptFeedback {
    #[serde(alias = "block_reason")]
    block_reason: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Candidate {
    /// Missing if the output was blocked. The candidate then has a finish reason.
    content: Option<WireContent>,
    #[serde(alias = "finish_reason")]
    finish_reason: Option<String>,
}

/// The token counts. Cached tokens are a part of `promptTokenCount`, but thoughts are not a part of
/// `candidatesTokenCount`, nor are tool results a part of `promptTokenCount`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Usage {
    #[serde(alias = "prompt_token_count")]
    prompt_token_count: Option<u64>,
    #[serde(alias = "candidates_token_count")]
    candidates_token_count: Option<u64>,
    #[serde(alias = "total_token_count")]
    total_token_count: Option<u64>,
    #[serde(alias = "thoughts_token_count")]
    thoughts_token_count: Option<u64>,
    #[serde(alias = "tool_use_prompt_token_count")]
    tool_use_prompt_token_count: Option<u64>,
    #[serde(alias = "cached_content_token_count")]
    cached_content_token_count: Option<u64>,
    #[serde(alias = "prompt_tokens_details")]
    prompt_tokens_details: Option<Vec<Value>>,
    #[serde(alias = "candidates_tokens_details")]
    candidates_tokens_details: Option<Vec<Value>>,
}

/// A count by modality: `{"modality": "AUDIO", "tokenCount": 32}`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ModalityTokens {
    modality: Option<String>,
    #[serde(alias = "token_count")]
    token_count: Option<u64>,
}

/// Reads a response.
///
/// Every field of the format is optional, so at least one candidate with content or a finish reason
/// is required, or else the reason why the prompt was blocked. Other JSON with `candidates` has
/// none of these, and candidates of unknown form are skipped.
pub(super) fn response(value: &Value) -> Option<ChatResponse> {
    let response = from_value::<Response>(value)?;
    let block_reason = response.prompt_feedback.and_then(|feedback| feedback.block_reason);
    let candidates = items(value, "candidates").iter().filter_map(Candidate::parse);
    let candidates: Vec<Candidate> = candidates.collect();
    // If there is a candidate, the prompt was not blocked.
    let finish_reason = match candidates.first() {
        Some(_) => candidates.iter().find_map(|candidate| candidate.finish_reason.clone()),
        None => Some(block_reason?),
    };
    let mut messages = Messages::default();
    let mut has_content = false;
    for Candidate { content, .. } in candidates {
        let Some(content) = content else { continue };
        // A model that used up its tokens with thoughts has a content without parts.
        has_content |= content.role.is_some() || content.parts.is_some();
        messages.end_turn();
        add_model_parts(&mut messages, &content.parts.unwrap_or_default());
    }
    let messages = if has_content { messages.finish_response() } else { messages.finish() };
    // A blocked response without content must at least have its usage or its model.
    if messages.is_empty() && response.usage_metadata.is_none() && response.model_version.is_none()
    {
        return None;
    }
    Some(ChatResponse {
        messages,
        finish_reason,
        tokens: response.usage_metadata.map(|usage| usage.tokens()),
        model: response.model_version,
        origin: ORIGIN,
        ..ChatResponse::default()
    })
}

impl Candidate {
    fn parse(value: &Value) -> Option<Self> {
        from_value::<Candidate>(value).filter(
            |Candidate { content, finish_reason }| match content {
                Some(WireContent { role, parts }) => {
                    let is_model = role.as_deref().is_none_or(|role| role == "model");
                    is_model && (parts.is_some() || finish_reason.is_some())
                }
                None => finish_reason.is_some(),
            },
        )
    }
}

impl Usage {
    /// Returns inclusive counts: thoughts are added to the completion and tool results to the
    /// prompt, as each is charged at that rate.
    fn tokens(&self) -> TokenCount {
        let prompt = sum([self.prompt_token_count, self.tool_use_prompt_token_count]);
        let completion = sum([self.candidates_token_count, self.thoughts_token_count]);
        let tokens = TokenCount::new(prompt, completion);
        TokenCount {
            total: self.total_token_count.or(tokens.total),
            cache_read: self.cached_content_token_count,
            reasoning: self.thoughts_token_count,
            prompt_audio: audio_tokens(self.prompt_tokens_details.as_deref()),
            completion_audio: audio_tokens(self.candidates_tokens_details.as_deref()),
            ..tokens
        }
    }
}

/// Returns the count of audio tokens among the counts of all modalities.
fn audio_tokens(details: Option<&[Value]>) -> Option<u64> {
    let counts = details?.iter().filter_map(from_value::<ModalityTokens>);
    let mut counts = counts.filter(|tokens| tokens.modality.as_deref() == Some("AUDIO"));
    counts.find_map(|tokens| tokens.token_count)
}
