//! Encodes spans as an OTLP request in protobuf.
//!
//! This module encodes spans itself; `opentelemetry-proto` and `prost` encode the resource, scopes,
//! events, links and arrays. Attributes hold prompts and completions, up to a megabyte each, and the
//! library handles them inefficiently: it copies every id, key and string into its messages, and
//! computes the length of each string again for the attribute, the span, the scope, the resource and
//! the request. The tests compare every request with the one that the library makes.

mod field;
mod span;
#[cfg(test)]
mod tests;

#[cfg(all(test, feature = "opentelemetry-otlp"))]
pub(super) use tests::samples;

use field::{LENGTH_DELIMITED, put_bytes, put_header, tag};
use opentelemetry::InstrumentationScope;
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans};
use opentelemetry_proto::transform::common::tonic::ResourceAttributesWithSchema;
use opentelemetry_sdk::trace::SpanData;
use prost::Message;
use prost::bytes::Bytes;
use span::{estimated_len, put_span};

/// The tag of `ExportTraceServiceRequest.resource_spans`.
const REQUEST_RESOURCE_SPANS: u8 = tag(1, LENGTH_DELIMITED);
/// The tag of `ResourceSpans.scope_spans`.
const RESOURCE_SCOPE_SPANS: u8 = tag(2, LENGTH_DELIMITED);

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
        put_bytes(&mut bytes, RESOURCE_SCOPE_SPANS, &scope_spans);
    }
    let mut scope_head = Vec::with_capacity(MAX_HEADER_LEN + first_scope.len());
    put_header(&mut scope_head, RESOURCE_SCOPE_SPANS, first_len);
    scope_head.extend(first_scope);
    let mut head = Vec::with_capacity(reserved);
    let length = resource.len() + scope_head.len() + bytes.len() - reserved;
    put_header(&mut head, REQUEST_RESOURCE_SPANS, length);
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
