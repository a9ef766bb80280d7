//! The JSON formats of the known model APIs, one folder or file for each provider.
//!
//! # How a format is recognized
//!
//! A format is a set of plain functions without state. `request` and `response` read a `Value` as
//! the structs of their file and return `None` unless something in it distinguishes the format from
//! its neighbours: a few fields, and at least one known item in a list. Nothing else is required. `assemble` turns the chunks of a stream into the
//! response that the API would have sent without streaming. The tables below list the functions in
//! the order in which they are tried, and the first that returns `Some` wins.
//!
//! # How to add a provider
//!
//! 1. Write `providers/NAME.rs` with those of these functions that the API needs. They read a value
//!    with [`from_value`], never with `serde_json`.
//!
//!    ```text
//!    pub(super) fn request(value: &Value) -> Option<ChatRequest>
//!    pub(super) fn response(value: &Value) -> Option<ChatResponse>
//!    pub(super) fn assemble(chunks: &[Value]) -> Option<Value>
//!    ```
//! 2. Declare the fields that become attributes. A field is an `Option` if the API, a compatible
//!    server or a typed client may omit it, send null or another type; [`from_value`] reads all of
//!    these as `None`. Read lists item by item with `wire::lenient`, and blocks by their type with
//!    `wire::tagged`. Collect the remaining fields of a request with `#[serde(flatten)]` and pass
//!    them to `parameters`.
//! 3. Return `None` for a value without a distinguishing field. An unknown message, block or call is
//!    no mismatch: record its JSON text. An unknown chunk goes to `UnknownChunks`. The test
//!    `insertion_of_unknown_things_keeps_every_attribute` checks this with the fixtures.
//! 4. Insert the functions into the tables, before every format that accepts the same values.
//! 5. Add fixtures to `tests/fixtures/enrich`, near misses to `tests/integration/enrich/strict.rs`,
//!    a row to `docs/attributes.md`, and new fields that hold objects to the list in
//!    `find_request.rs`.
//!
//! `Origin::system` and `Origin::provider` are set only where the format proves them: many servers
//! use the formats of OpenAI, so those leave both empty.
//!
//! [`from_value`]: super::wire::value_deserializer::from_value

#![allow(clippy::struct_field_names, reason = "fields are named as on the wire")]

mod anthropic;
mod bedrock;
mod cohere;
mod exclusive_usage;
mod gemini;
mod genai;
mod ollama;
mod openai;

use super::api::{
    ChatRequest, ChatResponse, EmbeddingRequest, EmbeddingResponse, Ranked, RerankRequest, vector,
};
use super::wire::lenient::read_items;
use serde_json::Value;

/// Reads a value of one format, or returns `None` if the value is not of that format.
type Parser<T> = fn(&Value) -> Option<T>;

/// Assembles the chunks of one stream into one response, or returns `None` if they are not of that
/// format.
type Assembler = fn(&[Value]) -> Option<Value>;

/// The formats of chat and completion requests, in the order in which they are tried.
const CHAT_REQUESTS: [Parser<ChatRequest>; 13] = [
    // Distinctive field names: `input`, and `contents` with `parts`.
    openai::responses::request,
    gemini::request,
    // `messages` as in OpenAI's format, but with other content blocks or additional fields.
    bedrock::request,
    genai::request,
    anthropic::request,
    ollama::chat_request,
    // Any `messages` with plain text match, so this format follows the more specific ones.
    openai::chat::request,
    // One text in place of messages: `message`, or a list or a string as `prompt`.
    cohere::chat_v1::request,
    bedrock::llama::request,
    bedrock::titan::text_request,
    bedrock::completions::request,
    openai::completions::request,
    ollama::generate_request,
];

/// The formats of chat and completion responses, in the order in which they are tried.
///
/// Their required fields differ, so this order does not decide between formats.
const CHAT_RESPONSES: [Parser<ChatResponse>; 15] = [
    openai::chat::response,
    openai::responses::response,
    anthropic::response,
    gemini::response,
    bedrock::response,
    cohere::chat::response,
    cohere::chat_v1::response,
    openai::completions::response,
    openai::images::response,
    bedrock::llama::response,
    bedrock::titan::text_response,
    bedrock::completions::response,
    ollama::chat_response,
    ollama::generate_response,
    genai::response,
];

