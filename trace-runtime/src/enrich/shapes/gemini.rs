//! Gemini's `generateContent`, of the Gemini API and of Vertex AI. Fields may be written as the
//! REST interface writes them, or as Google's protocol buffers do.

use super::super::neutral::{ChatRequest, ChatResponse, Vendor, retain_parameters, sum};
use super::super::turn::AssistantTurn;
use crate::record::{
    AssistantMessage, Audio, Document, Image, Json, Message, Part, Reasoning, SystemMessage,
    TokenCount, ToolCall, ToolDefinition, ToolMessage, UserMessage, Video, data_url,
};
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

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WirePart {
    text: Option<String>,
    thought: Option<bool>,
    #[serde(alias = "thought_signature")]
    thought_signature: Option<String>,
    #[serde(alias = "inline_data")]
    inline_data: Option<Blob>,
    #[serde(alias = "file_data")]
    file_data: Option<File>,
    #[serde(alias = "function_call")]
    function_call: Option<FunctionCall>,
    #[serde(alias = "function_response")]
    function_response: Option<FunctionResponse>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Blob {
    #[serde(alias = "mime_type")]
    mime_type: String,
    data: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct File {
    #[serde(alias = "mime_type")]
    mime_type: Option<String>,
    #[serde(alias = "file_uri")]
    file_uri: String,
}

#[derive(Deserialize)]
struct FunctionCall {
    id: Option<String>,
    name: String,
    args: Option<Value>,
}

#[derive(Deserialize)]
struct FunctionResponse {
    id: Option<String>,
    name: String,
    response: Value,
}

pub(super) fn request(value: &Value) -> Option<ChatRequest> {
    let request = Request::deserialize(value).ok()?;
    if request.contents.is_empty() {
        return None;
    }
    let mut messages = Vec::new();
    if let Some(instruction) = request.system_instruction {
        messages.push(SystemMessage::new(parts(&instruction.parts?)?).into());
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
        messages,
        tools: tools(request.tools),
        parameters: (!rest.is_empty()).then(|| Json::from(Value::Object(rest))),
        model: request.model,
        vendor: VENDOR,
        ..ChatRequest::default()
    })
}

/// One tool for each declaration of a function; a tool of Google's own as it is.
fn tools(wire: Option<Vec<Value>>) -> Vec<ToolDefinition> {
    let mut tools = Vec::new();
    for tool in wire.into_iter().flatten() {
        let declared = ["functionDeclarations", "function_declarations"];
        match declared.iter().find_map(|field| tool.get(field)?.as_array()) {
            Some(functions) => {
                tools.extend(functions.iter().cloned().map(ToolDefinition::new));
            }
            None => tools.push(ToolDefinition::new(tool)),
        }
    }
    tools
}

impl WireContent {
    /// The answers of functions stand among the parts; each is a message of its own.
    fn write(self, messages: &mut Vec<Message>) -> Option<()> {
        let values = self.parts?;
        match self.role {
            Some(Role::Model) => messages.push(turn(&values)?.into()),
            Some(Role::System) => messages.push(SystemMessage::new(parts(&values)?).into()),
            None | Some(Role::User | Role::Function) => {
                let mut said = Vec::new();
                for value in &values {
                    let part = WirePart::deserialize(value).ok()?;
                    match part.function_response {
                        Some(answer) => messages.push(answer.message().into()),
                        None => said.push(part.part(value)),
                    }
                }
                if !said.is_empty() {
                    messages.push(UserMessage::new(said).into());
                }
            }
        }
        Some(())
    }
}

impl FunctionResponse {
    fn message(self) -> ToolMessage {
        let message = ToolMessage::of_tool(self.name, self.response.to_string());
        ToolMessage { tool_call_id: self.id, ..message }
    }
}

fn parts(values: &[Value]) -> Option<Vec<Part>> {
    values.iter().map(|value| Some(WirePart::deserialize(value).ok()?.part(value))).collect()
}

impl WirePart {
    /// A part of a kind that is not known is shown as the JSON it is.
    fn part(self, value: &Value) -> Part {
        match (self.text, self.inline_data, self.file_data) {
            (Some(text), ..) => Part::text(text),
            (None, Some(blob), _) => media(&blob.mime_type, data_url(&blob.mime_type, &blob.data)),
            (None, None, Some(file)) => media(&file.mime_type.unwrap_or_default(), file.file_uri),
            (None, None, None) => Part::text(value.to_string()),
        }
    }
}

fn media(mime_type: &str, url: String) -> Part {
    match mime_type.split('/').next() {
        Some("image") => Image::new(url).into(),
        Some("audio") => Audio::new(url).mime_type(mime_type).into(),
        Some("video") => Video::new(url).into(),
        _ => Document::at(url).mime_type(mime_type).into(),
    }
}

fn turn(values: &[Value]) -> Option<AssistantMessage> {
    let mut turn = AssistantTurn::default();
    for value in values {
        let part = WirePart::deserialize(value).ok()?;
        match part {
            WirePart { function_call: Some(call), thought_signature, .. } => {
                turn.tool_calls.push(call.call(thought_signature));
            }
            WirePart { text: Some(text), thought: Some(true), thought_signature, .. } => {
                let signature = thought_signature.filter(|signature| !signature.is_empty());
                turn.reason(Reasoning { signature, ..Reasoning::new(text) });
            }
            WirePart { text: Some(text), .. } => turn.text(&text),
            part => turn.say(part.part(value)),
        }
    }
    Some(turn.finish())
}

impl FunctionCall {
    fn call(self, signature: Option<String>) -> ToolCall {
        let arguments = self.args.unwrap_or_else(|| Map::new().into());
        let call = ToolCall::new(self.name, arguments);
        ToolCall { id: self.id, reasoning_signature: signature, ..call }
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
    let response = Response::deserialize(value).ok()?;
    let blocked = response.prompt_feedback.and_then(|feedback| feedback.block_reason);
    let candidates = response.candidates.unwrap_or_default();
    let finish_reason = match candidates.first() {
        Some(candidate) => candidate.finish_reason.clone(),
        None => Some(blocked?),
    };
    let mut messages = Vec::new();
    for Candidate { content, finish_reason } in candidates {
        if content.is_none() && finish_reason.is_none() {
            return None;
        }
        let Some(WireContent { role, parts }) = content else { continue };
        if role.is_some_and(|role| role != Role::Model) {
            return None;
        }
        if let Some(parts) = parts.filter(|parts| !parts.is_empty()) {
            messages.push(turn(&parts)?.into());
        }
    }
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
