use super::read::for_each_attribute;
use super::*;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use opentelemetry_proto::tonic::common::v1::{ArrayValue, InstrumentationScope, KeyValueList};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::span::{Event, Link};
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span, Status};
use opentelemetry_sdk::trace::{SpanData, SpanEvents, SpanLinks};
use prost::Message;
use serde_json::Value as Json;
use std::time::{Duration, UNIX_EPOCH};

fn any(value: Value) -> AnyValue {
    AnyValue { value: Some(value) }
}

fn attribute(value: Value) -> KeyValue {
    KeyValue { key: "k".to_owned(), value: Some(any(value)), ..KeyValue::default() }
}

/// Returns each special double alone, in an array and in a map, and strings that look like it.
fn attributes() -> Vec<KeyValue> {
    let numbers = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 0.5, -0.0, f64::MAX];
    let values = || numbers.map(|number| any(Value::DoubleValue(number))).to_vec();
    let fields = numbers.map(|number| attribute(Value::DoubleValue(number))).to_vec();
    let texts = ["NaN", "Infinity", "doubleValue"].map(|text| Value::StringValue(text.into()));
    let mut all: Vec<_> = texts.into_iter().map(attribute).collect();
    all.extend(fields.clone());
    all.push(attribute(Value::ArrayValue(ArrayValue { values: values() })));
    all.push(attribute(Value::KvlistValue(KeyValueList { values: fields })));
    all
}

fn request_with_attributes_everywhere() -> ExportTraceServiceRequest {
    let span = Span {
        attributes: attributes(),
        events: vec![Event { attributes: attributes(), ..Event::default() }],
        links: vec![Link { attributes: attributes(), ..Link::default() }],
        status: Some(Status::default()),
        ..Span::default()
    };
    let scope = InstrumentationScope { attributes: attributes(), ..Default::default() };
    let resource = Resource { attributes: attributes(), ..Resource::default() };
    let scope_spans =
        vec![ScopeSpans { scope: Some(scope), spans: vec![span], ..ScopeSpans::default() }];
    let resource = Some(resource);
    let resource_spans = ResourceSpans { resource, scope_spans, ..ResourceSpans::default() };
    ExportTraceServiceRequest { resource_spans: vec![resource_spans] }
}

#[test]
fn doubles_written_and_read_keep_their_bits() {
    let request = request_with_attributes_everywhere();
    let line = write(&request).unwrap();
    let text = String::from_utf8(line.clone()).unwrap();
    for number in ["NaN", "Infinity", "-Infinity"] {
        let written = format!(r#"{{"doubleValue":"{number}"}}"#);
        assert_eq!(text.matches(&written).count(), 3 * 5, "{text}");
    }
    // NaN differs from itself, so the encoded requests are compared.
    assert_eq!(read(&line).unwrap().encode_to_vec(), request.encode_to_vec());
}

#[test]
fn random_doubles_written_and_read_are_equal() {
    let mut bits = 1_u64;
    let random = std::iter::repeat_with(|| {
        bits = bits.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        f64::from_bits(bits)
    });
    let numbers = random.filter(|number| number.is_finite()).take(1000);
    let attributes = numbers.map(|number| attribute(Value::DoubleValue(number))).collect();
    let mut request = two_spans();
    request.resource_spans[0].scope_spans[0].spans[1].attributes = attributes;
    assert!(read(&write(&request).unwrap()).unwrap() == request);
}

#[test]
fn empty_lists_left_out_are_read_as_empty() {
    let values = r#"{"key":"a","value":{"arrayValue":{}}},{"key":"m","value":{"kvlistValue":{}}},
        {"key":"n","value":{"arrayValue":{"values":[{"kvlistValue":{}}]}}}"#;
    let line = format!(
        r#"{{"resourceSpans":[{{"scopeSpans":[{{"spans":[{{"attributes":[{values}]}}]}}]}}]}}"#
    );
    let mut found = Vec::new();
    let mut request = read(line.as_bytes()).unwrap();
    for_each_attribute(&mut request, &mut |value| found.extend(value.value.clone()));
    let map = || Value::KvlistValue(KeyValueList::default());
    let array = |values| Value::ArrayValue(ArrayValue { values });
    assert_eq!(found, [array(Vec::new()), map(), array(vec![any(map())])]);
}

#[test]
fn doubles_as_strings_are_read_and_other_strings_are_errors() {
    let line = |value: &str| {
        format!(
            r#"{{"resourceSpans":[{{"scopeSpans":[{{"spans":[{{"attributes":[
            {{"key":"k","value":{{"doubleValue":"{value}"}}}}]}}]}}]}}]}}"#
        )
    };
    let read = |value: &str| {
        let mut request = read(line(value).as_bytes()).ok()?;
        let mut found = None;
        for_each_attribute(&mut request, &mut |value| found.clone_from(&value.value));
        found
    };
    assert_eq!(read("-2.5e3"), Some(Value::DoubleValue(-2500.0)));
    assert_eq!(read("-Infinity"), Some(Value::DoubleValue(f64::NEG_INFINITY)));
    for none in ["", "inf", "nan", "one"] {
        assert_eq!(read(none), None, "{none}");
    }
}

