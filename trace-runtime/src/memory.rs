//! Estimates of the memory that spans take, by which the queue is bounded.
//!
//! An estimate is never below the length of the encoded span, so a queue that is full of encoded
//! batches is within its bound too.

use opentelemetry::trace::{Event, Link, Status};
use opentelemetry::{Array, KeyValue, Value};
use opentelemetry_sdk::trace::SpanData;

/// The overhead of an allocation, in bytes.
const ALLOCATION: usize = 16;

/// Estimates the size of a string on the heap. A quarter is added because a string that grew while
/// it was written keeps spare capacity, and an allocator rounds up.
#[inline]
pub(crate) fn text_bytes(text: &str) -> usize {
    text.len() + text.len() / 4 + ALLOCATION
}

/// Estimates the memory of a span in the SDK's form, in bytes.
pub(crate) fn estimate(span: &SpanData) -> usize {
    let own = size_of_val(span) + span.name.len() + ALLOCATION;
    let more = extras_bytes(&span.status, &span.events, &span.links);
    own + attributes(&span.attributes) + more
}

/// Estimates the memory of the parts that few spans have, in bytes: status, events and links.
pub(crate) fn extras_bytes(status: &Status, events: &[Event], links: &[Link]) -> usize {
    let events = events
        .iter()
        .map(|event| size_of_val(event) + event.name.len() + attributes(&event.attributes));
    let links = links.iter().map(|link| size_of_val(link) + attributes(&link.attributes));
    let status = match status {
        Status::Error { description } => description.len(),
        _ => 0,
    };
    status + events.sum::<usize>() + links.sum::<usize>()
}

fn attributes(attributes: &[KeyValue]) -> usize {
    attributes.iter().map(attribute_bytes).sum()
}

/// Estimates the memory of one attribute, key included.
pub(crate) fn attribute_bytes(attribute: &KeyValue) -> usize {
    size_of_val(attribute) + attribute.key.as_str().len() + value(&attribute.value)
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
