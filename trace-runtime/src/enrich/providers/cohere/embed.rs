//! Cohere's embed, versions 1 and 2 (`POST /v1/embed`, `POST /v2/embed`).
//!
//! Reference: <https://docs.cohere.com/v2/reference/embed>. Fixtures: `cohere_embed*.json`.

use super::round_count;
use crate::enrich::api::{EmbeddingRequest, EmbeddingResponse, parameters};
use crate::enrich::wire::value_deserializer::from_value;
use crate::record::TokenCount;
use serde::Deserialize;
use serde_json::{Map, Value};

/// The body of a request. The second form belongs to version 2.
///
/// ```json
/// {"model": "embed-v4.0", "texts": ["a", "b"], "input_type": "search_document"}
/// {"model": "embed-v4.0", "inputs": [{"content": [{"type": "text", "text": "a"}]}]}
/// ```
///
/// Exactly one of `texts` and `inputs` is present.
#[derive(Deserialize)]
struct Request {
    model: Option<String>,
    texts: Option<Vec<String>>,
    /// Version 2 only.
    inputs: Option<Vec<EmbedInput>>,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

/// The text, the image, or both, from which one vector is computed.
#[derive(Deserialize)]
struct EmbedInput {
    content: Vec<InputPart>,
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum InputPart {
    Text { text: String },
    ImageUrl {},
}

/// Reads a request.
pub(crate) fn request(value: &Value) -> Option<EmbeddingRequest> {
    let Request { model, texts, inputs, rest } = from_value::<Request>(value)?;
    Some(EmbeddingRequest {
        texts: match (texts, inputs) {
            (Some(texts), None) => texts,
            (None, Some(inputs)) => inputs.into_iter().map(EmbedInput::into_text).collect(),
            _ => return None,
        },
        parameters: parameters(model.as_deref().map(|model| ("model", model)), rest),
        model,
    })
}

impl EmbedInput {
    /// Returns the text. An image has an empty text, so that the texts after it keep their place
    /// beside their vectors.
    fn into_text(self) -> String {
        let texts = self.content.into_iter().filter_map(|part| match part {
            InputPart::Text { text } => Some(text),
            InputPart::ImageUrl {} => None,
        });
        texts.collect::<Vec<_>>().join("\n")
    }
}

/// The body of a response.
///
/// ```json
/// {"id": "da6e531f", "embeddings": {"float": [[0.5, -1.0]]},
///  "meta": {"billed_units": {"input_tokens": 2}}}
/// ```
///
/// The response does not name the model.
#[derive(Deserialize)]
struct Response {
    /// Required: Ollama's response has `embeddings` as a list too, but no id.
    id: String,
    embeddings: Embeddings,
    meta: Option<Meta>,
}

/// The vectors: a list (version 1 without `embedding_types`), or an object with a list for each
/// type.
#[derive(Deserialize)]
#[serde(untagged)]
enum Embeddings {
    Floats(Vec<Vec<f64>>),
    ByType(EmbeddingsByType),
}

/// Only `float` is read. The other types (`int8`, `ubinary`, ..) are quantized or packed, so their
/// numbers are not the components of a vector.
#[derive(Deserialize)]
struct EmbeddingsByType {
    float: Option<Vec<Vec<f64>>>,
}

#[derive(Deserialize)]
struct Meta {
    billed_units: Option<BilledUnits>,
}

/// The only count that an embed response has.
#[derive(Deserialize)]
struct BilledUnits {
    input_tokens: Option<f64>,
}

/// Reads a response.
pub(crate) fn response(value: &Value) -> Option<EmbeddingResponse> {
    let Response { id, embeddings, meta } = from_value::<Response>(value)?;
    if id.is_empty() {
        return None;
    }
    let vectors = match embeddings {
        Embeddings::Floats(vectors) => vectors,
        Embeddings::ByType(by_type) => by_type.float.unwrap_or_default(),
    };
    let billed_tokens = meta.and_then(|meta| meta.billed_units?.input_tokens);
    Some(EmbeddingResponse {
        vectors: vectors.into_iter().map(Some).collect(),
        model: None,
        tokens: billed_tokens.map(|tokens| TokenCount::of_prompt(round_count(tokens))),
    })
}
