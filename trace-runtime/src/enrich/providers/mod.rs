//! The shapes of the known APIs, a file for each, and the order in which they are tried: one that
//! is easily told from the others first. A value has a shape if all of it fits; nothing is guessed
//! from a part.

#![allow(clippy::struct_field_names, reason = "fields are named as on the wire")]

mod anthropic;
mod bedrock;
mod cohere;
mod gemini;
mod ollama;
mod openai;

use super::neutral::{
    ChatRequest, ChatResponse, EmbeddingRequest, EmbeddingResponse, Ranked, RerankRequest,
};
use serde_json::Value;

/// What a shape makes of a value that has it.
type Shape<T> = fn(&Value) -> Option<T>;

/// What a shape makes of the chunks of a stream.
type Joined = fn(&[Value]) -> Option<Value>;

pub(super) fn chat_request(value: &Value) -> Option<ChatRequest> {
    const SHAPES: [Shape<ChatRequest>; 9] = [
        openai::responses::request,
        gemini::request,
        bedrock::request,
        anthropic::request,
        ollama::chat_request,
        openai::chat::request,
        cohere::chat_v1::request,
        openai::completions::request,
        ollama::generate_request,
    ];
    SHAPES.iter().find_map(|shape| shape(value))
}

pub(super) fn chat_response(value: &Value) -> Option<ChatResponse> {
    const SHAPES: [Shape<ChatResponse>; 10] = [
        openai::chat::response,
        openai::responses::response,
        anthropic::response,
        gemini::response,
        bedrock::response,
        cohere::chat::response,
        cohere::chat_v1::response,
        openai::completions::response,
        ollama::chat_response,
        ollama::generate_response,
    ];
    SHAPES.iter().find_map(|shape| shape(value))
}

/// The chunks of a stream as a response of the same API, if that is then read as one.
pub(super) fn chat_joined(chunks: &[Value]) -> Option<Value> {
    const SHAPES: [Joined; 9] = [
        openai::chat::joined,
        openai::responses_stream::joined,
        anthropic::stream::joined,
        gemini::stream::joined,
        bedrock::stream::joined,
        cohere::chat::joined,
        cohere::chat_v1::joined,
        openai::completions::joined,
        ollama::joined,
    ];
    let joined = SHAPES.iter().find_map(|shape| shape(chunks))?;
    chat_response(&joined).is_some().then_some(joined)
}

pub(super) fn embedding_request(value: &Value) -> Option<EmbeddingRequest> {
    openai::embeddings::request(value).or_else(|| cohere::embed::request(value))
}

pub(super) fn embedding_response(value: &Value) -> Option<EmbeddingResponse> {
    openai::embeddings::response(value)
        .or_else(|| cohere::embed::response(value))
        .or_else(|| ollama::embed_response(value))
}

pub(super) fn rerank_request(value: &Value) -> Option<RerankRequest> {
    cohere::rerank::request(value)
}

pub(super) fn rerank_response(value: &Value) -> Option<Vec<Ranked>> {
    cohere::rerank::response(value)
}
