//! Attributes of a RERANKER span, from the request and the response of a rerank API.

use super::api::{Ranked, RerankRequest, non_empty};
use super::find_request::{Input, find_request};
use super::providers;
use crate::record::{Attributes, Document, RerankedDocuments, RerankerInput};
use serde_json::Value;

/// Derives `reranker.*` attributes: the query, the documents as they were given, and the documents
/// in their new order.
pub(super) fn add_attributes(
    input: Option<Input<'_>>,
    output: Option<&Value>,
    attributes: &mut Attributes,
) {
    let request = input.and_then(|input| find_request(input, providers::rerank_request));
    let response = output.and_then(providers::rerank_response);
    let given = request.as_ref().map(|request| request.documents.clone()).unwrap_or_default();
    if let Some(request) = request {
        attributes.record(&RerankerInput::from(request));
    }
    if let Some(ranking) = response {
        attributes.record(&reorder(ranking, &given));
    }
}

/// Returns the documents in the order of the response, with their scores.
///
/// Most responses refer to documents by index, for example
/// `{"results": [{"index": 1, "relevance_score": 0.9}]}`. The text is then taken from the request.
fn reorder(ranking: Vec<Ranked>, given: &[Document]) -> RerankedDocuments {
    let documents = ranking.into_iter().map(|ranked| {
        let document = ranked.document.or_else(|| given.get(ranked.index).cloned());
        // Without the request the score alone is recorded.
        document.unwrap_or_default().score(ranked.score)
    });
    documents.collect()
}

impl From<RerankRequest> for RerankerInput {
    fn from(request: RerankRequest) -> Self {
        let RerankRequest { query, documents, model, top_k } = request;
        RerankerInput { query, documents, model: non_empty(model), top_k }
    }
}
