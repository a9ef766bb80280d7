//! The chunks of Gemini's `streamGenerateContent` as one response.

use super::super::merge::merge;
use serde_json::{Map, Value};

/// The parts of all chunks, where text that goes on is one part.
pub(super) fn joined(chunks: &[Value]) -> Option<Value> {
    let mut response = Map::new();
    let mut candidates: Vec<Value> = Vec::new();
    for chunk in chunks {
        let mut chunk = chunk.as_object()?.clone();
        let pieces = chunk.remove("candidates");
        if pieces.is_none() && !chunk.contains_key("usageMetadata") {
            return None;
        }
        response.extend(chunk.into_iter().filter(|(_, value)| !value.is_null()));
        for piece in pieces.as_ref().and_then(Value::as_array).into_iter().flatten() {
            add(&mut candidates, piece)?;
        }
    }
    if candidates.is_empty() {
        return None;
    }
    response.insert("candidates".to_owned(), candidates.into());
    Some(response.into())
}

fn add(candidates: &mut Vec<Value>, piece: &Value) -> Option<()> {
    let index = |candidate: &Value| candidate.get("index").and_then(Value::as_u64).unwrap_or(0);
    let Some(old) = candidates.iter_mut().find(|old| index(old) == index(piece)) else {
        candidates.push(piece.clone());
        return Some(());
    };
    for (key, new) in piece.as_object()?.iter().filter(|(_, value)| !value.is_null()) {
        let parts = old.get_mut(key).and_then(|old| old.get_mut("parts")?.as_array_mut());
        match (parts, new.get("parts").and_then(Value::as_array)) {
            (Some(parts), Some(new)) => add_parts(parts, new),
            // The last chunk may have a content without parts.
            (Some(_), None) => {}
            (None, _) => drop(old.as_object_mut()?.insert(key.clone(), new.clone())),
        }
    }
    Some(())
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
