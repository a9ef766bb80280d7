//! What the request and the response of a ranking say of a RERANKER span.

use super::find_request;
use super::model::{Ranked, RerankRequest, said};
use super::shapes;
use crate::record::{Attributes, Document, RerankedDocuments, RerankerInput};
use serde_json::Value;

pub(super) fn attributes(input: Option<&Value>, output: Option<&Value>) -> Attributes {
    let request = input.and_then(|input| find_request::request(input, shapes::rerank_request));
    let response = output.and_then(shapes::rerank_response);
    let mut attributes = Attributes::default();
    let given = request.as_ref().map(|request| request.documents.clone()).unwrap_or_default();
    if let Some(request) = request {
        attributes.record(&RerankerInput::from(request));
    }
    if let Some(ranking) = response {
        attributes.record(&ranked(ranking, &given));
    }
    attributes
}

/// The documents in their new order, with their scores.
fn ranked(ranking: Vec<Ranked>, given: &[Document]) -> RerankedDocuments {
    let documents = ranking.into_iter().map(|place| {
        let document = place.document.or_else(|| given.get(place.index).cloned());
        document.unwrap_or_default().score(place.score)
    });
    documents.collect()
}

impl From<RerankRequest> for RerankerInput {
    fn from(request: RerankRequest) -> Self {
        let RerankRequest { query, documents, model, top_k } = request;
        RerankerInput { query, documents, model: said(model), top_k }
    }
}