/// Two spans in the format of the Collector, in the order of its fields. Written manually after the
/// generated writers of opentelemetry-collector v1.65.0 (`pdata/internal/generated_proto_*.go`).
const BY_THE_COLLECTOR: &str = r#"{"resourceSpans":[{
    "resource":{"attributes":[{"key":"service.name","value":{"stringValue":"shop"}}]},
    "scopeSpans":[{
        "scope":{"name":"checkout","version":"1.2"},
        "spans":[
            {"traceId":"0102030405060708090a0b0c0d0e0f10","spanId":"a1a2a3a4a5a6a7a8",
            "flags":257,"name":"root","kind":1,
            "startTimeUnixNano":"1700000000000000007","endTimeUnixNano":"1700000001000000007",
            "status":{}},
            {"traceId":"0102030405060708090a0b0c0d0e0f10","spanId":"b1b2b3b4b5b6b7b8",
            "traceState":"a=b","parentSpanId":"a1a2a3a4a5a6a7a8","flags":257,"name":"child","kind":3,
            "startTimeUnixNano":"1700000000000000007","endTimeUnixNano":"1700000001000000007",
            "attributes":[
                {"key":"text","value":{"stringValue":""}},
                {"key":"flag","value":{"boolValue":false}},
                {"key":"whole","value":{"intValue":"0"}},
                {"key":"part","value":{"doubleValue":0.5}},
                {"key":"none","value":{"doubleValue":"NaN"}},
                {"key":"many","value":{"arrayValue":{"values":[{"intValue":"-9223372036854775808"}]}}},
                {"key":"empty","value":{"arrayValue":{}}}],
            "droppedAttributesCount":1,
            "events":[
                {"timeUnixNano":"1700000000000000007","name":"said",
                "attributes":[{"key":"k","value":{"stringValue":"v"}}],"droppedAttributesCount":2},
                {"timeUnixNano":"1700000000000000007","name":"bare"}],
            "droppedEventsCount":3,
            "links":[{"traceId":"0102030405060708090a0b0c0d0e0f10","spanId":"a1a2a3a4a5a6a7a8",
                "traceState":"a=b","flags":257}],
            "droppedLinksCount":4,
            "status":{"message":"why","code":2}}]}]}]}"#;

