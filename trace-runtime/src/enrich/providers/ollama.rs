//! Ollama's chat, generate and embed. Its server speaks them, and no other does.

use super::openai::chat;
use super::openai::messages::WireAssistant;
use super::openai::parts::image;
use crate::enrich::neutral::{ChatRequest, ChatResponse, EmbeddingResponse, Vendor, parameters};
use crate::enrich::turn::AssistantTurn;
use crate::enrich::wire::merge::merge;
use crate::enrich::wire::value_deserializer::read;
use crate::record::{AssistantMessage, Part, Reasoning, SystemMessage, TokenCount, UserMessage};
use serde::Deserialize;
use serde_json::{Map, Value};

const VENDOR: Vendor = Vendor { system: None, provider: Some("ollama") };

/// Options that only this server has.
const OWN_OPTIONS: [&str; 14] = [
    "num_ctx",
    "num_predict",
    "num_keep",
    "num_batch",
    "num_gpu",
    "main_gpu",
    "num_thread",
    "use_mmap",
    "repeat_last_n",
    "repeat_penalty",
    "mirostat",
    "tfs_z",
    "numa",
    "low_vram",
];

/// A chat request that only this API takes; the messages of all others are the same elsewhere.
pub(super) fn chat_request(value: &Value) -> Option<ChatRequest> {
    let options = value.get("options").and_then(Value::as_object);
    let has_own = options.is_some_and(|set| OWN_OPTIONS.iter().any(|own| set.contains_key(*own)));
    let has_keep_alive = value.get("keep_alive").is_some_and(|value| !value.is_null());
    value.get("model")?.as_str()?;
    if has_own || has_keep_alive {
        return Some(ChatRequest { vendor: VENDOR, ..chat::request(value)? });
    }
    None
}

#[derive(Deserialize)]
struct GenerateRequest {
    model: String,
    prompt: String,
    system: Option<String>,
    images: Option<Vec<String>>,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

/// `OpenAI`'s completions of one text are of this form too, so it says nothing of the provider.
pub(super) fn generate_request(value: &Value) -> Option<ChatRequest> {
    let GenerateRequest { model, prompt, system, images, rest } = read::<GenerateRequest>(value)?;
    let mut messages = Vec::new();
    if let Some(system) = system {
        messages.push(SystemMessage::new(system).into());
    }
    let images = images.unwrap_or_default();
    let prompts =
        if messages.is_empty() && images.is_empty() { vec![prompt.clone()] } else { Vec::new() };
    let mut parts = vec![Part::text(prompt)];
    parts.extend(images.iter().map(|data| image(data)));
    messages.push(UserMessage::new(parts).into());
    Some(ChatRequest {
        messages,
        prompts,
        tools: Vec::new(),
        parameters: parameters(Some(("model", &model)), rest),
        model: Some(model),
        vendor: Vendor::default(),
    })
}

/// What chat and generate have in common.
#[derive(Deserialize)]
struct Response {
    model: String,
    created_at: String,
    done: bool,
    done_reason: Option<String>,
    prompt_eval_count: Option<u64>,
    eval_count: Option<u64>,
    message: Option<Answer>,
    response: Option<String>,
    thinking: Option<String>,
}

#[derive(Deserialize)]
struct Answer {
    role: String,
    #[serde(flatten)]
    message: WireAssistant,
}

pub(super) fn chat_response(value: &Value) -> Option<ChatResponse> {
    let mut response = read::<Response>(value)?;
    let answer = response.message.take().filter(|answer| answer.role == "assistant")?;
    Some(response.saying(answer.message.message()?))
}

pub(super) fn generate_response(value: &Value) -> Option<ChatResponse> {
    let mut response = read::<Response>(value)?;
    let mut turn = AssistantTurn::default();
    if let Some(thinking) = response.thinking.take() {
        turn.reason(Reasoning::new(thinking));
    }
    turn.text(&response.response.take()?);
    Some(response.saying(turn.finish()))
}

impl Response {
    fn saying(self, message: AssistantMessage) -> ChatResponse {
        let tokens = match (self.prompt_eval_count, self.eval_count) {
            // A prompt that was answered from the cache is not counted.
            (prompt, Some(completion)) => {
                Some(TokenCount::new(prompt.unwrap_or_default(), completion))
            }
            (Some(prompt), None) => Some(TokenCount::of_prompt(prompt)),
            (None, None) => None,
        };
        ChatResponse {
            messages: vec![message.into()],
            finish_reason: self.done_reason.filter(|_| self.done),
            tokens,
            model: Some(self.model),
            vendor: VENDOR,
            ..ChatResponse::default()
        }
    }
}

/// The answer of all chunks, with the counts of the last.
pub(super) fn joined(chunks: &[Value]) -> Option<Value> {
    let mut whole = Map::new();
    for chunk in chunks {
        let Response { message, response, created_at, .. } = read::<Response>(chunk)?;
        if created_at.is_empty() || message.is_some() && response.is_some() {
            return None;
        }
        merge(&mut whole, chunk.as_object()?);
    }
    (whole.contains_key("message") || whole.contains_key("response")).then(|| whole.into())
}

#[derive(Deserialize)]
struct EmbedResponse {
    model: String,
    embeddings: Vec<Vec<f64>>,
    prompt_eval_count: Option<u64>,
}

pub(super) fn embed_response(value: &Value) -> Option<EmbeddingResponse> {
    let response = read::<EmbedResponse>(value)?;
    Some(EmbeddingResponse {
        vectors: response.embeddings.into_iter().map(Some).collect(),
        model: Some(response.model),
        tokens: response.prompt_eval_count.map(TokenCount::of_prompt),
    })
}
