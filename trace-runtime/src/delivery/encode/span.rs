//! Encodes a span.

use super::field::{
    FIXED_32, FIXED_64, LENGTH_DELIMITED, VARINT, field_len, put_bytes, put_fixed_64, put_header,
    put_message, put_number, put_varint, tag, varint_len,
};
use opentelemetry::trace::{SpanId, SpanKind, Status};
use opentelemetry::{KeyValue, Value};
use opentelemetry_proto::tonic::common::v1::AnyValue;
use opentelemetry_proto::tonic::trace::v1::Span;
use opentelemetry_sdk::trace::SpanData;
use prost::Message;
use std::time::{SystemTime, UNIX_EPOCH};

/// The tag of `ScopeSpans.spans`.
const SPANS: u8 = tag(2, LENGTH_DELIMITED);
/// The tag of `Span.flags`, whose number needs a second byte.
const FLAGS: [u8; 2] = [(16 << 3 | FIXED_32) & 0x7F | 0x80, 1];
/// The flag which states that the next one is set, and that one.
const HAS_IS_REMOTE: u32 = 0x100;
const IS_REMOTE: u32 = 0x200;

// The fields of `AnyValue`.
const STRING_VALUE: u8 = tag(1, LENGTH_DELIMITED);
const BOOL_VALUE: u8 = tag(2, VARINT);
const INT_VALUE: u8 = tag(3, VARINT);
const DOUBLE_VALUE: u8 = tag(4, FIXED_64);

/// Writes a span as a field of its scope.
pub(super) fn put_span(into: &mut Vec<u8>, span: SpanData) {
    put_message(into, SPANS, |into| put_fields(into, span));
}

fn put_fields(into: &mut Vec<u8>, span: SpanData) {
    let context = &span.span_context;
    put_bytes(into, tag(1, LENGTH_DELIMITED), &context.trace_id().to_bytes());
    put_bytes(into, tag(2, LENGTH_DELIMITED), &context.span_id().to_bytes());
    put_text(into, tag(3, LENGTH_DELIMITED), &context.trace_state().header());
    if span.parent_span_id != SpanId::INVALID {
        put_bytes(into, tag(4, LENGTH_DELIMITED), &span.parent_span_id.to_bytes());
    }
    let is_remote = if span.parent_span_is_remote { IS_REMOTE } else { 0 };
    let flags = u32::from(context.trace_flags().to_u8()) | HAS_IS_REMOTE | is_remote;
    into.extend_from_slice(&FLAGS);
    into.extend_from_slice(&flags.to_le_bytes());
    put_text(into, tag(5, LENGTH_DELIMITED), &span.name);
    put_number(into, tag(6, VARINT), kind_number(&span.span_kind));
    put_fixed_64(into, tag(7, FIXED_64), nanoseconds(span.start_time));
    // If the clock was set back in between, the span has no duration: backends reject spans that
    // end before they start.
    put_fixed_64(into, tag(8, FIXED_64), nanoseconds(span.end_time.max(span.start_time)));
    for attribute in &span.attributes {
        put_attribute(into, attribute);
    }
    put_number(into, tag(10, VARINT), span.dropped_attributes_count.into());
    put_status(into, &span.status);
    let (events, links) = (&span.events, &span.links);
    let has_events = !events.events.is_empty() || events.dropped_count > 0;
    if has_events || !links.links.is_empty() || links.dropped_count > 0 {
        put_events_and_links(into, span);
    }
}

/// Writes events and links as the library encodes them. Few spans have any.
fn put_events_and_links(into: &mut Vec<u8>, span: SpanData) {
    let Span { events, dropped_events_count, links, dropped_links_count, .. } = Span::from(span);
    let rest = Span { events, dropped_events_count, links, dropped_links_count, ..Span::default() };
    // `prost` returns an error only if the buffer is full, and a `Vec` grows.
    let _ = rest.encode(into);
}

