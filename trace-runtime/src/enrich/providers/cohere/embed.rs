//! Cohere's embed, versions 1 and 2.

use super::chat::whole;
use crate::enrich::neutral::{EmbeddingRequest, EmbeddingResponse, parameters};
use crate::enrich::wire::value_deserializer::read;
use crate::record::TokenCount;
use serde::Deserialize;
use serde_json::{Map, Value};

#[derive(Deserialize)]
struct Request {
    model: Option<String>,
    texts: Option<Vec<String>>,
    inputs: Option<Vec<Input>>,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

/// A text, an image, or both.
#[derive(Deserialize)]
struct Input {
    content: Vec<Content>,
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Content {
    Text { text: String },
    ImageUrl {},
}

pub(crate) fn request(value: &Value) -> Option<EmbeddingRequest> {
    let Request { model, texts, inputs, rest } = read::<Request>(value)?;
    Some(EmbeddingRequest {
        texts: match (texts, inputs) {
            (Some(texts), None) => texts,
            (None, Some(inputs)) => inputs.into_iter().map(Input::text).collect(),
            _ => return None,
        },
        parameters: parameters(model.as_deref().map(|model| ("model", model)), rest),
        model,
    })
}

impl Input {
    /// Empty for an image, which still has its place.
    fn text(self) -> String {
        let texts = self.content.into_iter().filter_map(|content| match content {
            Content::Text { text } => Some(text),
            Content::ImageUrl {} => None,
        });
        texts.collect::<Vec<_>>().join("\n")
    }
}

#[derive(Deserialize)]
struct Response {
    id: String,
    embeddings: Embeddings,
    meta: Option<Meta>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Embeddings {
    Floats(Vec<Vec<f64>>),
    ByType(ByType),
}

/// Other types are not vectors of floating point numbers.
#[derive(Deserialize)]
struct ByType {
    float: Option<Vec<Vec<f64>>>,
}

#[derive(Deserialize)]
struct Meta {
    billed_units: Option<Billed>,
}

#[derive(Deserialize)]
struct Billed {
    input_tokens: Option<f64>,
}

pub(crate) fn response(value: &Value) -> Option<EmbeddingResponse> {
    let Response { id, embeddings, meta } = read::<Response>(value)?;
    if id.is_empty() {
        return None;
    }
    let vectors = match embeddings {
        Embeddings::Floats(vectors) => vectors,
        Embeddings::ByType(by_type) => by_type.float.unwrap_or_default(),
    };
    let billed = meta.and_then(|meta| meta.billed_units?.input_tokens);
    Some(EmbeddingResponse {
        vectors: vectors.into_iter().map(Some).collect(),
        model: None,
        tokens: billed.map(|tokens| TokenCount::of_prompt(whole(tokens))),
    })
}
