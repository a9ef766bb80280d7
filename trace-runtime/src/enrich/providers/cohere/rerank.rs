//! Cohere's rerank (`POST /v2/rerank`), and the servers with the same format (Jina, vLLM).
//!
//! Reference: <https://docs.cohere.com/v2/reference/rerank>. Fixture: `cohere_rerank.json`.

use crate::enrich::api::{Ranked, RerankRequest};
use crate::enrich::wire::value_deserializer::from_value;
use crate::record::{Document, Json};
use serde::Deserialize;
use serde_json::{Map, Value};

/// The body of a request.
///
/// ```json
/// {"model": "rerank-v3.5", "query": "capital of France?", "documents": ["Paris", "Rome"],
///  "top_n": 1}
/// ```
#[derive(Deserialize)]
struct Request {
    model: Option<String>,
    query: String,
    documents: Vec<WireDocument>,
    /// OpenInference records it as `reranker.top_k`, and some servers use that name.
    #[serde(alias = "top_k")]
    top_n: Option<u64>,
}

/// A document: a text, or an object with a text and other fields (version 1, Jina).
#[derive(Deserialize)]
#[serde(untagged)]
enum WireDocument {
    Text(String),
    Fields(DocumentFields),
}

#[derive(Deserialize)]
struct DocumentFields {
    text: Option<String>,
    id: Option<String>,
    /// All other fields. They become the metadata of the document.
    #[serde(flatten)]
    rest: Map<String, Value>,
}

/// Reads a request.
pub(crate) fn request(value: &Value) -> Option<RerankRequest> {
    let Request { model, query, documents, top_n } = from_value::<Request>(value)?;
    Some(RerankRequest {
        query,
        documents: documents.into_iter().map(WireDocument::into_document).collect(),
        model,
        top_k: top_n,
    })
}

impl WireDocument {
    fn into_document(self) -> Document {
        let DocumentFields { text, id, rest } = match self {
            WireDocument::Text(text) => return Document::new(text),
            WireDocument::Fields(fields) => fields,
        };
        let metadata = (!rest.is_empty()).then(|| Json::from(Value::Object(rest)));
        Document { id, content: text, metadata, ..Document::default() }
    }
}

/// The body of a response.
///
/// ```json
/// {"id": "07734bd2", "results": [{"index": 0, "relevance_score": 0.98}]}
/// ```
///
/// The results are in descending order of their scores.
#[derive(Deserialize)]
struct Response {
    results: Vec<RankedResult>,
}

#[derive(Deserialize)]
struct RankedResult {
    /// The position of the document in the request.
    index: usize,
    relevance_score: f64,
    /// Present if the request sets `return_documents`.
    document: Option<WireDocument>,
}

/// Reads a response.
pub(crate) fn response(value: &Value) -> Option<Vec<Ranked>> {
    let Response { results } = from_value::<Response>(value)?;
    let ranked = |RankedResult { index, relevance_score, document }| Ranked {
        index,
        score: relevance_score,
        document: document.map(WireDocument::into_document),
    };
    Some(results.into_iter().map(ranked).collect())
}
