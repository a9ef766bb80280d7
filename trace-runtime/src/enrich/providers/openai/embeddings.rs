//! `OpenAI` embeddings, and the servers that speak them (Mistral, vLLM). Ollama's and Cohere's
//! requests of the same form are read here too.

use super::chat::Usage;
use crate::enrich::neutral::{EmbeddingRequest, EmbeddingResponse, parameters};
use crate::enrich::wire::value_deserializer::read;
use base64::prelude::{BASE64_STANDARD as STANDARD, Engine};
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

pub(crate) fn request(value: &Value) -> Option<EmbeddingRequest> {
    let Request { model, input, rest } = read::<Request>(value)?;
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
    Base64(String),
}

pub(crate) fn response(value: &Value) -> Option<EmbeddingResponse> {
    let Response { mut data, model, usage } = read::<Response>(value)?;
    if data.is_empty() {
        return None;
    }
    if data.iter().all(|datum| datum.index.is_some()) {
        data.sort_by_key(|datum| datum.index);
    }
    Some(EmbeddingResponse {
        vectors: data.into_iter().map(|datum| datum.embedding.numbers()).collect(),
        model,
        tokens: usage.and_then(|usage| usage.tokens()),
    })
}

impl Vector {
    /// In base64 each number is a float of four bytes, the least significant one first.
    fn numbers(self) -> Option<Vec<f64>> {
        let encoded = match self {
            Vector::Numbers(numbers) => return Some(numbers),
            Vector::Base64(text) => text,
        };
        let bytes = STANDARD.decode(encoded).ok()?;
        let (floats, rest) = bytes.as_chunks::<4>();
        let numbers = floats.iter().map(|bytes| f64::from(f32::from_le_bytes(*bytes)));
        let numbers: Vec<f64> = numbers.collect();
        let is_vector = rest.is_empty() && !numbers.is_empty();
        (is_vector && numbers.iter().all(|number| number.is_finite())).then_some(numbers)
    }
}
