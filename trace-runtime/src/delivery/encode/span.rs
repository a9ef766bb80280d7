//! Encodes a span.

use super::call_sites::EncodedSite;
use super::field::{
    FIXED_32, FIXED_64, LENGTH_DELIMITED, VARINT, field_len, put_bytes, put_fixed_64, put_header,
    put_message, put_number, put_varint, tag, varint_len,
};
use crate::capture::StoredValue;
use crate::openinference::keys;
use crate::span::{PlainSpan, SpanRecord};
use opentelemetry::trace::{SpanContext, SpanId, SpanKind, Status};
use opentelemetry::{KeyValue, Value};
use opentelemetry_proto::tonic::common::v1::AnyValue;
use opentelemetry_proto::tonic::trace::v1::Span;
use opentelemetry_sdk::trace::SpanData;
use prost::Message;
use std::mem;
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

/// Writes a span as a field of its scope, and frees its attributes, events and links.
pub(super) fn put_data(into: &mut Vec<u8>, span: &mut SpanData) {
    put_message(into, SPANS, estimated_len(span), |into| put_fields(into, span));
    span.attributes = Vec::new();
}

/// Writes a span from its record as a field of its scope. The bytes are those that the span would
/// have as `SpanData`.
pub(super) fn put_plain(into: &mut Vec<u8>, span: &PlainSpan<'_>, site: &EncodedSite) {
    let texts = span.texts().map(|(_, text)| text.len()).sum::<usize>();
    put_message(into, SPANS, PLAIN_LEN + texts, |into| {
        put_ids(into, span.span_context, span.parent_span_id, span.parent_is_remote);
        into.extend_from_slice(&site.name_and_kind);
        put_times(into, span.start_time, span.end_time);
        into.extend_from_slice(&site.kind_attribute);
        span.inherited.iter().for_each(|attribute| put_attribute(into, attribute));
        into.extend_from_slice(&site.attributes);
        put_value(into, span.input, keys::INPUT_VALUE, keys::INPUT_MIME_TYPE);
        span.attributes.iter().for_each(|attribute| put_attribute(into, attribute));
        put_value(into, span.output, keys::OUTPUT_VALUE, keys::OUTPUT_MIME_TYPE);
        put_status(into, span.status);
    });
}

fn put_fields(into: &mut Vec<u8>, span: &mut SpanData) {
    put_ids(into, &span.span_context, span.parent_span_id, span.parent_span_is_remote);
    put_name_and_kind(into, span);
    put_times(into, span.start_time, span.end_time);
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
fn put_events_and_links(into: &mut Vec<u8>, span: &mut SpanData) {
    let (events, links) = (mem::take(&mut span.events), mem::take(&mut span.links));
    span.attributes = Vec::new();
    let span = Span::from(SpanData { events, links, ..span.clone() });
    let Span { events, dropped_events_count, links, dropped_links_count, .. } = span;
    let rest = Span { events, dropped_events_count, links, dropped_links_count, ..Span::default() };
    // `prost` returns an error only if the buffer is full, and a `Vec` grows.
    let _ = rest.encode(into);
}

fn put_ids(into: &mut Vec<u8>, context: &SpanContext, parent: SpanId, parent_is_remote: bool) {
    put_bytes(into, tag(1, LENGTH_DELIMITED), &context.trace_id().to_bytes());
    put_bytes(into, tag(2, LENGTH_DELIMITED), &context.span_id().to_bytes());
    put_text(into, tag(3, LENGTH_DELIMITED), &context.trace_state().header());
    if parent != SpanId::INVALID {
        put_bytes(into, tag(4, LENGTH_DELIMITED), &parent.to_bytes());
    }
    let is_remote = if parent_is_remote { IS_REMOTE } else { 0 };
    let flags = u32::from(context.trace_flags().to_u8()) | HAS_IS_REMOTE | is_remote;
    into.extend_from_slice(&FLAGS);
    into.extend_from_slice(&flags.to_le_bytes());
}

pub(super) fn put_name_and_kind(into: &mut Vec<u8>, span: &SpanData) {
    put_text(into, tag(5, LENGTH_DELIMITED), &span.name);
    put_number(into, tag(6, VARINT), kind_number(&span.span_kind));
}

fn put_times(into: &mut Vec<u8>, start: SystemTime, end: SystemTime) {
    put_fixed_64(into, tag(7, FIXED_64), nanoseconds(start));
    // If the clock was set back in between, the span has no duration: backends reject spans that
    // end before they start.
    put_fixed_64(into, tag(8, FIXED_64), nanoseconds(end.max(start)));
}

/// Writes the attributes of an input or an output.
fn put_value(into: &mut Vec<u8>, value: Option<(&str, &str)>, key: &str, mime_type_key: &str) {
    if let Some((text, mime_type)) = value {
        put_text_attribute(into, key, text);
        put_text_attribute(into, mime_type_key, mime_type);
    }
}

fn put_text_attribute(into: &mut Vec<u8>, key: &str, text: &str) {
    put_headers(into, key, field_len(text.len()));
    put_bytes(into, STRING_VALUE, text.as_bytes());
}

fn put_status(into: &mut Vec<u8>, status: &Status) {
    const STATUS: u8 = tag(15, LENGTH_DELIMITED);
    const CODE: u8 = tag(3, VARINT);
    match status {
        Status::Unset => into.extend_from_slice(&[STATUS, 0]),
        Status::Ok => into.extend_from_slice(&[STATUS, 2, CODE, 1]),
        Status::Error { description } => put_message(into, STATUS, description.len(), |into| {
            put_text(into, tag(2, LENGTH_DELIMITED), description);
            into.extend_from_slice(&[CODE, 2]);
        }),
    }
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
pub(in crate::delivery) fn estimated_len(span: &SpanData) -> usize {
    256 + estimated_attributes_len(&span.attributes)
}

/// The encoded length of a plain span besides texts and attributes of the program, with some more
/// for the names of the function.
const PLAIN_LEN: usize = 400;

/// Estimates the encoded length of a plain span.
pub(in crate::delivery) fn estimated_plain_len(record: &SpanRecord) -> usize {
    let content = &record.content;
    let texts = [&content.input, &content.output].into_iter().filter_map(StoredValue::text);
    let inherited = content.inherited.as_deref().unwrap_or_default();
    PLAIN_LEN
        + record.call.bytes()
        + texts.map(|(text, _)| text.len()).sum::<usize>()
        + estimated_attributes_len(inherited)
        + estimated_attributes_len(&content.attributes)
}

fn estimated_attributes_len(attributes: &[KeyValue]) -> usize {
    let lengths = attributes.iter().map(|attribute| match &attribute.value {
        Value::String(text) => attribute.key.as_str().len() + text.as_str().len() + 12,
        other => attribute_len(attribute.key.as_str(), value_len(other)) + 4,
    });
    lengths.sum()
}

/// Writes an attribute. Arrays are converted to the library's message; other values are copied from
/// the span.
pub(super) fn put_attribute(into: &mut Vec<u8>, KeyValue { key, value, .. }: &KeyValue) {
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