/// Returns the two spans of [`BY_THE_COLLECTOR`].
fn two_spans() -> ExportTraceServiceRequest {
    use opentelemetry::trace::{self, SpanContext, SpanId, TraceFlags, TraceId, TraceState};
    use opentelemetry::{Array, KeyValue, Value};
    let (trace, root) = (0x0102_0304_0506_0708_090a_0b0c_0d0e_0f10, 0xa1a2_a3a4_a5a6_a7a8);
    let context = |span: u64, state| {
        let (trace, span) = (TraceId::from(trace), SpanId::from(span));
        SpanContext::new(trace, span, TraceFlags::SAMPLED, false, state)
    };
    let state = TraceState::from_key_value([("a", "b")]).unwrap();
    let start_time = UNIX_EPOCH + Duration::new(1_700_000_000, 7);
    let bare = SpanData {
        span_context: context(root, TraceState::NONE),
        parent_span_id: SpanId::INVALID,
        parent_span_is_remote: false,
        span_kind: trace::SpanKind::Internal,
        name: "root".into(),
        start_time,
        end_time: start_time + Duration::from_secs(1),
        attributes: Vec::new(),
        dropped_attributes_count: 0,
        events: SpanEvents::default(),
        links: SpanLinks::default(),
        status: trace::Status::Unset,
        instrumentation_scope: opentelemetry::InstrumentationScope::builder("checkout")
            .with_version("1.2")
            .build(),
    };
    let mut full = SpanData {
        span_context: context(0xb1b2_b3b4_b5b6_b7b8, state.clone()),
        parent_span_id: SpanId::from(root),
        span_kind: trace::SpanKind::Client,
        name: "child".into(),
        attributes: vec![
            KeyValue::new("text", ""),
            KeyValue::new("flag", false),
            KeyValue::new("whole", 0_i64),
            KeyValue::new("part", 0.5),
            KeyValue::new("none", f64::NAN),
            KeyValue::new("many", Value::Array(vec![i64::MIN].into())),
            KeyValue::new("empty", Value::Array(Array::Bool(Vec::new()))),
        ],
        dropped_attributes_count: 1,
        status: trace::Status::error("why"),
        ..bare.clone()
    };
    let said = vec![KeyValue::new("k", "v")];
    full.events.events.push(trace::Event::new("said", start_time, said, 2));
    full.events.events.push(trace::Event::new("bare", start_time, Vec::new(), 0));
    full.events.dropped_count = 3;
    full.links.links.push(trace::Link::new(context(root, state), Vec::new(), 0));
    full.links.dropped_count = 4;
    let resource = opentelemetry_sdk::Resource::builder_empty().with_service_name("shop").build();
    let encoded = crate::delivery::encode::encode(vec![bare, full], &(&resource).into());
    ExportTraceServiceRequest::decode(encoded).unwrap()
}

#[test]
fn written_line_equals_the_one_of_the_collector() {
    let line = write(&two_spans()).unwrap();
    let (found, expected): (Json, Json) =
        (serde_json::from_slice(&line).unwrap(), serde_json::from_str(BY_THE_COLLECTOR).unwrap());
    assert_eq!(found, expected);
    assert_eq!(line.iter().position(|byte| *byte == b'\n'), Some(line.len() - 1), "one line");
}

#[test]
fn line_of_the_collector_is_read() {
    // Older versions of the Collector wrote an empty parent for a root span.
    let older = BY_THE_COLLECTOR.replace(r#""name":"root""#, r#""parentSpanId":"","name":"root""#);
    for line in [BY_THE_COLLECTOR, &older] {
        let read = read(line.as_bytes()).unwrap();
        // NaN differs from itself, so the encoded requests are compared.
        assert!(read.encode_to_vec() == two_spans().encode_to_vec(), "{read:?}");
    }
}

#[test]
fn empty_messages_are_read_and_written_without_their_fields() {
    let line = br#"{"resourceSpans":[{"resource":{"attributes":[{"value":{}}],"entityRefs":[
        {"type":"service","idKeys":["service.name"]},{}]},"scopeSpans":[{"scope":{}}]}]}"#;
    let request = read(line).unwrap();
    let resource = request.resource_spans[0].resource.as_ref().unwrap();
    assert_eq!((resource.attributes.len(), resource.entity_refs.len()), (1, 2));
    let (written, line): (Json, Json) = (
        serde_json::from_slice(&write(&request).unwrap()).unwrap(),
        serde_json::from_slice(line).unwrap(),
    );
    assert_eq!(written, line);
    let nothing = ExportTraceServiceRequest::default();
    assert_eq!(write(&nothing).unwrap(), b"{}\n");
    assert_eq!(read(b"{}").ok(), Some(nothing));
}
