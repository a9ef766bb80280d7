//! An OTLP request, to which spans are added one by one.

use super::call_sites::EncodedSite;
use super::field::{LENGTH_DELIMITED, put_bytes, put_header, tag};
use super::span::{put_data, put_plain};
use crate::span::PlainSpan;
use opentelemetry::InstrumentationScope;
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans};
use opentelemetry_proto::transform::common::tonic::ResourceAttributesWithSchema;
use opentelemetry_sdk::trace::SpanData;
use prost::Message;
use prost::bytes::Bytes;

/// The tag of `ExportTraceServiceRequest.resource_spans`.
const REQUEST_RESOURCE_SPANS: u8 = tag(1, LENGTH_DELIMITED);
/// The tag of `ResourceSpans.scope_spans`.
const RESOURCE_SCOPE_SPANS: u8 = tag(2, LENGTH_DELIMITED);

/// The maximum length of a header, in bytes: one for the tag, and ten for a length.
const MAX_HEADER_LEN: usize = 11;

/// A request to which spans are added.
///
/// ```text
/// request header | resource | scope header | scope | spans .. | scope header | scope | spans ..
/// ```
///
/// The headers of the request and of the first scope contain the length of the bytes that follow
/// them. They are written last, into space that is reserved at the beginning. The spans of further
/// scopes, which are rare, are encoded into separate buffers first.
#[derive(Debug)]
pub(in crate::delivery) struct Request {
    resource: Vec<u8>,
    /// The bytes of the first scope, without spans.
    first_scope: Vec<u8>,
    /// Each scope with a buffer. The first one begins with the reserved space, every other one with
    /// the bytes of the scope.
    scopes: Vec<(InstrumentationScope, Vec<u8>)>,
    /// Empty memory for the whole request.
    memory: Vec<u8>,
    /// The expected length of all spans, to allocate once.
    expected: usize,
}

impl Request {
    /// Begins a request in empty memory.
    pub(in crate::delivery) fn new(
        of: &ResourceAttributesWithSchema,
        memory: Vec<u8>,
        expected: usize,
    ) -> Self {
        let resource = ResourceSpans {
            resource: Some(Resource { attributes: of.attributes.0.clone(), ..Resource::default() }),
            schema_url: of.schema_url.clone().unwrap_or_default(),
            scope_spans: Vec::new(),
        };
        let resource = resource.encode_to_vec();
        Request { resource, first_scope: Vec::new(), scopes: Vec::new(), memory, expected }
    }

    /// Adds a span, and takes the content out of it.
    pub(in crate::delivery) fn put_data(&mut self, span: &mut SpanData) {
        put_data(self.spans_of(&span.instrumentation_scope), span);
    }

    /// Adds a span from its record.
    pub(in crate::delivery) fn put_plain(&mut self, span: &PlainSpan<'_>, site: &EncodedSite) {
        put_plain(self.spans_of(&site.scope), span, site);
    }

    /// Returns the buffer for the spans of a scope. Scopes are compared one by one instead of
    /// hashed, because a program has few.
    fn spans_of(&mut self, scope: &InstrumentationScope) -> &mut Vec<u8> {
        let known = self.scopes.iter().position(|(known, _)| known == scope);
        let index = known.unwrap_or_else(|| self.add_scope(scope));
        &mut self.scopes[index].1
    }

    fn add_scope(&mut self, scope: &InstrumentationScope) -> usize {
        let message = ScopeSpans {
            schema_url: scope.schema_url().map(ToOwned::to_owned).unwrap_or_default(),
            scope: Some((scope, None).into()),
            spans: Vec::new(),
        };
        let mut bytes = message.encode_to_vec();
        if self.scopes.is_empty() {
            self.first_scope = bytes;
            bytes = std::mem::take(&mut self.memory);
            bytes.reserve(self.reserved() + self.expected);
            bytes.resize(self.reserved(), 0);
        }
        self.scopes.push((scope.clone(), bytes));
        self.scopes.len() - 1
    }

    /// Returns the length of the space for everything before the first span.
    fn reserved(&self) -> usize {
        self.resource.len() + self.first_scope.len() + 3 * MAX_HEADER_LEN
    }

    /// Returns the bytes of the request.
    pub(in crate::delivery) fn finish(mut self) -> Bytes {
        let reserved = self.reserved();
        let mut scopes = std::mem::take(&mut self.scopes).into_iter().map(|(_, bytes)| bytes);
        let mut bytes = scopes.next().unwrap_or_else(|| vec![0; reserved]);
        let first_len = self.first_scope.len() + bytes.len() - reserved;
        for scope_spans in scopes {
            put_bytes(&mut bytes, RESOURCE_SCOPE_SPANS, &scope_spans);
        }
        let mut scope_head = Vec::with_capacity(MAX_HEADER_LEN + self.first_scope.len());
        put_header(&mut scope_head, RESOURCE_SCOPE_SPANS, first_len);
        scope_head.extend(self.first_scope);
        let mut head = Vec::with_capacity(reserved);
        let length = self.resource.len() + scope_head.len() + bytes.len() - reserved;
        put_header(&mut head, REQUEST_RESOURCE_SPANS, length);
        head.extend(self.resource);
        head.extend(scope_head);
        // The head usually needs less than was reserved: the request begins where it begins.
        let begin = reserved - head.len();
        bytes.splice(begin..reserved, head);
        Bytes::from(bytes).slice(begin..)
    }
}

/// Encodes the request that exports these spans.
#[cfg(any(test, feature = "testing"))]
pub(in crate::delivery) fn encode(
    mut spans: Vec<SpanData>,
    of: &ResourceAttributesWithSchema,
) -> Bytes {
    let expected = spans.iter().map(super::estimated_len).sum();
    let mut request = Request::new(of, Vec::new(), expected);
    for span in &mut spans {
        request.put_data(span);
    }
    request.finish()
}
