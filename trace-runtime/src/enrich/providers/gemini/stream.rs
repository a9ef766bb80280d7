//! Assembles the chunks of Gemini's `streamGenerateContent`.
//!
//! Fixtures: `gemini_stream*.json`. A chunk has the form of a response, and its parts continue
//! those of the chunks before it:
//!
//! ```json
//! {"candidates": [{"index": 0, "content": {"role": "model", "parts": [{"text": "Hel"}]}}]}
//! {"candidates": [{"index": 0, "content": {"parts": [{"text": "lo"}]}, "finishReason": "STOP"}],
//!  "usageMetadata": {"promptTokenCount": 4, "candidatesTokenCount": 2, "totalTokenCount": 6}}
//! ```
//!
//! `index` is the position of the candidate; the API may omit it for a single one. The counts are
//! cumulative, so those of the last chunk remain.

use super::parts::is_part;
use crate::enrich::wire::indexed_list::IndexedList;
use crate::enrich::wire::lenient::items;
use crate::enrich::wire::merge::{UnknownChunks, index_field, update_counts};
use serde_json::{Map, Value};

/// Assembles chunks into one response with the parts of all chunks.
pub(crate) fn assemble(chunks: &[Value]) -> Option<Value> {
    let is_answer = |chunk: &Value| {
        let has_candidate = items(chunk, "candidates").iter().any(|it| as_candidate(it).is_some());
        has_candidate || chunk.get("promptFeedback").is_some()
    };
    if !chunks.iter().any(is_answer) {
        return None;
    }
    let mut response = Map::new();
    let mut candidates: IndexedList<StreamedCandidate> = IndexedList::default();
    let mut unknown = UnknownChunks::default();
    for chunk in chunks {
        // A chunk without candidates carries the usage, also if the prompt was blocked.
        let fields = ["candidates", "usageMetadata", "usage_metadata", "promptFeedback"];
        let is_known = fields.iter().any(|field| chunk.get(field).is_some());
        let Some(fields) = chunk.as_object().filter(|_| is_known) else {
            unknown.keep(chunk);
            continue;
        };
        for (key, value) in fields.iter().filter(|(_, value)| !value.is_null()) {
            match key.as_str() {
                "candidates" => {}
                "usageMetadata" => {
                    update_counts(response.entry(key.as_str()).or_insert(Value::Null), value);
                }
                key => drop(response.insert(key.to_owned(), value.clone())),
            }
        }
        for candidate in items(chunk, "candidates") {
            match as_candidate(candidate) {
                Some(fields) => {
                    let index = index_field(candidate, "index").unwrap_or(0);
                    candidates.at(index).add(fields);
                }
                None => unknown.keep(candidate),
            }
        }
    }
    let candidates: Vec<Value> =
        candidates.into_items().map(StreamedCandidate::into_value).collect();
    // Without candidates, only a blocked prompt is a response.
    if !candidates.is_empty() {
        response.insert("candidates".to_owned(), candidates.into());
    }
    unknown.add_to(&mut response);
    Some(response.into())
}

/// Returns a candidate as an object if it has parts or a finish reason. Other JSON has lists named
/// `candidates` too.
fn as_candidate(candidate: &Value) -> Option<&Map<String, Value>> {
    let content = candidate.get("content");
    let has_parts = content.is_some_and(|content| content.get("parts").is_some());
    let reasons = ["finishReason", "finish_reason"];
    let has_finish_reason = reasons.iter().any(|key| candidate.get(key).is_some());
    candidate.as_object().filter(|_| has_parts || has_finish_reason)
}

/// A candidate, while its chunks arrive.
#[derive(Debug, Default)]
struct StreamedCandidate {
    /// The fields, and in them the content without its parts.
    fields: Map<String, Value>,
    parts: Option<IndexedList<Value>>,
}

impl StreamedCandidate {
    /// Adds the fields of a chunk: parts are appended, other fields replace the earlier value. The
    /// last chunk may have a content with a role and without parts.
    fn add(&mut self, chunk: &Map<String, Value>) {
        for (key, new) in chunk.iter().filter(|(_, value)| !value.is_null()) {
            let parts = new.get("parts").and_then(Value::as_array).filter(|_| key == "content");
            for part in parts.into_iter().flatten() {
                append_part(self.parts.get_or_insert_default(), part);
            }
            if key == "content" && self.fields.contains_key(key) {
                continue;
            }
            let mut new = new.clone();
            if let Some(content) = new.as_object_mut().filter(|_| parts.is_some()) {
                content.remove("parts");
                self.parts.get_or_insert_default();
            }
            self.fields.insert(key.clone(), new);
        }
    }

    fn into_value(self) -> Value {
        let mut candidate = self.fields;
        if let Some(parts) = self.parts {
            let content = candidate.entry("content").or_insert_with(|| Map::new().into());
            if let Some(content) = content.as_object_mut() {
                content.insert("parts".to_owned(), parts.into_items().collect());
            }
        }
        candidate.into()
    }
}

/// Appends a part. Text continues the last known part if that is text too and both are thoughts or
/// both are not: the API streams the thoughts first and then the output. The signature arrives with
/// the last piece, whose text may be empty.
fn append_part(parts: &mut IndexedList<Value>, part: &Value) {
    let is_text = |part: &Value| part.get("text").is_some_and(Value::is_string);
    let last = parts.current_mut().filter(|last| {
        is_text(last) && is_text(part) && last.get("thought") == part.get("thought")
    });
    let (Some(Value::Object(last)), Some(fields)) = (last, part.as_object()) else {
        return if is_part(part) {
            parts.push(None, part.clone());
        } else {
            parts.push_aside(part.clone());
        };
    };
    for (key, new) in fields.iter().filter(|(_, new)| !new.is_null()) {
        match (last.get_mut(key), new) {
            (Some(Value::String(old)), Value::String(text)) if key == "text" => old.push_str(text),
            _ => drop(last.insert(key.clone(), new.clone())),
        }
    }
}
