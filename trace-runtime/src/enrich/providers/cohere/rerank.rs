//! Cohere's rerank, and the servers that speak it (Jina, vLLM).

use crate::enrich::neutral::{Ranked, RerankRequest};
use crate::enrich::wire::value_deserializer::read;
use crate::record::{Document, Json};
use serde::Deserialize;
use serde_json::{Map, Value};

#[derive(Deserialize)]
struct Request {
    model: Option<String>,
    query: String,
    documents: Vec<WireDocument>,
    #[serde(alias = "top_k")]
    top_n: Option<u64>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum WireDocument {
    Text(String),
    Fields(Fields),
}

#[derive(Deserialize)]
struct Fields {
    text: Option<String>,
    id: Option<String>,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

pub(crate) fn request(value: &Value) -> Option<RerankRequest> {
    let Request { model, query, documents, top_n } = read::<Request>(value)?;
    Some(RerankRequest {
        query,
        documents: documents.into_iter().map(WireDocument::document).collect(),
        model,
        top_k: top_n,
    })
}

impl WireDocument {
    fn document(self) -> Document {
        let Fields { text, id, rest } = match self {
            WireDocument::Text(text) => return Document::new(text),
            WireDocument::Fields(fields) => fields,
        };
        let metadata = (!rest.is_empty()).then(|| Json::from(Value::Object(rest)));
        Document { id, content: text, metadata, ..Document::default() }
    }
}

#[derive(Deserialize)]
struct Response {
    results: Vec<Place>,
}

#[derive(Deserialize)]
struct Place {
    index: usize,
    relevance_score: f64,
    document: Option<WireDocument>,
}

pub(crate) fn response(value: &Value) -> Option<Vec<Ranked>> {
    let Response { results } = read::<Response>(value)?;
    let ranked = |Place { index, relevance_score, document }| Ranked {
        index,
        score: relevance_score,
        document: document.map(WireDocument::document),
    };
    Some(results.into_iter().map(ranked).collect())
}
