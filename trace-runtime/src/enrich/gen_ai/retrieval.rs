//! Translates the documents of a retrieval.
//!
//! The GenAI conventions (since version 1.40) have them as JSON in `gen_ai.retrieval.documents`:
//! `[{"id": "7", "score": 0.5, "content": "Paris"}]`. OpenInference flattens them:
//! `retrieval.documents.0.document.content = "Paris"`.

use super::attribute_view::AttributeView;
use crate::openinference::keys::{self, gen_ai};
use crate::record::{Document, Json, RetrievedDocuments};
use serde_json::{Map, Value};

/// Returns the documents in `gen_ai.retrieval.documents`.
pub(super) fn documents(span: &AttributeView<'_>) -> RetrievedDocuments {
    match span.json(gen_ai::RETRIEVAL_DOCUMENTS) {
        Some(Value::Array(documents)) => documents.iter().map(document).collect(),
        _ => RetrievedDocuments::default(),
    }
}

/// Parses a document, which may also be bare text. Vector stores use numbers as ids, whereas
/// `document.id` is a string.
fn document(value: &Value) -> Document {
    let text = |names: &[&str]| {
        names.iter().find_map(|name| match value.get(name)? {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        })
    };
    Document {
        id: text(&["id"]),
        content: value.as_str().map(str::to_owned).or_else(|| text(&["content", "text"])),
        score: value.get("score").and_then(Value::as_f64),
        metadata: value.get("metadata").filter(|it| it.is_object()).cloned().map(Json::from),
        ..Document::default()
    }
}

/// Returns the value of `gen_ai.retrieval.documents` for the documents of OpenInference.
pub(super) fn documents_json(span: &AttributeView<'_>) -> Option<String> {
    let documents: Vec<Value> = span
        .indexed_items(keys::RETRIEVAL_DOCUMENTS)
        .iter()
        .map(|document| {
            let fields = [
                ("id", keys::DOCUMENT_ID),
                ("content", keys::DOCUMENT_CONTENT),
                ("score", keys::DOCUMENT_SCORE),
                ("metadata", keys::DOCUMENT_METADATA),
            ];
            let set = fields.iter().filter_map(|(name, key)| {
                let text = || document.text(&[key]).map(Value::from);
                let value = match *key {
                    // Metadata is recorded as JSON text. All other texts are not parsed: the id
                    // `"7"` stays a string.
                    keys::DOCUMENT_METADATA => document.json(&[key]),
                    _ => text().or_else(|| document.json(&[key])),
                }?;
                Some(((*name).to_owned(), value))
            });
            Value::Object(set.collect::<Map<_, _>>())
        })
        .collect();
    (!documents.is_empty()).then(|| Value::Array(documents).to_string())
}
