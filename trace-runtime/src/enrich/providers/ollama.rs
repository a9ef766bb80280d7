//! Ollama's chat, generate and embed (`POST /api/chat`, `/api/generate`, `/api/embed`).
//!
//! Reference: <https://github.com/ollama/ollama/blob/main/docs/api.md>. Fixtures: `ollama_*.json`.
//! No other server has these responses, so they prove the provider. The messages are those of
//! OpenAI's chat completions with small differences, which `openai::messages` reads.

use super::openai::chat;
use super::openai::messages::parse_reply;
use super::openai::parts::image_from_base64;
use crate::enrich::api::{
    ChatRequest, ChatResponse, EmbeddingRequest, EmbeddingResponse, Origin, json_part, parameters,
    vector,
};
use crate::enrich::message_builder::AssistantTurn;
use crate::enrich::wire::lenient::{items, read_items};
use crate::enrich::wire::merge::{Merged, UnknownChunks};
use crate::enrich::wire::value_deserializer::from_value;
use crate::record::{AssistantMessage, Part, Reasoning, SystemMessage, TokenCount, UserMessage};
use serde::Deserialize;
use serde_json::{Map, Value};

/// Ollama runs the models of many vendors.
const ORIGIN: Origin = Origin { system: None, provider: Some("ollama") };

