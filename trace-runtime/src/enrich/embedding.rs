//! What the request and the response of an embedding say of an EMBEDDING span.

use super::find_request;
use super::model::said;
use super::model_family;
use super::shapes;
use crate::record::{Attributes, Embedding, Embeddings, LlmModel};
use serde_json::Value;

pub(super) fn attributes(input: Option<&Value>, output: Option<&Value>) -> Attributes {
    let request = input.and_then(|input| find_request::request(input, shapes::embedding_request));
    let response = output.and_then(shapes::embedding_response);
    let mut attributes = Attributes::default();
    let (mut texts, mut parameters, mut requested) = (Vec::new(), None, None);
    if let Some(request) = request {
        (texts, parameters, requested) = (request.texts, request.parameters, request.model);
    }
    let (mut vectors, mut responded) = (Vec::new(), None);
    if let Some(response) = response {
        (vectors, responded) = (response.vectors, response.model);
        attributes.record(&response.tokens);
    }
    let model = said(responded).or(said(requested));
    // Not what the specification says, but what OpenInference's own instrumentations do.
    let system = model.as_deref().and_then(model_family::system).map(str::to_owned);
    attributes.record(&LlmModel { system, ..LlmModel::default() });
    let embeddings = pairs(texts, vectors);
    attributes.record(&Embeddings { model, invocation_parameters: parameters, embeddings });
    attributes
}

/// Each text with the vector in its place.
fn pairs(texts: Vec<String>, vectors: Vec<Option<Vec<f64>>>) -> Vec<Embedding> {
    let mut pairs = vec![Embedding::default(); texts.len().max(vectors.len())];
    for (pair, text) in pairs.iter_mut().zip(texts) {
        pair.text = Some(text);
    }
    for (pair, vector) in pairs.iter_mut().zip(vectors) {
        pair.vector = vector;
    }
    pairs
}
