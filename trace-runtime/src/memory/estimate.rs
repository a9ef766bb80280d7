//! How much memory a span takes, estimated: never less than its encoded form does.

use opentelemetry::trace::{Event, Link, Status};
use opentelemetry::{Array, KeyValue, Value};
use opentelemetry_sdk::trace::SpanData;
use std::ops::AddAssign;

/// The memory that spans take, estimated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Size {
    /// As they wait.
    pub(crate) waiting: usize,
    /// With all of their texts, as exporters take them.
    pub(crate) whole: usize,
}

impl Size {
    /// Of what is not compressed.
    #[inline]
    pub(crate) fn plain(bytes: usize) -> Self {
        Size { waiting: bytes, whole: bytes }
    }
}

impl AddAssign for Size {
    #[inline]
    fn add_assign(&mut self, other: Size) {
        self.waiting += other.waiting;
        self.whole += other.whole;
    }
}

/// What an allocation costs besides its bytes.
pub(crate) const ALLOCATION: usize = 16;

/// A text, and the hole that allocators leave behind one that was longer while it was written.
#[inline]
pub(crate) fn text_bytes(text: &str) -> usize {
    length_bytes(text.len()) + ALLOCATION
}

/// The same for texts of this length.
#[inline]
pub(crate) fn length_bytes(length: usize) -> usize {
    length + length / 4
}

/// The bytes that a span holds.
pub(crate) fn estimate(span: &SpanData) -> usize {
    let own = size_of_val(span) + span.name.len() + ALLOCATION;
    let more = more_bytes(&span.status, &span.events, &span.links);
    own + attributes(&span.attributes) + more
}

/// What a span holds besides its attributes.
pub(crate) fn more_bytes(status: &Status, events: &[Event], links: &[Link]) -> usize {
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
