//! Spans as the bytes of an OTLP request. Attributes are written as they are: a message of the library
//! holds a copy of every key, and measures each text once for every message around it. All else is
//! left to the library.

mod message;
#[cfg(test)]
mod tests;

use opentelemetry::{InstrumentationScope, KeyValue, Value};
use opentelemetry_proto::tonic::common::v1::AnyValue;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans};
use opentelemetry_proto::transform::common::tonic::ResourceAttributesWithSchema;
use opentelemetry_sdk::trace::SpanData;
use prost::bytes::{BufMut, Bytes};
use prost::{Message, length_delimiter_len};

/// The tags of fields that have a length: their numbers, and 2 for the type.
mod tag {
    pub(super) const REQUEST_RESOURCE_SPANS: u8 = 1 << 3 | 2;
    pub(super) const RESOURCE_SCOPE_SPANS: u8 = 2 << 3 | 2;
    pub(super) const SCOPE_SPANS: u8 = 2 << 3 | 2;
    pub(super) const SPAN_ATTRIBUTES: u8 = 9 << 3 | 2;
    pub(super) const KEY: u8 = 1 << 3 | 2;
    pub(super) const VALUE: u8 = 2 << 3 | 2;
    pub(super) const TEXT: u8 = 1 << 3 | 2;
}

/// What a tag and the longest length take.
const LONGEST_HEAD: usize = 11;

/// The request that exports these spans. Each is gone as soon as it is written.
pub(super) fn encode(spans: Vec<SpanData>, of: &ResourceAttributesWithSchema) -> Bytes {
    let resource =
        ResourceSpans { resource: Some(message::resource(of)), ..ResourceSpans::default() };
    let schema_url = of.schema_url.clone().unwrap_or_default();
    let resource = ResourceSpans { schema_url, ..resource }.encode_to_vec();
    let mut scopes = by_scope(spans).into_iter();
    let (first, first_spans) = scopes.next().unwrap_or_default();
    // What comes before the spans can only be written behind them, since it says their length.
    let room = resource.len() + first.len() + 3 * LONGEST_HEAD;
    let mut bytes = Vec::with_capacity(room + first_spans.iter().map(expected_len).sum::<usize>());
    bytes.resize(room, 0);
    for span in first_spans {
        put_span(&mut bytes, span);
    }
    let first_len = first.len() + bytes.len() - room;
    for (scope, spans) in scopes {
        let mut others = scope;
        for span in spans {
            put_span(&mut others, span);
        }
        put_field(&mut bytes, tag::RESOURCE_SCOPE_SPANS, &others);
    }
    let mut scope_head = Vec::with_capacity(LONGEST_HEAD + first.len());
    put_head(&mut scope_head, tag::RESOURCE_SCOPE_SPANS, first_len);
    scope_head.extend(first);
    let mut head = Vec::with_capacity(room);
    let length = resource.len() + scope_head.len() + bytes.len() - room;
    put_head(&mut head, tag::REQUEST_RESOURCE_SPANS, length);
    head.extend(resource);
    head.extend(scope_head);
    let begin = room - head.len();
    bytes.splice(begin..room, head);
    Bytes::from(bytes).slice(begin..)
}

/// Spans by their scope, which is encoded; scopes are compared, not hashed, since there are few.
fn by_scope(spans: Vec<SpanData>) -> Vec<(Vec<u8>, Vec<SpanData>)> {
    let mut scopes: Vec<(InstrumentationScope, Vec<SpanData>)> = Vec::new();
    for span in spans {
        match scopes.iter_mut().find(|(scope, _)| *scope == span.instrumentation_scope) {
            Some((_, spans)) => spans.push(span),
            None => scopes.push((span.instrumentation_scope.clone(), vec![span])),
        }
    }
    let encoded = |scope: InstrumentationScope| ScopeSpans {
        schema_url: scope.schema_url().map(ToOwned::to_owned).unwrap_or_default(),
        scope: Some((&scope, None).into()),
        spans: Vec::new(),
    };
    scopes.into_iter().map(|(scope, spans)| (encoded(scope).encode_to_vec(), spans)).collect()
}

/// About what a span needs, to reserve room.
fn expected_len(span: &SpanData) -> usize {
    256 + span.attributes.iter().map(|it| field_len(attribute_len(it))).sum::<usize>()
}

fn put_span(into: &mut Vec<u8>, mut data: SpanData) {
    let attributes = std::mem::take(&mut data.attributes);
    let rest = message::span(data);
    let length = attributes.iter().map(|it| field_len(attribute_len(it))).sum::<usize>();
    put_head(into, tag::SCOPE_SPANS, rest.encoded_len() + length);
    put(into, &rest);
    for attribute in &attributes {
        put_attribute(into, attribute);
    }
}

fn put_attribute(into: &mut Vec<u8>, attribute: &KeyValue) {
    put_head(into, tag::SPAN_ATTRIBUTES, attribute_len(attribute));
    put_field(into, tag::KEY, attribute.key.as_str().as_bytes());
    put_head(into, tag::VALUE, value_len(&attribute.value));
    match &attribute.value {
        Value::String(text) => put_field(into, tag::TEXT, text.as_str().as_bytes()),
        other => put(into, &AnyValue::from(other.clone())),
    }
}

fn attribute_len(attribute: &KeyValue) -> usize {
    field_len(attribute.key.as_str().len()) + field_len(value_len(&attribute.value))
}

fn value_len(value: &Value) -> usize {
    match value {
        Value::String(text) => field_len(text.as_str().len()),
        other => AnyValue::from(other.clone()).encoded_len(),
    }
}

/// What a field takes whose value has this length.
fn field_len(length: usize) -> usize {
    1 + length_delimiter_len(length) + length
}

fn put_field(into: &mut Vec<u8>, tag: u8, value: &[u8]) {
    put_head(into, tag, value.len());
    into.put_slice(value);
}

fn put_head(into: &mut Vec<u8>, tag: u8, length: usize) {
    into.put_u8(tag);
    // Fails only for lack of room, and a vector grows.
    let _ = prost::encode_length_delimiter(length, into);
}

fn put(into: &mut Vec<u8>, message: &impl Message) {
    // As above.
    let _ = message.encode(into);
}
