use super::encode;
use opentelemetry::trace::{
    Event, Link, SpanContext, SpanId, SpanKind, Status, TraceFlags, TraceId, TraceState,
};
use opentelemetry::{Array, InstrumentationScope, KeyValue, Value};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::trace::v1::ResourceSpans;
use opentelemetry_proto::transform::common::tonic::ResourceAttributesWithSchema;
use opentelemetry_proto::transform::trace::tonic::group_spans_by_resource_and_scope;
use opentelemetry_sdk::trace::{SpanData, SpanEvents, SpanLinks};
use prost::Message;
use std::time::{Duration, UNIX_EPOCH};

fn context(id: u8, is_remote: bool) -> SpanContext {
    let state = TraceState::from_key_value([("a", "b")]).unwrap();
    let (trace, span) = (TraceId::from_bytes([id; 16]), SpanId::from_bytes([id; 8]));
    SpanContext::new(trace, span, TraceFlags::SAMPLED, is_remote, state)
}

fn one_attribute_of_each_type() -> Vec<KeyValue> {
    vec![
        KeyValue::new("text", "static"),
        KeyValue::new(String::from("owned"), String::from("text")),
        KeyValue::new("whole", 7_i64),
        KeyValue::new("part", 0.5),
        KeyValue::new("flag", true),
        KeyValue::new("no flag", false),
        KeyValue::new("below zero", -7_i64),
        KeyValue::new("large", i64::MAX),
        KeyValue::new("texts", Value::Array(Array::String(vec!["a".into(), "b".into()]))),
        KeyValue::new("numbers", Value::Array(vec![1_i64, 2].into())),
    ]
}

fn data(id: u8, scope: &'static str, status: Status) -> SpanData {
    let start_time = UNIX_EPOCH + Duration::new(1_700_000_000, 7);
    let (mut events, mut links) = (SpanEvents::default(), SpanLinks::default());
    events.events.push(Event::new("event", start_time, one_attribute_of_each_type(), 3));
    links.links.push(Link::new(context(9, true), one_attribute_of_each_type(), 4));
    (events.dropped_count, links.dropped_count) = (1, 2);
    SpanData {
        span_context: context(id, false),
        parent_span_id: if id == 1 { SpanId::INVALID } else { SpanId::from_bytes([1; 8]) },
        parent_span_is_remote: id == 2,
        span_kind: SpanKind::Client,
        name: "span".into(),
        start_time,
        end_time: start_time + Duration::from_secs(1),
        attributes: one_attribute_of_each_type(),
        dropped_attributes_count: 5,
        events,
        links,
        status,
        instrumentation_scope: InstrumentationScope::builder(scope).with_version("1").build(),
    }
}

/// Returns spans of two scopes, with each kind of content.
#[cfg(feature = "opentelemetry-otlp")]
pub(in crate::delivery) fn samples() -> Vec<SpanData> {
    let (first, second) = (data(1, "one", Status::Ok), data(2, "one", Status::error("why")));
    vec![first, second, data(6, "three", Status::Unset)]
}

/// Returns the request that the library makes. It groups scopes with a hash map, so they are
/// sorted.
fn expected(spans: &[SpanData], of: &ResourceAttributesWithSchema) -> Vec<ResourceSpans> {
    sorted(group_spans_by_resource_and_scope(spans.to_vec(), of))
}

fn sorted(mut resources: Vec<ResourceSpans>) -> Vec<ResourceSpans> {
    for resource in &mut resources {
        resource.scope_spans.sort_by_key(|it| it.scope.as_ref().map(|scope| scope.name.clone()));
    }
    resources
}

#[test]
fn span_ending_before_its_start_has_no_duration() {
    let mut data = data(1, "one", Status::Ok);
    data.end_time = UNIX_EPOCH - Duration::from_secs(1);
    let encoded = encode(vec![data], &ResourceAttributesWithSchema::default());
    let request = ExportTraceServiceRequest::decode(encoded).unwrap();
    let span = &request.resource_spans[0].scope_spans[0].spans[0];
    assert_eq!(span.end_time_unix_nano, span.start_time_unix_nano);
}

#[test]
fn request_equals_the_one_of_the_library() {
    let mut long = data(4, "one", Status::Ok);
    long.attributes = (0..300).map(|n| KeyValue::new(format!("{n}"), "é".repeat(n))).collect();
    let mut empty = data(5, "one", Status::Unset);
    empty.attributes = vec![KeyValue::new("", ""), KeyValue::new("zero", 0_i64)];
    let one = [data(1, "one", Status::Ok), data(2, "one", Status::error("why")), empty, long];
    let [first, second, third, _] = one.clone();
    let three = [data(1, "two", Status::Ok), first, second, data(6, "three", Status::Ok), third];
    let resource = opentelemetry_sdk::Resource::builder()
        .with_schema_url([KeyValue::new("a", "b")], "https://example.com/schema")
        .build();
    for resource in [(&resource).into(), ResourceAttributesWithSchema::default()] {
        for spans in [one.to_vec(), three.to_vec(), one[..1].to_vec()] {
            let request = ExportTraceServiceRequest::decode(encode(spans.clone(), &resource));
            let found = request.expect("a request").resource_spans;
            assert_eq!(sorted(found), expected(&spans, &resource));
        }
    }
}
