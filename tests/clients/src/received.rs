//! Decodes spans from the OTLP requests of the program.

use crate::span::Span;
use integration_tests::Receiver;
use opentelemetry_proto::tonic::common::v1::any_value::Value as Any;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use opentelemetry_proto::tonic::trace::v1;
use serde_json::{Map, Value};

/// Returns the spans that reached the receiver, in the order of their start times.
pub(crate) fn spans(collector: &Receiver) -> Vec<Span> {
    let mut spans = collector.spans();
    spans.sort_by_key(|span| span.start_time_unix_nano);
    spans.into_iter().map(decoded).collect()
}

fn decoded(span: v1::Span) -> Span {
    let mut attributes = Map::new();
    for KeyValue { key, value, .. } in span.attributes {
        let twice = attributes.insert(key.clone(), plain(value));
        assert!(twice.is_none(), "{key} is set twice");
    }
    Span {
        trace: hex(&span.trace_id),
        id: hex(&span.span_id),
        parent: (!span.parent_span_id.is_empty()).then(|| hex(&span.parent_span_id)),
        name: span.name,
        attributes,
    }
}

fn plain(value: Option<AnyValue>) -> Value {
    match value.and_then(|value| value.value) {
        None => Value::Null,
        Some(Any::BoolValue(value)) => value.into(),
        Some(Any::IntValue(value)) => value.into(),
        Some(Any::DoubleValue(value)) => value.into(),
        Some(Any::StringValue(text)) => text.into(),
        Some(Any::ArrayValue(list)) => {
            list.values.into_iter().map(|item| plain(Some(item))).collect()
        }
        Some(other) => format!("{other:?}").into(),
    }
}

fn hex(id: &[u8]) -> String {
    id.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}
