//! The documents of a retrieval, as JSON and as attributes.

use super::attribute_view::Flat;
use crate::openinference::keys::{self, gen_ai};
use crate::record::{Document, Json, RetrievedDocuments};
use serde_json::{Map, Value};

pub(super) fn documents(said: &Flat<'_>) -> RetrievedDocuments {
    match said.json(gen_ai::RETRIEVAL_DOCUMENTS) {
        Some(Value::Array(documents)) => documents.iter().map(document).collect(),
        _ => RetrievedDocuments::default(),
    }
}

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

/// The documents that OpenInference lists, as GenAI's JSON.
pub(super) fn written(span: &Flat<'_>) -> Option<String> {
    let documents: Vec<Value> = span
        .list(keys::RETRIEVAL_DOCUMENTS)
        .iter()
        .map(|document| {
            let fields = [
                ("id", keys::DOCUMENT_ID),
                ("content", keys::DOCUMENT_CONTENT),
                ("score", keys::DOCUMENT_SCORE),
                ("metadata", keys::DOCUMENT_METADATA),
            ];
            let set = fields.iter().filter_map(|(name, key)| {
                // An id of digits stays the text it is.
                let text = || document.text(&[key]).map(Value::from);
                let value = match *key {
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
