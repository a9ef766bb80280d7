//! Gemini's `generateContent`, of the Gemini API and of Vertex AI. Fields may be written as the
//! REST interface writes them, or as Google's protocol buffers do.

use super::super::neutral::{ChatRequest, ChatResponse, Vendor, retain_parameters, sum};
use super::super::turn::Messages;
use super::gemini_parts::{WirePart, add_turn, parts};
use crate::enrich::quiet::read;
use crate::record::{Json, SystemMessage, TokenCount, Tool, UserMessage};
use serde::Deserialize;
use serde_json::{Map, Value};

/// All of OpenInference's own instrumentations give Gemini models this name, wherever they run.
const VENDOR: Vendor = Vendor { system: Some("vertexai"), provider: Some("google") };

#[derive(Deserialize)]
struct Request {
    model: Option<String>,
    contents: Vec<WireContent>,
    #[serde(rename = "systemInstruction", alias = "system_instruction")]
    system_instruction: Option<WireContent>,
    tools: Option<Vec<Value>>,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

#[derive(Deserialize)]
struct WireContent {
    role: Option<Role>,
    parts: Option<Vec<Value>>,
}

#[derive(Clone, Copy, Deserialize, PartialEq)]
#[serde(rename_all = "snake_case")]
enum Role {
    User,
    Model,
    Function,
    System,
}

pub(super) fn request(value: &Value) -> Option<ChatRequest> {
    let request = read::<Request>(value)?;
    if request.contents.is_empty() {
        return None;
    }
    let mut messages = Messages::default();
    if let Some(instruction) = request.system_instruction {
        messages.push(SystemMessage::new(parts(&instruction.parts?)?));
    }
    for content in request.contents {
        content.write(&mut messages)?;
    }
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
        vendor: VENDOR,
        ..ChatRequest::default()
    })
}

/// One tool for each declaration of a function; a tool of Google's own as it is.
fn tools(wire: Option<Vec<Value>>) -> Vec<Tool> {
    let mut tools = Vec::new();
    for tool in wire.into_iter().flatten() {
        let declared = ["functionDeclarations", "function_declarations"];
        match declared.iter().find_map(|field| tool.get(field)?.as_array()) {
            Some(functions) => {
                tools.extend(functions.iter().cloned().map(Tool::new));
            }
            None => tools.push(Tool::new(tool)),
        }
    }
    tools
}

impl WireContent {
    /// The answers of functions stand among the parts; each is a message of its own.
    fn write(self, messages: &mut Messages) -> Option<()> {
        let values = self.parts?;
        messages.end_turn();
        match self.role {
            Some(Role::Model) => add_turn(messages, &values)?,
            Some(Role::System) => messages.push(SystemMessage::new(parts(&values)?)),
            None | Some(Role::User | Role::Function) => {
                let mut said = Vec::new();
                for value in &values {
                    let part = read::<WirePart>(value)?;
                    match part.function_response {
                        Some(answer) => messages.push(answer.message()),
                        None => said.push(part.part(value)),
                    }
                }
                if !said.is_empty() {
                    messages.push(UserMessage::new(said));
                }
            }
        }
        Some(())
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Response {
    /// Missing where the prompt was blocked.
    candidates: Option<Vec<Candidate>>,
    #[serde(alias = "prompt_feedback")]
    prompt_feedback: Option<Feedback>,
    #[serde(alias = "usage_metadata")]
    usage_metadata: Option<Usage>,
    #[serde(alias = "model_version")]
    model_version: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Feedback {
    #[serde(alias = "block_reason")]
    block_reason: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Candidate {
    /// Missing where the answer was blocked.
    content: Option<WireContent>,
    #[serde(alias = "finish_reason")]
    finish_reason: Option<String>,
}

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

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ModalityTokens {
    modality: Option<String>,
    #[serde(alias = "token_count")]
    token_count: Option<u64>,
}

pub(super) fn response(value: &Value) -> Option<ChatResponse> {
    let response = read::<Response>(value)?;
    let blocked = response.prompt_feedback.and_then(|feedback| feedback.block_reason);
    let candidates = response.candidates.unwrap_or_default();
    let finish_reason = match candidates.first() {
        Some(candidate) => candidate.finish_reason.clone(),
        None => Some(blocked?),
    };
    let mut messages = Messages::default();
    for Candidate { content, finish_reason } in candidates {
        if content.is_none() && finish_reason.is_none() {
            return None;
        }
        let Some(WireContent { role, parts }) = content else { continue };
        if role.is_some_and(|role| role != Role::Model) {
            return None;
        }
        if let Some(parts) = parts.filter(|parts| !parts.is_empty()) {
            messages.end_turn();
            add_turn(&mut messages, &parts)?;
        }
    }
    let messages = messages.finish();
    // An answer that was blocked says at least what it cost, or who gave it.
    if messages.is_empty() && response.usage_metadata.is_none() && response.model_version.is_none()
    {
        return None;
    }
    Some(ChatResponse {
        messages,
        finish_reason,
        tokens: response.usage_metadata.map(|usage| usage.tokens()),
        model: response.model_version,
        vendor: VENDOR,
        ..ChatResponse::default()
    })
}

impl Usage {
    /// Thoughts are beside the candidates, and tool results beside the prompt; both are priced as
    /// what they are beside.
    fn tokens(&self) -> TokenCount {
        let prompt = sum([self.prompt_token_count, self.tool_use_prompt_token_count]);
        let completion = sum([self.candidates_token_count, self.thoughts_token_count]);
        let tokens = TokenCount::new(prompt, completion);
        TokenCount {
            total: self.total_token_count.or(tokens.total),
            cache_read: self.cached_content_token_count,
            reasoning: self.thoughts_token_count,
            prompt_audio: audio(self.prompt_tokens_details.as_deref()),
            completion_audio: audio(self.candidates_tokens_details.as_deref()),
            ..tokens
        }
    }
}

/// The count of audio among those of all modalities.
fn audio(details: Option<&[ModalityTokens]>) -> Option<u64> {
    let is_audio = |it: &&ModalityTokens| it.modality.as_deref() == Some("AUDIO");
    details?.iter().find(is_audio)?.token_count
}
