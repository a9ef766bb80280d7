//! How much memory a span takes, estimated: never less than its encoded form does.

use opentelemetry::trace::Status;
use opentelemetry::{Array, KeyValue, Value};
use opentelemetry_sdk::trace::SpanData;

/// What an allocation costs besides its bytes.
const ALLOCATION: usize = 16;

/// A text, and the hole that allocators leave behind one that was longer while it was written.
fn text_bytes(text: &str) -> usize {
    text.len() + text.len() / 4 + ALLOCATION
}

/// The bytes that a span holds.
pub(crate) fn estimate(span: &SpanData) -> usize {
    let events: usize = span
        .events
        .iter()
        .map(|event| size_of_val(event) + event.name.len() + attributes(&event.attributes))
        .sum();
    let links: usize =
        span.links.iter().map(|link| size_of_val(link) + attributes(&link.attributes)).sum();
    let status = match &span.status {
        Status::Error { description } => description.len(),
        _ => 0,
    };
    let own = size_of_val(span) + span.name.len() + status + ALLOCATION;
    own + attributes(&span.attributes) + events + links
}

fn attributes(attributes: &[KeyValue]) -> usize {
    attributes
        .iter()
        .map(|attribute| {
            size_of_val(attribute) + attribute.key.as_str().len() + value(&attribute.value)
        })
        .sum()
}

fn value(value: &Value) -> usize {
    match value {
        Value::String(text) => text_bytes(text.as_str()),
        Value::Array(Array::String(texts)) => {
            texts.iter().map(|text| size_of_val(text) + text_bytes(text.as_str())).sum()
        }
        Value::Array(Array::Bool(values)) => values.len() * ALLOCATION,
        Value::Array(Array::I64(values)) => values.len() * ALLOCATION,
        Value::Array(Array::F64(values)) => values.len() * ALLOCATION,
        _ => 0,
    }
}
