//! Turns an encoded batch into spans again, which the official exporter takes.

use super::values::attributes;
use crate::delivery::body::Body;
use opentelemetry::InstrumentationScope;
use opentelemetry::trace::{
    Event, Link, SpanContext, SpanId, SpanKind, Status, TraceFlags, TraceId, TraceState,
};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::trace::v1::{self as proto, ScopeSpans};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{SpanData, SpanEvents, SpanLinks};
use prost::Message;
use std::io;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The spans of one resource.
pub(super) type Part = (Resource, Vec<SpanData>);

/// Returns the spans of a batch, by resource.
pub(super) fn decode(body: &Body) -> io::Result<Vec<Part>> {
    let request = ExportTraceServiceRequest::decode(body.protobuf()?)?;
    Ok(request.resource_spans.into_iter().map(part).collect())
}

fn part(spans: proto::ResourceSpans) -> Part {
    let own = attributes(spans.resource.map(|resource| resource.attributes).unwrap_or_default());
    let resource = match spans.schema_url {
        none if none.is_empty() => Resource::builder_empty().with_attributes(own),
        url => Resource::builder_empty().with_schema_url(own, url),
    };
    (resource.build(), spans.scope_spans.into_iter().flat_map(scope_spans).collect())
}

fn scope_spans(scoped: ScopeSpans) -> impl Iterator<Item = SpanData> {
    let scope = scoped.scope.unwrap_or_default();
    let mut builder =
        InstrumentationScope::builder(scope.name).with_attributes(attributes(scope.attributes));
    if !scope.version.is_empty() {
        builder = builder.with_version(scope.version);
    }
    if !scoped.schema_url.is_empty() {
        builder = builder.with_schema_url(scoped.schema_url);
    }
    let scope = builder.build();
    scoped.spans.into_iter().map(move |each| span(each, scope.clone()))
}

fn span(span: proto::Span, instrumentation_scope: InstrumentationScope) -> SpanData {
    let span_kind = kind(span.kind());
    let (mut events, mut links) = (SpanEvents::default(), SpanLinks::default());
    events.events = span.events.into_iter().map(event).collect();
    events.dropped_count = span.dropped_events_count;
    links.links = span.links.into_iter().map(link).collect();
    links.dropped_count = span.dropped_links_count;
    SpanData {
        span_context: context(&span.trace_id, &span.span_id, span.flags, false, &span.trace_state),
        parent_span_id: span_id(&span.parent_span_id),
        parent_span_is_remote: is_remote(span.flags),
        span_kind,
        name: span.name.into(),
        start_time: time(span.start_time_unix_nano),
        end_time: time(span.end_time_unix_nano),
        attributes: attributes(span.attributes),
        dropped_attributes_count: span.dropped_attributes_count,
        events,
        links,
        status: span.status.map_or(Status::Unset, status),
        instrumentation_scope,
    }
}

fn event(event: proto::span::Event) -> Event {
    let (time, attributes) = (time(event.time_unix_nano), attributes(event.attributes));
    Event::new(event.name, time, attributes, event.dropped_attributes_count)
}

fn link(link: proto::span::Link) -> Link {
    let remote = is_remote(link.flags);
    let context = context(&link.trace_id, &link.span_id, link.flags, remote, &link.trace_state);
    Link::new(context, attributes(link.attributes), link.dropped_attributes_count)
}

/// Returns a context. A value that is malformed, which another program may have written, is
/// replaced by an empty one.
fn context(trace: &[u8], span: &[u8], flags: u32, is_remote: bool, state: &str) -> SpanContext {
    let trace = trace.try_into().map_or(TraceId::INVALID, TraceId::from_bytes);
    // The upper bits have other meanings, such as that of the remote parent.
    let flags = TraceFlags::new(flags.to_le_bytes()[0]);
    let state: TraceState = state.parse().unwrap_or_default();
    SpanContext::new(trace, span_id(span), flags, is_remote, state)
}

fn span_id(bytes: &[u8]) -> SpanId {
    bytes.try_into().map_or(SpanId::INVALID, SpanId::from_bytes)
}

/// Returns true if the flags contain `CONTEXT_IS_REMOTE`.
fn is_remote(flags: u32) -> bool {
    flags & 0x200 != 0
}

fn kind(kind: proto::span::SpanKind) -> SpanKind {
    match kind {
        proto::span::SpanKind::Server => SpanKind::Server,
        proto::span::SpanKind::Client => SpanKind::Client,
        proto::span::SpanKind::Producer => SpanKind::Producer,
        proto::span::SpanKind::Consumer => SpanKind::Consumer,
        _ => SpanKind::Internal,
    }
}

fn status(status: proto::Status) -> Status {
    match status.code() {
        proto::status::StatusCode::Ok => Status::Ok,
        proto::status::StatusCode::Error => Status::error(status.message),
        proto::status::StatusCode::Unset => Status::Unset,
    }
}

fn time(nanoseconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_nanos(nanoseconds)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::encode::{encode, samples};
    use opentelemetry::KeyValue;

    #[test]
    fn decoded_batch_encodes_to_the_same_bytes() {
        let resource = Resource::builder_empty()
            .with_schema_url([KeyValue::new("service.name", "s")], "https://schema")
            .build();
        let body = Body::plain(encode(samples(), &(&resource).into()));
        for body in [body.clone(), body.clone().compressed().unwrap()] {
            let parts = decode(&body).unwrap();
            let [(decoded, spans)] = &parts[..] else { panic!("one resource: {parts:?}") };
            assert_eq!(spans.len(), samples().len());
            let again = encode(spans.clone(), &decoded.into());
            assert_eq!(again, body.protobuf().unwrap());
        }
    }

    #[test]
    fn batch_that_is_no_request_is_an_error() {
        assert!(decode(&Body::plain(&b"\xff\xff"[..])).is_err());
    }

    #[test]
    fn malformed_ids_become_invalid_ones() {
        let span = proto::Span { trace_id: vec![1], span_id: vec![2], ..proto::Span::default() };
        let decoded = self::span(span, InstrumentationScope::default());
        assert!(!decoded.span_context.is_valid());
    }
}
