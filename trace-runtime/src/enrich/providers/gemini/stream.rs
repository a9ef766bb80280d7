//! The chunks of Gemini's `streamGenerateContent` as one response.

use crate::enrich::wire::merge::merge;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// The parts of all chunks, where text that goes on is one part.
pub(crate) fn joined(chunks: &[Value]) -> Option<Value> {
    let mut response = Map::new();
    let mut candidates: BTreeMap<u64, Map<String, Value>> = BTreeMap::new();
    for chunk in chunks {
        let mut chunk = chunk.as_object()?.clone();
        let pieces = chunk.remove("candidates");
        if pieces.is_none() && !chunk.contains_key("usageMetadata") {
            return None;
        }
        response.extend(chunk.into_iter().filter(|(_, value)| !value.is_null()));
        for piece in pieces.as_ref().and_then(Value::as_array).into_iter().flatten() {
            let index = piece.get("index").and_then(Value::as_u64).unwrap_or(0);
            add(candidates.entry(index).or_default(), is_piece(piece)?);
        }
    }
    if candidates.is_empty() {
        // The prompt was blocked.
        return response.contains_key("promptFeedback").then(|| response.into());
    }
    response.insert("candidates".to_owned(), candidates.into_values().collect());
    Some(response.into())
}

/// Other lists of candidates are not of this API.
fn is_piece(piece: &Value) -> Option<&Map<String, Value>> {
    let has_parts = piece.get("content").is_some_and(|content| content.get("parts").is_some());
    let has_end = ["finishReason", "finish_reason"].iter().any(|key| piece.get(key).is_some());
    piece.as_object().filter(|_| has_parts || has_end)
}

fn add(candidate: &mut Map<String, Value>, piece: &Map<String, Value>) {
    for (key, new) in piece.iter().filter(|(_, value)| !value.is_null()) {
        let parts = candidate.get_mut(key).and_then(|old| old.get_mut("parts")?.as_array_mut());
        match (parts, new.get("parts").and_then(Value::as_array)) {
            (Some(parts), Some(new)) => add_parts(parts, new),
            // The last chunk may have a content without parts.
            (Some(_), None) => {}
            (None, _) => drop(candidate.insert(key.clone(), new.clone())),
        }
    }
}

fn add_parts(parts: &mut Vec<Value>, new: &[Value]) {
    for part in new {
        add_part(parts, part);
    }
}

fn add_part(parts: &mut Vec<Value>, part: &Value) {
    let is_text = |part: &Value| part.get("text").is_some();
    let goes_on = parts.last().is_some_and(|last| {
        is_text(last) && is_text(part) && last.get("thought") == part.get("thought")
    });
    match (parts.last_mut().and_then(Value::as_object_mut), part.as_object()) {
        (Some(last), Some(part)) if goes_on => merge(last, part),
        _ => parts.push(part.clone()),
    }
}
