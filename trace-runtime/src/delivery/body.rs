//! An encoded batch. It is encoded and compressed once, and each attempt sends the same bytes.

use flate2::{Compression, read::GzDecoder, write::GzEncoder};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use prost::Message;
use prost::bytes::Bytes;
use std::io::{self, Read, Write};

/// An OTLP request in protobuf.
#[derive(Clone, Debug)]
pub(crate) struct Body {
    pub(crate) bytes: Bytes,
    pub(crate) is_gzip: bool,
    /// The length before compression, in bytes. The limits of backends apply to it.
    pub(crate) length: usize,
}

impl Body {
    /// Wraps the bytes of a request in protobuf.
    pub(crate) fn plain(bytes: impl Into<Bytes>) -> Self {
        let bytes = bytes.into();
        Body { length: bytes.len(), bytes, is_gzip: false }
    }

    fn from_request(request: &ExportTraceServiceRequest) -> Self {
        Body::plain(request.encode_to_vec())
    }

    /// Compresses the body with gzip, at the fastest level: sending must keep up with bursts.
    pub(crate) fn compressed(self) -> io::Result<Self> {
        if self.is_gzip {
            return Ok(self);
        }
        // Spans of LLM applications are mostly text, which shrinks to a quarter or less.
        let buffer = Vec::with_capacity(self.bytes.len() / 4);
        let mut encoder = GzEncoder::new(buffer, Compression::fast());
        encoder.write_all(&self.bytes)?;
        let mut bytes = encoder.finish()?;
        // The queue counts the length, so spare capacity would exceed its bound.
        bytes.shrink_to_fit();
        Ok(Body { bytes: bytes.into(), is_gzip: true, ..self })
    }

    /// Returns the protobuf without compression.
    pub(crate) fn protobuf(&self) -> io::Result<Bytes> {
        if !self.is_gzip {
            return Ok(self.bytes.clone());
        }
        let mut bytes = Vec::new();
        GzDecoder::new(&*self.bytes).read_to_end(&mut bytes)?;
        Ok(bytes.into())
    }

    /// Splits the body into two with half of the spans each, in their order. The halves are
    /// compressed if the body is.
    pub(crate) fn halves(&self) -> io::Result<[(Body, u64); 2]> {
        let mut first = ExportTraceServiceRequest::decode(self.protobuf()?)?;
        let all = spans(&first);
        let mut second = first.clone();
        keep_range(&mut first, 0, all / 2);
        keep_range(&mut second, all / 2, all);
        let halves =
            [(Body::from_request(&first), all / 2), (Body::from_request(&second), all - all / 2)];
        let [(a, n), (b, m)] = halves;
        Ok(if self.is_gzip {
            [(a.compressed()?, n), (b.compressed()?, m)]
        } else {
            [(a, n), (b, m)]
        })
    }
}

/// Returns the number of spans in an encoded request.
pub(crate) fn count(protobuf: &[u8]) -> Result<u64, prost::DecodeError> {
    ExportTraceServiceRequest::decode(protobuf).map(|request| spans(&request))
}

/// Counts the spans of a request.
fn spans(request: &ExportTraceServiceRequest) -> u64 {
    let scopes = request.resource_spans.iter().flat_map(|resource| &resource.scope_spans);
    scopes.map(|scope| scope.spans.len() as u64).sum()
}

/// Keeps the spans with the indices `from..to`, and drops groups that are empty then.
fn keep_range(request: &mut ExportTraceServiceRequest, from: u64, to: u64) {
    let mut index = 0;
    for resource in &mut request.resource_spans {
        for scope in &mut resource.scope_spans {
            scope.spans.retain(|_| {
                index += 1;
                (from..to).contains(&(index - 1))
            });
        }
        resource.scope_spans.retain(|scope| !scope.spans.is_empty());
    }
    request.resource_spans.retain(|resource| !resource.scope_spans.is_empty());
}

#[cfg(test)]
mod tests {
    use super::*;
    use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span};

    fn names(body: &Body) -> Vec<String> {
        let request = ExportTraceServiceRequest::decode(body.protobuf().unwrap()).unwrap();
        let scopes = request.resource_spans.into_iter().flat_map(|resource| resource.scope_spans);
        scopes.flat_map(|scope| scope.spans).map(|span| span.name).collect()
    }

    #[test]
    fn halves_hold_every_span_once() {
        let span = |name: &str| Span { name: name.to_owned(), ..Span::default() };
        let scope = |names: &[&str]| ScopeSpans {
            spans: names.iter().map(|name| span(name)).collect(),
            ..ScopeSpans::default()
        };
        let request = ExportTraceServiceRequest {
            resource_spans: vec![ResourceSpans {
                scope_spans: vec![scope(&["a"]), scope(&["b", "c", "d"]), scope(&["e"])],
                ..ResourceSpans::default()
            }],
        };
        for body in
            [Body::from_request(&request), Body::from_request(&request).compressed().unwrap()]
        {
            let [(first, two), (second, three)] = body.halves().unwrap();
            assert_eq!((two, three), (2, 3));
            assert_eq!(
                (names(&first), names(&second)),
                (
                    vec!["a".to_owned(), "b".to_owned()],
                    vec!["c".to_owned(), "d".to_owned(), "e".to_owned()],
                )
            );
        }
    }
}
