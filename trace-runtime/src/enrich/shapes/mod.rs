//! The shapes of the known APIs, a file for each, and the order in which they are tried: one that
//! is easily told from the others first. A value has a shape if all of it fits; nothing is guessed
//! from a part.

#![allow(clippy::struct_field_names, reason = "fields are named as on the wire")]

mod anthropic;
mod anthropic_blocks;
mod anthropic_stream;
mod bedrock;
mod bedrock_blocks;
mod bedrock_stream;
mod cohere_chat;
mod cohere_chat_v1;
mod cohere_embed;
mod cohere_rerank;
mod gemini;
mod gemini_parts;
mod gemini_stream;
mod ollama;
mod openai_built_in;
mod openai_chat;
mod openai_completions;
mod openai_embeddings;
mod openai_items;
mod openai_messages;
mod openai_parts;
mod openai_responses;
mod openai_responses_stream;

use super::model::{
    ChatRequest, ChatResponse, EmbeddingRequest, EmbeddingResponse, Ranked, RerankRequest,
};
use serde_json::Value;

/// What a shape makes of a value that has it.
type Shape<T> = fn(&Value) -> Option<T>;

/// What a shape makes of the chunks of a stream.
type Joined = fn(&[Value]) -> Option<Value>;

pub(super) fn chat_request(value: &Value) -> Option<ChatRequest> {
    const SHAPES: [Shape<ChatRequest>; 9] = [
        openai_responses::request,
        gemini::request,
        bedrock::request,
        anthropic::request,
        ollama::chat_request,
        openai_chat::request,
        cohere_chat_v1::request,
        openai_completions::request,
        ollama::generate_request,
    ];
    SHAPES.iter().find_map(|shape| shape(value))
}

pub(super) fn chat_response(value: &Value) -> Option<ChatResponse> {
    const SHAPES: [Shape<ChatResponse>; 10] = [
        openai_chat::response,
        openai_responses::response,
        anthropic::response,
        gemini::response,
        bedrock::response,
        cohere_chat::response,
        cohere_chat_v1::response,
        openai_completions::response,
        ollama::chat_response,
        ollama::generate_response,
    ];
    SHAPES.iter().find_map(|shape| shape(value))
}

/// The chunks of a stream as a response of the same API, if that is then read as one.
pub(super) fn chat_joined(chunks: &[Value]) -> Option<Value> {
    const SHAPES: [Joined; 9] = [
        openai_chat::joined,
        openai_responses_stream::joined,
        anthropic_stream::joined,
        gemini_stream::joined,
        bedrock_stream::joined,
        cohere_chat::joined,
        cohere_chat_v1::joined,
        openai_completions::joined,
        ollama::joined,
    ];
    let joined = SHAPES.iter().find_map(|shape| shape(chunks))?;
    chat_response(&joined).is_some().then_some(joined)
}

pub(super) fn embedding_request(value: &Value) -> Option<EmbeddingRequest> {
    openai_embeddings::request(value).or_else(|| cohere_embed::request(value))
}

pub(super) fn embedding_response(value: &Value) -> Option<EmbeddingResponse> {
    openai_embeddings::response(value)
        .or_else(|| cohere_embed::response(value))
        .or_else(|| ollama::embed_response(value))
}

pub(super) fn rerank_request(value: &Value) -> Option<RerankRequest> {
    cohere_rerank::request(value)
}

pub(super) fn rerank_response(value: &Value) -> Option<Vec<Ranked>> {
    cohere_rerank::response(value)
}
