//! Embeddings (`POST /embeddings`), of OpenAI and of the servers that are compatible.
//!
//! Reference: <https://platform.openai.com/docs/api-reference/embeddings>. Mistral and vLLM use the
//! whole format. Requests with `input` to Ollama and Cohere are read here too; their responses
//! differ.

use super::chat::Usage;
use crate::enrich::api::{EmbeddingRequest, EmbeddingResponse, parameters};
use crate::enrich::wire::value_deserializer::from_value;
use base64::prelude::{BASE64_STANDARD, Engine};
use serde::Deserialize;
use serde_json::{Map, Value};

/// The body of a request.
///
/// ```json
/// {"model": "text-embedding-3-small", "input": ["a", "b"], "encoding_format": "float"}
/// ```
#[derive(Deserialize)]
struct Request {
    model: Option<String>,
    input: Input,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

/// One text or several, or the token ids of one text or several.
#[derive(Deserialize)]
#[serde(untagged)]
enum Input {
    Text(String),
    Texts(Vec<String>),
    Tokens(#[expect(dead_code, reason = "matched, not read")] Vec<u64>),
    TokenLists(#[expect(dead_code, reason = "matched, not read")] Vec<Vec<u64>>),
}

/// Reads an embedding request. Token ids are not decoded and leave the texts empty.
pub(crate) fn request(value: &Value) -> Option<EmbeddingRequest> {
    let Request { model, input, rest } = from_value::<Request>(value)?;
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

/// The body of a response.
///
/// ```json
/// {"object": "list", "data": [{"object": "embedding", "index": 0, "embedding": [0.5, -1.0]}],
///  "model": "text-embedding-3-small", "usage": {"prompt_tokens": 2, "total_tokens": 2}}
/// ```
#[derive(Deserialize)]
struct Response {
    data: Vec<Datum>,
    model: Option<String>,
    usage: Option<Usage>,
}

#[derive(Deserialize)]
struct Datum {
    embedding: Vector,
    /// The position of the text in the request. Optional for compatible servers.
    index: Option<u64>,
}

/// A vector, as `encoding_format` requests it: `float` or `base64`.
#[derive(Deserialize)]
#[serde(untagged)]
enum Vector {
    Numbers(Vec<f64>),
    Base64(String),
}

/// Reads an embedding response.
///
/// The vectors are sorted by index so that each is recorded beside its text. If an index is
/// missing, the order of the response is the only information.
pub(crate) fn response(value: &Value) -> Option<EmbeddingResponse> {
    let Response { mut data, model, usage } = from_value::<Response>(value)?;
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
    /// Returns the numbers, or `None` if a text does not encode a vector.
    ///
    /// OpenAI's Python client requests base64 by default. It encodes `f32` values in little-endian
    /// byte order. Values that are not finite indicate that the text encodes something else.
    fn numbers(self) -> Option<Vec<f64>> {
        let encoded = match self {
            Vector::Numbers(numbers) => return Some(numbers),
            Vector::Base64(text) => text,
        };
        let bytes = BASE64_STANDARD.decode(encoded).ok()?;
        let (floats, rest) = bytes.as_chunks::<4>();
        let numbers = floats.iter().map(|bytes| f64::from(f32::from_le_bytes(*bytes)));
        let numbers: Vec<f64> = numbers.collect();
        let is_vector = rest.is_empty() && !numbers.is_empty();
        (is_vector && numbers.iter().all(|number| number.is_finite())).then_some(numbers)
    }
}
