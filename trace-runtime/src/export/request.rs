//! Spans as an OTLP request. Like `opentelemetry-proto`'s own conversion, but texts are moved, not
//! copied, and scopes are compared, not hashed: values may be megabytes.

use opentelemetry::trace::{Event, SpanId, Status};
use opentelemetry::{Array, InstrumentationScope, KeyValue, Value};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1 as proto;
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::{
    ResourceSpans, ScopeSpans, Span, SpanFlags, Status as ProtoStatus, span, status,
};
use opentelemetry_proto::transform::common::tonic::ResourceAttributesWithSchema;
use opentelemetry_sdk::trace::SpanData;
use std::time::{SystemTime, UNIX_EPOCH};

/// The request that exports these spans.
pub(super) fn request(
    spans: Vec<SpanData>,
    resource: &ResourceAttributesWithSchema,
) -> ExportTraceServiceRequest {
    let mut scopes: Vec<(InstrumentationScope, Vec<Span>)> = Vec::new();
    for data in spans {
        let found = scopes.iter_mut().find(|(scope, _)| *scope == data.instrumentation_scope);
        if let Some((_, spans)) = found {
            spans.push(span(data));
        } else {
            scopes.push((data.instrumentation_scope.clone(), vec![span(data)]));
        }
    }
    let scope_spans = scopes.into_iter().map(|(scope, spans)| ScopeSpans {
        schema_url: scope.schema_url().map(ToOwned::to_owned).unwrap_or_default(),
        scope: Some((&scope, None).into()),
        spans,
    });
    let resource_spans = ResourceSpans {
        resource: Some(Resource {
            attributes: resource.attributes.0.clone(),
            ..Resource::default()
        }),
        scope_spans: scope_spans.collect(),
        schema_url: resource.schema_url.clone().unwrap_or_default(),
    };
    ExportTraceServiceRequest { resource_spans: vec![resource_spans] }
}

fn span(data: SpanData) -> Span {
    let has_parent = data.parent_span_id != SpanId::INVALID;
    let kind: span::SpanKind = data.span_kind.into();
    Span {
        trace_id: data.span_context.trace_id().to_bytes().to_vec(),
        span_id: data.span_context.span_id().to_bytes().to_vec(),
        trace_state: data.span_context.trace_state().header(),
        parent_span_id: if has_parent { data.parent_span_id.to_bytes().to_vec() } else { vec![] },
        flags: flags(data.span_context.trace_flags().to_u8(), data.parent_span_is_remote),
        name: data.name.into_owned(),
        kind: kind as i32,
        start_time_unix_nano: nanoseconds(data.start_time),
        // A clock that went backwards meanwhile makes a span without length, not one below it.
        end_time_unix_nano: nanoseconds(data.end_time).max(nanoseconds(data.start_time)),
        attributes: attributes(data.attributes),
        dropped_attributes_count: data.dropped_attributes_count,
        dropped_events_count: data.events.dropped_count,
        events: data.events.events.into_iter().map(event).collect(),
        dropped_links_count: data.links.dropped_count,
        links: data.links.links.into_iter().map(Into::into).collect(),
        status: Some(ProtoStatus {
            code: status::StatusCode::from(&data.status).into(),
            message: match data.status {
                Status::Error { description } => description.into_owned(),
                _ => String::new(),
            },
        }),
    }
}

fn event(event: Event) -> span::Event {
    span::Event {
        time_unix_nano: nanoseconds(event.timestamp),
        name: event.name.into_owned(),
        attributes: attributes(event.attributes),
        dropped_attributes_count: event.dropped_attributes_count,
    }
}

fn attributes(attributes: Vec<KeyValue>) -> Vec<proto::KeyValue> {
    let attributes = attributes.into_iter().map(|attribute| proto::KeyValue {
        key: attribute.key.into(),
        value: Some(value(attribute.value)),
        ..proto::KeyValue::default()
    });
    attributes.collect()
}

