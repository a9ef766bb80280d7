//! Cohere's rerank (`POST /v2/rerank`), and the servers with variants of its format: Jina, vLLM,
//! Voyage, Pinecone, text-embeddings-inference.
//!
//! Reference: <https://docs.cohere.com/v2/reference/rerank>. Fixtures: `cohere_rerank.json`,
//! `voyage_rerank.json`, `tei_rerank.json`.

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
    /// `texts` for text-embeddings-inference.
    #[serde(alias = "texts")]
    documents: Vec<Value>,
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
        documents: documents.iter().map(parse_document).collect(),
        model,
        top_k: top_n,
    })
}

/// Reads a document. One that is neither a text nor an object is shown as JSON.
fn parse_document(value: &Value) -> Document {
    match from_value::<WireDocument>(value) {
        Some(document) => document.into_document(),
        None => Document::new(value.to_string()),
    }
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

/// One result in a response. The results are in descending order of their scores.
///
/// ```json
/// {"id": "07734bd2", "results": [{"index": 0, "relevance_score": 0.98}]}
/// {"object": "list", "data": [{"index": 0, "relevance_score": 0.98, "document": "Paris"}]}
/// [{"index": 0, "score": 0.98, "text": "Paris"}]
/// ```
#[derive(Deserialize)]
struct RankedResult {
    /// The position of the document in the request.
    index: usize,
    #[serde(alias = "score")]
    relevance_score: f64,
    /// Present if the request sets `return_documents`.
    #[serde(alias = "text")]
    document: Option<Value>,
}

/// Reads a response, of which at least one result must be known.
pub(crate) fn response(value: &Value) -> Option<Vec<Ranked>> {
    let list = value.get("results").or(value.get("data")).unwrap_or(value);
    let results = list.as_array()?;
    let ranked = |RankedResult { index, relevance_score, document }| Ranked {
        index,
        score: relevance_score,
        document: document.as_ref().map(parse_document),
    };
    let list: Vec<Ranked> = results.iter().filter_map(from_value).map(ranked).collect();
    let is_empty = results.is_empty() && value.get("results").is_some();
    (is_empty || !list.is_empty()).then_some(list)
}