fn put_status(into: &mut Vec<u8>, status: &Status) {
    let (description, code) = match status {
        Status::Unset => ("", 0),
        Status::Ok => ("", 1),
        Status::Error { description } => (&**description, 2),
    };
    put_message(into, tag(15, LENGTH_DELIMITED), |into| {
        put_text(into, tag(2, LENGTH_DELIMITED), description);
        put_number(into, tag(3, VARINT), code);
    });
}

/// Writes a text, unless it is empty, which protobuf leaves out.
fn put_text(into: &mut Vec<u8>, tag: u8, text: &str) {
    if !text.is_empty() {
        put_bytes(into, tag, text.as_bytes());
    }
}

/// Returns OTLP's number of a kind; 0 is left to spans without one.
fn kind_number(kind: &SpanKind) -> u64 {
    match kind {
        SpanKind::Internal => 1,
        SpanKind::Server => 2,
        SpanKind::Client => 3,
        SpanKind::Producer => 4,
        SpanKind::Consumer => 5,
    }
}

fn nanoseconds(time: SystemTime) -> u64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
}

/// Estimates the encoded length of a span, to allocate once.
pub(super) fn estimated_len(span: &SpanData) -> usize {
    let lengths = span.attributes.iter().map(|attribute| match &attribute.value {
        Value::String(text) => attribute.key.as_str().len() + text.as_str().len() + 12,
        other => attribute_len(attribute.key.as_str(), value_len(other)) + 4,
    });
    256 + lengths.sum::<usize>()
}

/// Writes an attribute. Arrays are converted to the library's message; other values are copied from
/// the span.
fn put_attribute(into: &mut Vec<u8>, KeyValue { key, value, .. }: &KeyValue) {
    let (key, length) = (key.as_str(), value_len(value));
    put_headers(into, key, length);
    match value {
        Value::String(text) => put_bytes(into, STRING_VALUE, text.as_str().as_bytes()),
        Value::Bool(value) => into.extend_from_slice(&[BOOL_VALUE, u8::from(*value)]),
        Value::I64(value) => {
            into.push(INT_VALUE);
            put_varint(into, value.cast_unsigned());
        }
        Value::F64(value) => {
            into.push(DOUBLE_VALUE);
            into.extend_from_slice(&value.to_le_bytes());
        }
        // As for events and links.
        other => drop(AnyValue::from(other.clone()).encode(into)),
    }
}

/// Writes everything of an attribute before its value. Most attributes are short: each of their
/// lengths is one byte, and the headers are written at once.
fn put_headers(into: &mut Vec<u8>, key: &str, value_len: usize) {
    const ATTRIBUTE: u8 = tag(9, LENGTH_DELIMITED);
    const KEY: u8 = tag(1, LENGTH_DELIMITED);
    const VALUE: u8 = tag(2, LENGTH_DELIMITED);
    let length = attribute_len(key, value_len);
    let short = |length: usize| u8::try_from(length).ok().filter(|length| *length < 0x80);
    if let (Some(length), Ok(key_len), Ok(value_len)) =
        (short(length), u8::try_from(key.len()), u8::try_from(value_len))
    {
        into.extend_from_slice(&[ATTRIBUTE, length, KEY, key_len]);
        into.extend_from_slice(key.as_bytes());
        into.extend_from_slice(&[VALUE, value_len]);
    } else {
        put_header(into, ATTRIBUTE, length);
        put_bytes(into, KEY, key.as_bytes());
        put_header(into, VALUE, value_len);
    }
}

fn attribute_len(key: &str, value_len: usize) -> usize {
    field_len(key.len()) + field_len(value_len)
}

/// Returns the length of a value as `AnyValue`.
fn value_len(value: &Value) -> usize {
    match value {
        Value::String(text) => field_len(text.as_str().len()),
        Value::Bool(_) => 2,
        Value::I64(value) => 1 + usize::try_from(value.cast_unsigned()).map_or(10, varint_len),
        Value::F64(_) => 9,
        other => AnyValue::from(other.clone()).encoded_len(),
    }
}
