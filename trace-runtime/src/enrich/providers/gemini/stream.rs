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

use crate::enrich::wire::merge::merge;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Assembles chunks into one response with the parts of all chunks.
pub(crate) fn assemble(chunks: &[Value]) -> Option<Value> {
    let mut response = Map::new();
    let mut candidates: BTreeMap<u64, Map<String, Value>> = BTreeMap::new();
    for chunk in chunks {
        let mut chunk = chunk.as_object()?.clone();
        let chunk_candidates = chunk.remove("candidates");
        // A chunk without candidates carries the usage, also if the prompt was blocked.
        if chunk_candidates.is_none() && !chunk.contains_key("usageMetadata") {
            return None;
        }
        response.extend(chunk.into_iter().filter(|(_, value)| !value.is_null()));
        let chunk_candidates = chunk_candidates.as_ref().and_then(Value::as_array);
        for candidate in chunk_candidates.into_iter().flatten() {
            let index = candidate.get("index").and_then(Value::as_u64).unwrap_or(0);
            merge_candidate(candidates.entry(index).or_default(), as_candidate(candidate)?);
        }
    }
    if candidates.is_empty() {
        // Without candidates, only a blocked prompt is a response.
        return response.contains_key("promptFeedback").then(|| response.into());
    }
    response.insert("candidates".to_owned(), candidates.into_values().collect());
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

/// Adds the fields of a candidate to those of earlier chunks: parts are appended, other fields
/// replace the earlier value.
fn merge_candidate(candidate: &mut Map<String, Value>, chunk: &Map<String, Value>) {
    for (key, new) in chunk.iter().filter(|(_, value)| !value.is_null()) {
        let parts = candidate.get_mut(key).and_then(|old| old.get_mut("parts")?.as_array_mut());
        match (parts, new.get("parts").and_then(Value::as_array)) {
            (Some(parts), Some(new)) => new.iter().for_each(|part| append_part(parts, part)),
            // The last chunk may have a content with a role and without parts.
            (Some(_), None) => {}
            (None, _) => drop(candidate.insert(key.clone(), new.clone())),
        }
    }
}

/// Appends a part. Text continues the last part if that is text too and both are thoughts or both
/// are not: the API streams the thoughts first and then the output.
fn append_part(parts: &mut Vec<Value>, part: &Value) {
    let is_text = |part: &Value| part.get("text").is_some();
    let continues_last = parts.last().is_some_and(|last| {
        is_text(last) && is_text(part) && last.get("thought") == part.get("thought")
    });
    match (parts.last_mut().and_then(Value::as_object_mut), part.as_object()) {
        (Some(last), Some(part)) if continues_last => merge(last, part),
        _ => parts.push(part.clone()),
    }
}
