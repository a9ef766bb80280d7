//! A batch as the bytes that are sent, again and again if need be.

use super::encode::encode;
use flate2::{Compression, read::GzDecoder, write::GzEncoder};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::transform::common::tonic::ResourceAttributesWithSchema;
use opentelemetry_sdk::trace::SpanData;
use prost::Message;
use prost::bytes::Bytes;
use std::io::{self, Read, Write};

/// An OTLP request in protobuf.
#[derive(Clone, Debug)]
pub(crate) struct Body {
    pub(crate) bytes: Bytes,
    pub(crate) is_gzip: bool,
    /// The length without compression, which is what backends bound.
    pub(crate) length: usize,
}

impl Body {
    pub(crate) fn encode(spans: Vec<SpanData>, resource: &ResourceAttributesWithSchema) -> Self {
        Body::plain(encode(spans, resource))
    }

    pub(crate) fn plain(bytes: impl Into<Bytes>) -> Self {
        let bytes = bytes.into();
        Body { length: bytes.len(), bytes, is_gzip: false }
    }

    fn of(request: &ExportTraceServiceRequest) -> Self {
        Body::plain(request.encode_to_vec())
    }

    pub(crate) fn compressed(self) -> io::Result<Self> {
        if self.is_gzip {
            return Ok(self);
        }
        let room = Vec::with_capacity(self.bytes.len() / 4);
        let mut encoder = GzEncoder::new(room, Compression::fast());
        encoder.write_all(&self.bytes)?;
        let mut bytes = encoder.finish()?;
        bytes.shrink_to_fit();
        Ok(Body { bytes: bytes.into(), is_gzip: true, ..self })
    }

    /// The protobuf without compression.
    pub(crate) fn protobuf(&self) -> io::Result<Bytes> {
        if !self.is_gzip {
            return Ok(self.bytes.clone());
        }
        let mut bytes = Vec::new();
        GzDecoder::new(&*self.bytes).read_to_end(&mut bytes)?;
        Ok(bytes.into())
    }

    /// Two bodies with half of the spans each, in their order.
    pub(crate) fn halves(&self) -> io::Result<[(Body, u64); 2]> {
        let mut first = ExportTraceServiceRequest::decode(self.protobuf()?)?;
        let all = spans(&first);
        let mut second = first.clone();
        keep(&mut first, 0, all / 2);
        keep(&mut second, all / 2, all);
        let halves = [(Body::of(&first), all / 2), (Body::of(&second), all - all / 2)];
        let [(a, n), (b, m)] = halves;
        Ok(if self.is_gzip {
            [(a.compressed()?, n), (b.compressed()?, m)]
        } else {
            [(a, n), (b, m)]
        })
    }
}

/// How many spans an encoded request holds.
pub(crate) fn count(protobuf: &[u8]) -> Result<u64, prost::DecodeError> {
    ExportTraceServiceRequest::decode(protobuf).map(|request| spans(&request))
}

fn spans(request: &ExportTraceServiceRequest) -> u64 {
    let scopes = request.resource_spans.iter().flat_map(|resource| &resource.scope_spans);
    scopes.map(|scope| scope.spans.len() as u64).sum()
}

/// Keeps the spans from one place up to another.
fn keep(request: &mut ExportTraceServiceRequest, from: u64, to: u64) {
    let mut at = 0;
    for resource in &mut request.resource_spans {
        for scope in &mut resource.scope_spans {
            scope.spans.retain(|_| {
                at += 1;
                (from..to).contains(&(at - 1))
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
        for body in [Body::of(&request), Body::of(&request).compressed().unwrap()] {
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