fn value(value: Value) -> proto::AnyValue {
    match value {
        Value::String(text) => text_value(text.into()),
        Value::Array(Array::String(texts)) => {
            let values = texts.into_iter().map(|text| text_value(text.into())).collect();
            let array = proto::any_value::Value::ArrayValue(proto::ArrayValue { values });
            proto::AnyValue { value: Some(array) }
        }
        other => other.into(),
    }
}

fn text_value(text: String) -> proto::AnyValue {
    proto::AnyValue { value: Some(proto::any_value::Value::StringValue(text)) }
}

fn flags(trace_flags: u8, parent_is_remote: bool) -> u32 {
    let remote = if parent_is_remote { SpanFlags::ContextIsRemoteMask as u32 } else { 0 };
    u32::from(trace_flags) | SpanFlags::ContextHasIsRemoteMask as u32 | remote
}

/// A time before 1970 counts as its beginning.
fn nanoseconds(time: SystemTime) -> u64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use opentelemetry::trace::{Link, SpanContext, SpanKind, TraceFlags, TraceId, TraceState};
    use opentelemetry_proto::transform::trace::tonic::group_spans_by_resource_and_scope;
    use opentelemetry_sdk::trace::{SpanEvents, SpanLinks};
    use std::time::Duration;

    fn context(id: u8, is_remote: bool) -> SpanContext {
        let state = TraceState::from_key_value([("a", "b")]).unwrap();
        let (trace, span) = (TraceId::from_bytes([id; 16]), SpanId::from_bytes([id; 8]));
        SpanContext::new(trace, span, TraceFlags::SAMPLED, is_remote, state)
    }

    fn every_type() -> Vec<KeyValue> {
        vec![
            KeyValue::new("text", "static"),
            KeyValue::new(String::from("owned"), String::from("text")),
            KeyValue::new("whole", 7_i64),
            KeyValue::new("part", 0.5),
            KeyValue::new("flag", true),
            KeyValue::new("texts", Value::Array(Array::String(vec!["a".into(), "b".into()]))),
            KeyValue::new("numbers", Value::Array(vec![1_i64, 2].into())),
        ]
    }

    fn data(id: u8, scope: &'static str, status: Status) -> SpanData {
        let start_time = UNIX_EPOCH + Duration::new(1_700_000_000, 7);
        let (mut events, mut links) = (SpanEvents::default(), SpanLinks::default());
        events.events.push(Event::new("event", start_time, every_type(), 3));
        links.links.push(Link::new(context(9, true), every_type(), 4));
        (events.dropped_count, links.dropped_count) = (1, 2);
        SpanData {
            span_context: context(id, false),
            parent_span_id: if id == 1 { SpanId::INVALID } else { SpanId::from_bytes([1; 8]) },
            parent_span_is_remote: id == 2,
            span_kind: SpanKind::Client,
            name: "span".into(),
            start_time,
            end_time: start_time + Duration::from_secs(1),
            attributes: every_type(),
            dropped_attributes_count: 5,
            events,
            links,
            status,
            instrumentation_scope: InstrumentationScope::builder(scope).with_version("1").build(),
        }
    }

    #[test]
    fn no_span_ends_before_it_begins() {
        let mut data = data(1, "one", Status::Ok);
        data.end_time = UNIX_EPOCH - Duration::from_secs(1);
        let begun = nanoseconds(data.start_time);
        let span = span(data);
        assert_eq!((span.start_time_unix_nano, span.end_time_unix_nano), (begun, begun));
    }

    #[test]
    fn it_is_what_the_library_makes() {
        let spans = vec![
            data(1, "one", Status::Ok),
            data(2, "two", Status::Unset),
            data(3, "one", Status::error("why")),
        ];
        let resource = opentelemetry_sdk::Resource::builder().with_service_name("s").build();
        let resource = ResourceAttributesWithSchema::from(&resource);
        let expected = group_spans_by_resource_and_scope(spans.clone(), &resource);
        assert_eq!(request(spans, &resource).resource_spans, expected);
    }
}
