//! Converts a span to its OTLP message like `opentelemetry_proto::transform`, but moves strings
//! instead of copying them.

use opentelemetry::trace::{Event, SpanId, Status};
use opentelemetry::{Array, KeyValue, Value};
use opentelemetry_proto::tonic::common::v1 as proto;
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::{Span, SpanFlags, Status as ProtoStatus, span, status};
use opentelemetry_proto::transform::common::tonic::ResourceAttributesWithSchema;
use opentelemetry_sdk::trace::SpanData;
use std::time::{SystemTime, UNIX_EPOCH};

/// Returns the resource of a request.
pub(super) fn resource(resource: &ResourceAttributesWithSchema) -> Resource {
    Resource { attributes: resource.attributes.0.clone(), ..Resource::default() }
}

/// Returns the message of a span with all its fields.
pub(super) fn span(data: SpanData) -> Span {
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
        // If the clock was set back in between, the span has no duration. Backends reject spans
        // that end before they start.
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

/// Converts a value. Strings and arrays of strings are moved; other values hold no text, and the
/// library converts them.
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

/// Returns the W3C trace flags, and whether the parent is remote in the bits that OTLP adds. The
/// second of those bits tells a reader that the first is known.
fn flags(trace_flags: u8, parent_is_remote: bool) -> u32 {
    let remote = if parent_is_remote { SpanFlags::ContextIsRemoteMask as u32 } else { 0 };
    u32::from(trace_flags) | SpanFlags::ContextHasIsRemoteMask as u32 | remote
}

/// Returns the nanoseconds since the Unix epoch; 0 for an earlier time.
fn nanoseconds(time: SystemTime) -> u64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
}
