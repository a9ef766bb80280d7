//! Adds to a span what its input and its output say.

use super::{chat, embedding, gen_ai, rerank};
use crate::OpenInferenceSpanKind as Kind;
use crate::outcome::panic::contained;
use crate::semconv;
use crate::span::add_missing;
use opentelemetry::KeyValue;
use opentelemetry_sdk::trace::SpanData;
use serde_json::Value;

/// Adds what is missing to a span of the kind LLM, EMBEDDING or RERANKER, and puts the chunks of a
/// stream together. A span that speaks GenAI instead is translated. What was set stays.
pub(crate) fn enrich(span: &mut SpanData) {
    if contained(|| gen_ai::translate(span)).unwrap_or(false) {
        return;
    }
    let attributes = &mut span.attributes;
    let read = match text(attributes, semconv::SPAN_KIND) {
        Some(kind) if kind == Kind::Llm.as_str() => {
            join_chunks(attributes);
            chat::attributes
        }
        Some(kind) if kind == Kind::Embedding.as_str() => embedding::attributes,
        Some(kind) if kind == Kind::Reranker.as_str() => rerank::attributes,
        _ => return,
    };
    let input = json(attributes, semconv::INPUT_VALUE);
    let output = json(attributes, semconv::OUTPUT_VALUE);
    // Whatever the values are, the span leaves.
    if let Ok(added) = contained(|| read(input.as_ref(), output.as_ref())) {
        add_missing(attributes, added);
    }
}

/// The response in place of its chunks, as OpenInference's own instrumentations record it.
fn join_chunks(attributes: &mut [KeyValue]) {
    let output = json(attributes, semconv::OUTPUT_VALUE);
    if let Ok(Some(response)) = contained(|| chat::joined(&output?)) {
        for attribute in attributes {
            if attribute.key.as_str() == semconv::OUTPUT_VALUE {
                attribute.value = response.to_string().into();
            }
        }
    }
}

/// The value of a key; the last one counts, as everywhere.
fn text<'a>(attributes: &'a [KeyValue], key: &str) -> Option<&'a str> {
    let attribute = attributes.iter().rfind(|attribute| attribute.key.as_str() == key)?;
    match &attribute.value {
        opentelemetry::Value::String(text) => Some(text.as_str()),
        _ => None,
    }
}

/// A value that is a JSON object or list. One that was cut is neither.
fn json(attributes: &[KeyValue], key: &str) -> Option<Value> {
    let text = text(attributes, key)?;
    if text.trim_start().starts_with(['{', '[']) { serde_json::from_str(text).ok() } else { None }
}