/// The formats of streamed chats and completions, in the order in which they are tried.
const CHAT_STREAMS: [Assembler; 13] = [
    openai::chat::assemble,
    openai::responses_stream::assemble,
    anthropic::stream::assemble,
    gemini::stream::assemble,
    bedrock::stream::assemble,
    cohere::chat::assemble,
    cohere::chat_v1::assemble,
    openai::completions::assemble,
    bedrock::llama::assemble,
    bedrock::titan::assemble,
    bedrock::completions::assemble,
    ollama::assemble,
    genai::assemble,
];

/// The formats of embedding requests. Ollama's and Mistral's are the same as OpenAI's.
const EMBEDDING_REQUESTS: [Parser<EmbeddingRequest>; 6] = [
    openai::embeddings::request,
    cohere::embed::request,
    gemini::embeddings::request,
    gemini::embeddings::predict_request,
    bedrock::titan::request,
    ollama::embeddings_request,
];

/// The formats of embedding responses.
const EMBEDDING_RESPONSES: [Parser<EmbeddingResponse>; 6] = [
    openai::embeddings::response,
    cohere::embed::response,
    ollama::embed_response,
    gemini::embeddings::response,
    gemini::embeddings::predict_response,
    bedrock::titan::response,
];

/// Reads the request of a chat or completion in any known format.
pub(super) fn chat_request(value: &Value) -> Option<ChatRequest> {
    CHAT_REQUESTS.iter().find_map(|parse| parse(value))
}

/// Reads a request that has no distinguishing field: only a text, and parameters of any name. `origin`
/// is that of the response, which proves what the request is.
///
/// `None` stands for a body that was sent to an endpoint of a model, which proves it too.
pub(super) fn plain_chat_request(
    value: &Value,
    response: Option<&ChatResponse>,
) -> Option<ChatRequest> {
    let origin = response.map(|response| response.origin).unwrap_or_default();
    if response.is_none_or(|response| !response.choices.is_empty())
        && let Some(request) = bedrock::completions::plain_request(value, origin)
    {
        return Some(request);
    }
    let is_chat = response.is_none_or(|response| response.origin.system == Some("cohere"));
    if is_chat { cohere::chat_v1::plain_request(value) } else { None }
}

/// Reads the response of a chat or completion in any known format.
pub(super) fn chat_response(value: &Value) -> Option<ChatResponse> {
    let mut response = CHAT_RESPONSES.iter().find_map(|parse| parse(value))?;
    response.tokens = response.tokens.or_else(|| bedrock::invocation_metrics(value));
    Some(response)
}

/// Assembles the chunks of a streamed chat into one response of the same API.
///
/// Returns `None` unless the result is a known response. An assembler checks only the outer
/// structure of the chunks, and the recorded output must not be replaced by a response that cannot
/// be parsed.
pub(super) fn assemble_chat_stream(chunks: &[Value]) -> Option<Value> {
    let mut response = CHAT_STREAMS.iter().find_map(|assemble| assemble(chunks))?;
    bedrock::keep_metrics(chunks, &mut response);
    chat_response(&response).is_some().then_some(response)
}

/// Reads the request of an embedding in any known format.
pub(super) fn embedding_request(value: &Value) -> Option<EmbeddingRequest> {
    EMBEDDING_REQUESTS.iter().find_map(|parse| parse(value))
}

/// Reads the response of an embedding in any known format.
pub(super) fn embedding_response(value: &Value) -> Option<EmbeddingResponse> {
    EMBEDDING_RESPONSES.iter().find_map(|parse| parse(value))
}

/// Reads a response of nothing but vectors, which is one only beside a known request.
///
/// ```json
/// {"embedding": [0.5, -1.0]}
/// [[0.5, -1.0], [0.25, 2.0]]
/// ```
///
/// The first is Ollama's older API, the second that of text-embeddings-inference.
pub(super) fn plain_embedding_response(value: &Value) -> Option<EmbeddingResponse> {
    let vectors = match value {
        Value::Array(list) => read_items(list, |item| vector(item).map(Some), |_| None)?,
        value => vec![Some(vector(value.get("embedding")?)?)],
    };
    Some(EmbeddingResponse { vectors, model: None, tokens: None })
}

/// Reads the request of a reranking. The formats of all servers are variants of Cohere's.
pub(super) fn rerank_request(value: &Value) -> Option<RerankRequest> {
    cohere::rerank::request(value)
}

/// Reads the response of a reranking.
pub(super) fn rerank_response(value: &Value) -> Option<Vec<Ranked>> {
    cohere::rerank::response(value)
}
