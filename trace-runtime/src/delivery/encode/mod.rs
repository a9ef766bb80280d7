//! Encodes spans as an OTLP request in protobuf.
//!
//! This module encodes the attributes of spans itself; `opentelemetry-proto` and `prost` encode
//! everything else. Attributes hold prompts and completions, up to a megabyte each, and the library
//! handles them inefficiently: it copies every key and every string into its messages, and computes
//! the length of each string again for the attribute, the span, the scope, the resource and the
//! request.
//!
//! For spans with two texts of 4 KB and 20 short attributes, this takes 18 % fewer instructions
//! than the library (25,500 instead of 31,200 for each span, with freeing it). The tests compare
//! every request with the one that the library makes.

#[cfg(test)]
mod tests;

#[cfg(all(test, feature = "opentelemetry-otlp"))]
pub(super) use tests::samples;

use opentelemetry::{InstrumentationScope, KeyValue, Value};
use opentelemetry_proto::tonic::common::v1::AnyValue;
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span};
use opentelemetry_proto::transform::common::tonic::ResourceAttributesWithSchema;
use opentelemetry_sdk::trace::SpanData;
use prost::bytes::{BufMut, Bytes};
use prost::{Message, length_delimiter_len};

/// Tags of length-delimited fields: the field number of the `.proto` file, and wire type 2.
mod tag {
    /// `ExportTraceServiceRequest.resource_spans`
    pub(super) const REQUEST_RESOURCE_SPANS: u8 = 1 << 3 | 2;
    /// `ResourceSpans.scope_spans`
    pub(super) const RESOURCE_SCOPE_SPANS: u8 = 2 << 3 | 2;
    /// `ScopeSpans.spans`
    pub(super) const SCOPE_SPANS: u8 = 2 << 3 | 2;
    /// `Span.attributes`
    pub(super) const SPAN_ATTRIBUTES: u8 = 9 << 3 | 2;
    /// `KeyValue.key`
    pub(super) const KEY: u8 = 1 << 3 | 2;
    /// `KeyValue.value`
    pub(super) const VALUE: u8 = 2 << 3 | 2;
    /// `AnyValue.string_value`
    pub(super) const STRING_VALUE: u8 = 1 << 3 | 2;
}

/// The maximum length of a header, in bytes: one for the tag, and ten for a length.
const MAX_HEADER_LEN: usize = 11;

/// Encodes the request that exports these spans. Frees each span as soon as it is written, so that
/// a batch does not need twice its memory.
///
/// ```text
/// request header | resource | scope header | scope | spans .. | scope header | scope | spans ..
/// ```
///
/// The headers of the request and of the first scope contain the length of the bytes that follow
/// them. They are written last, into space that is reserved at the beginning. The spans of further
/// scopes, which are rare, are encoded into a separate buffer first.
pub(super) fn encode(spans: Vec<SpanData>, of: &ResourceAttributesWithSchema) -> Bytes {
    let resource = ResourceSpans {
        resource: Some(Resource { attributes: of.attributes.0.clone(), ..Resource::default() }),
        schema_url: of.schema_url.clone().unwrap_or_default(),
        scope_spans: Vec::new(),
    };
    let resource = resource.encode_to_vec();
    let mut scopes = group_by_scope(spans).into_iter();
    let (first_scope, first_spans) = scopes.next().unwrap_or_default();
    let reserved = resource.len() + first_scope.len() + 3 * MAX_HEADER_LEN;
    let expected = first_spans.iter().map(estimated_len).sum::<usize>();
    let mut bytes = Vec::with_capacity(reserved + expected);
    bytes.resize(reserved, 0);
    for span in first_spans {
        put_span(&mut bytes, span);
    }
    let first_len = first_scope.len() + bytes.len() - reserved;
    for (scope, spans) in scopes {
        let mut scope_spans = scope;
        for span in spans {
            put_span(&mut scope_spans, span);
        }
        put_field(&mut bytes, tag::RESOURCE_SCOPE_SPANS, &scope_spans);
    }
    let mut scope_head = Vec::with_capacity(MAX_HEADER_LEN + first_scope.len());
    put_header(&mut scope_head, tag::RESOURCE_SCOPE_SPANS, first_len);
    scope_head.extend(first_scope);
    let mut head = Vec::with_capacity(reserved);
    let length = resource.len() + scope_head.len() + bytes.len() - reserved;
    put_header(&mut head, tag::REQUEST_RESOURCE_SPANS, length);
    head.extend(resource);
    head.extend(scope_head);
    // The head usually needs less than was reserved: the request begins where it begins.
    let begin = reserved - head.len();
    bytes.splice(begin..reserved, head);
    Bytes::from(bytes).slice(begin..)
}

/// Groups spans by their scope, and encodes each scope as `ScopeSpans` without spans. Scopes are
/// compared one by one instead of hashed, because a program has few.
fn group_by_scope(spans: Vec<SpanData>) -> Vec<(Vec<u8>, Vec<SpanData>)> {
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

/// Estimates the encoded length of a span, to allocate once.
fn estimated_len(span: &SpanData) -> usize {
    256 + span.attributes.iter().map(|it| field_len(attribute_len(it))).sum::<usize>()
}

/// Writes a span: first the fields that the library encodes, then its attributes. Protobuf allows
/// the fields of a message in any order.
fn put_span(into: &mut Vec<u8>, mut data: SpanData) {
    let attributes = std::mem::take(&mut data.attributes);
    // If the clock was set back in between, the span has no duration: backends reject spans that
    // end before they start.
    data.end_time = data.end_time.max(data.start_time);
    let rest = Span::from(data);
    let length = attributes.iter().map(|it| field_len(attribute_len(it))).sum::<usize>();
    put_header(into, tag::SCOPE_SPANS, rest.encoded_len() + length);
    put_message(into, &rest);
    for attribute in &attributes {
        put_attribute(into, attribute);
    }
}

/// Writes an attribute. Strings are copied from the span; other values are short, and converted to
/// the library's message.
fn put_attribute(into: &mut Vec<u8>, attribute: &KeyValue) {
    put_header(into, tag::SPAN_ATTRIBUTES, attribute_len(attribute));
    put_field(into, tag::KEY, attribute.key.as_str().as_bytes());
    put_header(into, tag::VALUE, value_len(&attribute.value));
    match &attribute.value {
        Value::String(text) => put_field(into, tag::STRING_VALUE, text.as_str().as_bytes()),
        other => put_message(into, &AnyValue::from(other.clone())),
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

/// Returns the length of a field with its header, for a value of `length` bytes.
fn field_len(length: usize) -> usize {
    1 + length_delimiter_len(length) + length
}

fn put_field(into: &mut Vec<u8>, tag: u8, value: &[u8]) {
    put_header(into, tag, value.len());
    into.put_slice(value);
}

/// Writes the tag and the length of a field.
fn put_header(into: &mut Vec<u8>, tag: u8, length: usize) {
    into.put_u8(tag);
    // `prost` returns an error only if the buffer is full, and a `Vec` grows.
    let _ = prost::encode_length_delimiter(length, into);
}

fn put_message(into: &mut Vec<u8>, message: &impl Message) {
    // A `Vec` grows, as above.
    let _ = message.encode(into);
}
