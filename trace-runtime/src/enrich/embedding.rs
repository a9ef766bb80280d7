//! Attributes of an EMBEDDING span, from the request and the response of an embedding API.

use super::api::non_empty;
use super::cost;
use super::find_request::{Input, find_request};
use super::model_family;
use super::providers;
use crate::record::{Attributes, Embedding, Embeddings, LlmModel};
use serde_json::Value;

/// Derives `embedding.*` attributes, the token counts and the vendor of the model.
pub(super) fn add_attributes(
    input: Option<Input<'_>>,
    output: Option<&Value>,
    attributes: &mut Attributes,
) {
    let request = input.and_then(|input| find_request(input, providers::embedding_request));
    let response = output.and_then(|output| {
        let plain = || request.as_ref().and_then(|_| providers::plain_embedding_response(output));
        providers::embedding_response(output).or_else(plain)
    });
    let (mut texts, mut parameters, mut requested) = (Vec::new(), None, None);
    if let Some(request) = request {
        (texts, parameters, requested) = (request.texts, request.parameters, request.model);
    }
    let (mut vectors, mut responded) = (Vec::new(), None);
    if let Some(response) = response {
        (vectors, responded) = (response.vectors, response.model);
        attributes.record(&response.tokens);
    }
    attributes.record(&output.and_then(cost::stated));
    // OpenInference has one model name for an embedding. The response's is the more precise one.
    let model = non_empty(responded).or(non_empty(requested));
    // The specification of embedding spans forbids `llm.system`, but OpenInference's own
    // instrumentations set it, so backends expect it.
    let system = model.as_deref().and_then(model_family::system).map(str::to_owned);
    attributes.record(&LlmModel { system, ..LlmModel::default() });
    let embeddings = pair_up(texts, vectors);
    attributes.record(&Embeddings { model, invocation_parameters: parameters, embeddings });
}

/// Pairs each text of the request with the vector at the same place in the response. Either list
/// may be the longer one, since a text may be token ids and a response may be unreadable.
fn pair_up(texts: Vec<String>, vectors: Vec<Option<Vec<f64>>>) -> Vec<Embedding> {
    let mut pairs = vec![Embedding::default(); texts.len().max(vectors.len())];
    for (pair, text) in pairs.iter_mut().zip(texts) {
        pair.text = Some(text);
    }
    for (pair, vector) in pairs.iter_mut().zip(vectors) {
        pair.vector = vector;
    }
    pairs
}
