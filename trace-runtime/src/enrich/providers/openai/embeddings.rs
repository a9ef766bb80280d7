//! Embeddings (`POST /embeddings`), of OpenAI and of the servers that are compatible.
//!
//! Reference: <https://platform.openai.com/docs/api-reference/embeddings>. Mistral, Voyage, Jina and
//! vLLM use the whole format. Requests with `input` to Ollama and Cohere are read here too; their responses
//! differ.

use super::chat::Usage;
use crate::enrich::api::{EmbeddingRequest, EmbeddingResponse, parameters, vector};
use crate::enrich::wire::lenient::{items, read_items};
use crate::enrich::wire::merge::index_field;
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
    input: Value,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

/// Reads an embedding request. Token ids are not decoded and leave the texts empty.
///
/// `input` is one text or several, or the token ids of one text or several.
pub(crate) fn request(value: &Value) -> Option<EmbeddingRequest> {
    let Request { model, input, rest } = from_value::<Request>(value)?;
    let is_token = |item: &Value| item.is_u64() || vector(item).is_some();
    // Jina has objects for texts and images. An image has an empty text, so that the texts after it
    // keep their place beside their vectors.
    let text = |item: &Value| match item {
        Value::String(text) => Some(text.clone()),
        Value::Object(item) if item.contains_key("image") => Some(String::new()),
        item => Some(item.get("text")?.as_str()?.to_owned()),
    };
    Some(EmbeddingRequest {
        texts: match &input {
            Value::String(text) => vec![text.clone()],
            Value::Array(items) => match read_items(items, text, Value::to_string) {
                Some(texts) => texts,
                None if items.iter().all(is_token) => Vec::new(),
                None => return None,
            },
            _ => return None,
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
    model: Option<String>,
    usage: Option<Usage>,
}

/// Reads an embedding response, of which at least one item must have a vector.
///
/// The vectors are sorted by index so that each is recorded beside its text. If an index is
/// missing, the order of the response is the only information.
pub(crate) fn response(value: &Value) -> Option<EmbeddingResponse> {
    let Response { model, usage } = from_value::<Response>(value)?;
    let vector_of = |datum: &Value| match datum.get("embedding")? {
        Value::String(text) => Some(decoded(text)),
        numbers => vector(numbers).map(Some),
    };
    let known = |datum: &Value| Some((index_field(datum, "index"), vector_of(datum)?));
    // Voyage's contextualized embeddings are a list for each document.
    let is_nested = |datum: &&Value| !items(datum, "data").is_empty();
    let nested = items(value, "data").iter().filter(is_nested);
    let nested: Vec<_> = nested.flat_map(|datum| items(datum, "data")).filter_map(known).collect();
    let flat = || items(value, "data").iter().filter_map(known).collect();
    let is_nested = !nested.is_empty();
    let mut data: Vec<_> = if is_nested { nested } else { flat() };
    if data.is_empty() {
        return None;
    }
    // The indexes begin anew in each document.
    if !is_nested && data.iter().all(|(index, _)| index.is_some()) {
        data.sort_by_key(|(index, _)| *index);
    }
    Some(EmbeddingResponse {
        vectors: data.into_iter().map(|(_, vector)| vector).collect(),
        model,
        tokens: usage.and_then(|usage| usage.tokens_of_embedding()),
    })
}

/// Returns the numbers of a vector in base64, or `None` if the text does not encode a vector.
///
/// OpenAI's Python client requests base64 by default. It encodes `f32` values in little-endian
/// byte order. Values that are not finite indicate that the text encodes something else.
fn decoded(encoded: &str) -> Option<Vec<f64>> {
    let bytes = BASE64_STANDARD.decode(encoded).ok()?;
    let (floats, rest) = bytes.as_chunks::<4>();
    let numbers = floats.iter().map(|bytes| f64::from(f32::from_le_bytes(*bytes)));
    let numbers: Vec<f64> = numbers.collect();
    let is_vector = rest.is_empty() && !numbers.is_empty();
    (is_vector && numbers.iter().all(|number| number.is_finite())).then_some(numbers)
}