/// The keys of `options` that no other server has. A request whose `options` have one of them is
/// for Ollama; `{"options": {"retries": 3}}` belongs to the application.
const OLLAMA_OPTIONS: [&str; 14] = [
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

/// Reads a chat request with Ollama's `options` or `keep_alive`.
///
/// ```json
/// {"model": "llama3.2", "messages": [{"role": "user", "content": "Hi"}],
///  "options": {"num_ctx": 8192}}
/// ```
///
/// Without these fields, the request is identical to one of OpenAI and is left to that format,
/// which records the same messages without a provider.
pub(super) fn chat_request(value: &Value) -> Option<ChatRequest> {
    let options = value.get("options").and_then(Value::as_object);
    let has_ollama_option =
        options.is_some_and(|set| OLLAMA_OPTIONS.iter().any(|name| set.contains_key(*name)));
    let has_keep_alive = value.get("keep_alive").is_some_and(|value| !value.is_null());
    value.get("model")?.as_str()?;
    if has_ollama_option || has_keep_alive {
        return Some(ChatRequest { origin: ORIGIN, ..chat::request(value)? });
    }
    None
}

/// The body of a generate request.
///
/// ```json
/// {"model": "llama3.2", "prompt": "Hi", "system": "Be brief.", "images": ["iVBORw0KGgo="]}
/// ```
#[derive(Deserialize)]
struct GenerateRequest {
    model: String,
    prompt: String,
    system: Option<String>,
    /// Base64 without a media type.
    images: Option<Vec<Value>>,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

/// Reads a generate request, or a legacy completion of OpenAI with one text.
///
/// Both are `{"model": .., "prompt": ".."}`, so no vendor is recorded. A prompt without a system
/// prompt and images is returned as a message and as a prompt; the response decides which of the
/// two is recorded.
pub(super) fn generate_request(value: &Value) -> Option<ChatRequest> {
    let GenerateRequest { model, prompt, system, images, rest } =
        from_value::<GenerateRequest>(value)?;
    let mut messages = Vec::new();
    if let Some(system) = system {
        messages.push(SystemMessage::new(system).into());
    }
    let images = images.unwrap_or_default();
    let prompts =
        if messages.is_empty() && images.is_empty() { vec![prompt.clone()] } else { Vec::new() };
    let mut parts = vec![Part::text(prompt)];
    let image = |data: &Value| {
        data.as_str().map_or_else(|| json_part(data), |data| image_from_base64(data).into())
    };
    parts.extend(images.iter().map(image));
    messages.push(UserMessage::new(parts).into());
    Some(ChatRequest {
        messages,
        prompts,
        tools: Vec::new(),
        parameters: parameters(Some(("model", &model)), rest),
        model: Some(model),
        origin: Origin::default(),
    })
}

/// A response of chat, with a `message`, or of generate, with a `response`. The chunks of a stream
/// have the same form.
///
/// ```json
/// {"model": "llama3.2", "created_at": "2024-07-22T20:33:28Z", "done": true, "done_reason": "stop",
///  "message": {"role": "assistant", "content": "Hello"}, "prompt_eval_count": 26, "eval_count": 2}
/// {"model": "llama3.2", "created_at": "2024-07-22T20:33:28Z", "done": false, "response": "Hel"}
/// ```
///
/// `model`, `created_at` and `done` are in every response and chunk and distinguish the format.
#[derive(Deserialize)]
struct Response {
    model: String,
    created_at: String,
    done: bool,
    done_reason: Option<String>,
    /// The tokens of the prompt. Missing in the chunks before the last one.
    prompt_eval_count: Option<u64>,
    /// The tokens of the completion. Missing in the chunks before the last one.
    eval_count: Option<u64>,
    response: Option<String>,
    /// The reasoning of a generate response. In chat, it is a field of the message.
    thinking: Option<String>,
}

/// Reads a chat response.
pub(super) fn chat_response(value: &Value) -> Option<ChatResponse> {
    let response = from_value::<Response>(value)?;
    let message = parse_reply(value.get("message")?)?;
    Some(response.into_chat_response(message))
}

/// Reads a generate response. The text becomes an assistant message, like that of a chat.
pub(super) fn generate_response(value: &Value) -> Option<ChatResponse> {
    let mut response = from_value::<Response>(value)?;
    let mut turn = AssistantTurn::default();
    if let Some(thinking) = response.thinking.take() {
        turn.push_reasoning(Reasoning::new(thinking));
    }
    turn.push_text(&response.response.take()?);
    Some(response.into_chat_response(turn.finish()))
}

impl Response {
    fn into_chat_response(self, message: AssistantMessage) -> ChatResponse {
        let tokens = match (self.prompt_eval_count, self.eval_count) {
            // Ollama omits the count of a prompt that it answers from its cache.
            (prompt, Some(completion)) => {
                Some(TokenCount::new(prompt.unwrap_or_default(), completion))
            }
            (Some(prompt), None) => Some(TokenCount::of_prompt(prompt)),
            (None, None) => None,
        };
        ChatResponse {
            messages: vec![message.into()],
            // Until `done`, the response has not finished. Only a stream that broke ends like that.
            finish_reason: self.done_reason.filter(|_| self.done),
            tokens,
            model: Some(self.model),
            origin: ORIGIN,
            ..ChatResponse::default()
        }
    }
}

/// Assembles the chunks of a stream, which arrives as JSON lines. Each chunk continues the text,
/// the last one has the counts and `"done": true`.
pub(super) fn assemble(chunks: &[Value]) -> Option<Value> {
    let is_chunk = |chunk: &Value| {
        from_value::<Response>(chunk).is_some_and(|chunk| !chunk.created_at.is_empty())
            && chunk.get("message").is_some() != chunk.get("response").is_some()
    };
    if !chunks.iter().any(is_chunk) {
        return None;
    }
    let mut assembled = Merged::default();
    let mut unknown = UnknownChunks::default();
    for chunk in chunks {
        match chunk.as_object().filter(|_| is_chunk(chunk)) {
            Some(fields) => assembled.add(fields),
            None => unknown.keep(chunk),
        }
    }
    let mut response = assembled.into_map();
    unknown.add_to(&mut response);
    Some(response.into())
}

/// The body of a request to `/api/embeddings`, which `/api/embed` superseded.
///
/// ```json
/// {"model": "all-minilm", "prompt": "Hi"}
/// ```
#[derive(Deserialize)]
struct EmbeddingsRequest {
    model: String,
    prompt: String,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

/// Reads a request to the older API.
pub(super) fn embeddings_request(value: &Value) -> Option<EmbeddingRequest> {
    let EmbeddingsRequest { model, prompt, rest } = from_value(value)?;
    let parameters = parameters(Some(("model", &model)), rest);
    Some(EmbeddingRequest { texts: vec![prompt], parameters, model: Some(model) })
}

/// The body of an embed response.
///
/// ```json
/// {"model": "all-minilm", "embeddings": [[0.5, -1.0]], "prompt_eval_count": 2}
/// ```
///
/// A request to `/api/embed` is identical to one of OpenAI's embeddings and is read there.
#[derive(Deserialize)]
struct EmbedResponse {
    model: String,
    prompt_eval_count: Option<u64>,
}

/// Reads an embed response.
pub(super) fn embed_response(value: &Value) -> Option<EmbeddingResponse> {
    let response = from_value::<EmbedResponse>(value)?;
    Some(EmbeddingResponse {
        vectors: read_items(items(value, "embeddings"), |item| vector(item).map(Some), |_| None)?,
        model: Some(response.model),
        tokens: response.prompt_eval_count.map(TokenCount::of_prompt),
    })
}
