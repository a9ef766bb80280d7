//! `generateContent` of the Gemini API and of Vertex AI.
//!
//! Reference: <https://ai.google.dev/api/generate-content>. Fixtures: `gemini_*.json`. The parts
//! are read in `parts`, the chunks of `streamGenerateContent` in `stream`.
//!
//! Fields are accepted in camel case, as the REST API defines them, and in snake case, as some
//! clients and Google's protocol buffers write them. The REST API accepts both too.

mod parts;
pub(super) mod stream;

use crate::enrich::api::{ChatRequest, ChatResponse, Origin, retain_parameters, sum};
use crate::enrich::message_builder::Messages;
use crate::enrich::wire::value_deserializer::from_value;
use crate::record::{Json, SystemMessage, TokenCount, Tool, UserMessage};
use parts::{WirePart, add_model_parts, parse_parts};
use serde::Deserialize;
use serde_json::{Map, Value};

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
    contents: Vec<WireContent>,
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
    role: Option<Role>,
    /// Missing in a candidate that ended before any output.
    parts: Option<Vec<Value>>,
}

#[derive(Clone, Copy, Deserialize, PartialEq)]
#[serde(rename_all = "snake_case")]
enum Role {
    User,
    Model,
    /// An older name for a `user` message with function responses.
    Function,
    System,
}

/// Reads a request. Its `contents` with `parts` distinguish it from every other format.
pub(super) fn request(value: &Value) -> Option<ChatRequest> {
    let request = from_value::<Request>(value)?;
    if request.contents.is_empty() {
        return None;
    }
    let mut messages = Messages::default();
    if let Some(instruction) = request.system_instruction {
        messages.push(SystemMessage::new(parse_parts(&instruction.parts?)?));
    }
    for content in request.contents {
        content.add_to(&mut messages)?;
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
    /// Adds the content. A user content with function responses becomes a tool message for each of
    /// them, followed by a user message with the other parts.
    fn add_to(self, messages: &mut Messages) -> Option<()> {
        let values = self.parts?;
        // Two contents of the model in a row stay two messages.
        messages.end_turn();
        match self.role {
            Some(Role::Model) => add_model_parts(messages, &values)?,
            Some(Role::System) => messages.push(SystemMessage::new(parse_parts(&values)?)),
            None | Some(Role::User | Role::Function) => {
                let mut parts = Vec::new();
                for value in &values {
                    let part = from_value::<WirePart>(value)?;
                    match part.function_response {
                        Some(response) => messages.push(response.into_message()),
                        None => parts.push(part.into_part(value)),
                    }
                }
                if !parts.is_empty() {
                    messages.push(UserMessage::new(parts));
                }
            }
        }
        Some(())
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
    /// Missing if the prompt was blocked.
    candidates: Option<Vec<Candidate>>,
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
    prompt_tokens_details: Option<Vec<ModalityTokens>>,
    #[serde(alias = "candidates_tokens_details")]
    candidates_tokens_details: Option<Vec<ModalityTokens>>,
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
/// is required, or else the reason why the prompt was blocked.
pub(super) fn response(value: &Value) -> Option<ChatResponse> {
    let response = from_value::<Response>(value)?;
    let block_reason = response.prompt_feedback.and_then(|feedback| feedback.block_reason);
    let candidates = response.candidates.unwrap_or_default();
    let finish_reason = match candidates.first() {
        Some(candidate) => candidate.finish_reason.clone(),
        None => Some(block_reason?),
    };
    let mut messages = Messages::default();
    for Candidate { content, finish_reason } in candidates {
        // Other JSON with `candidates` has neither.
        if content.is_none() && finish_reason.is_none() {
            return None;
        }
        let Some(WireContent { role, parts }) = content else { continue };
        if role.is_some_and(|role| role != Role::Model) {
            return None;
        }
        if let Some(parts) = parts.filter(|parts| !parts.is_empty()) {
            messages.end_turn();
            add_model_parts(&mut messages, &parts)?;
        }
    }
    let messages = messages.finish();
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
fn audio_tokens(details: Option<&[ModalityTokens]>) -> Option<u64> {
    let is_audio = |tokens: &&ModalityTokens| tokens.modality.as_deref() == Some("AUDIO");
    details?.iter().find(is_audio)?.token_count
}
