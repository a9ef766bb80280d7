//! `OpenAI` embeddings, and the servers that speak them (Mistral, vLLM). Ollama's and Cohere's
//! requests of the same form are read here too.

use super::super::neutral::{EmbeddingRequest, EmbeddingResponse, parameters};
use super::openai_chat::Usage;
use serde::Deserialize;
use serde_json::{Map, Value};

#[derive(Deserialize)]
struct Request {
    model: Option<String>,
    input: Input,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Input {
    Text(String),
    Texts(Vec<String>),
    Tokens(#[expect(dead_code, reason = "part of the shape")] Vec<u64>),
    TokenLists(#[expect(dead_code, reason = "part of the shape")] Vec<Vec<u64>>),
}

pub(super) fn request(value: &Value) -> Option<EmbeddingRequest> {
    let Request { model, input, rest } = Request::deserialize(value).ok()?;
    Some(EmbeddingRequest {
        texts: match input {
            Input::Text(text) => vec![text],
            Input::Texts(texts) => texts,
            Input::Tokens(_) | Input::TokenLists(_) => Vec::new(),
        },
        parameters: parameters(model.as_deref().map(|model| ("model", model)), rest),
        model,
    })
}

#[derive(Deserialize)]
struct Response {
    data: Vec<Datum>,
    model: Option<String>,
    usage: Option<Usage>,
}

#[derive(Deserialize)]
struct Datum {
    embedding: Vector,
    index: Option<u64>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Vector {
    Numbers(Vec<f64>),
    Base64(#[expect(dead_code, reason = "part of the shape")] String),
}

pub(super) fn response(value: &Value) -> Option<EmbeddingResponse> {
    let Response { mut data, model, usage } = Response::deserialize(value).ok()?;
    if data.is_empty() {
        return None;
    }
    if data.iter().all(|datum| datum.index.is_some()) {
        data.sort_by_key(|datum| datum.index);
    }
    let vector = |datum: Datum| match datum.embedding {
        Vector::Numbers(numbers) => Some(numbers),
        Vector::Base64(_) => None,
    };
    Some(EmbeddingResponse {
        vectors: data.into_iter().map(vector).collect(),
        model,
        tokens: usage.and_then(|usage| usage.tokens()),
    })
}
