//! The GenAI semantic conventions of OpenTelemetry: read from spans of other crates, and written in
//! addition to the OpenInference attributes.

mod incoming;
mod legacy;
mod outgoing;

use integration_tests::{Program, remove_estimate};
use serde_json::{Map, Value, json};
use trace_runtime::Builder;
use trace_runtime::opentelemetry::trace::{Span as _, Tracer};
use trace_runtime::opentelemetry::{Array, KeyValue, StringValue, Value as Attribute, global};

/// Exports a span with these attributes and events; returns its attributes afterwards, with JSON
/// text parsed.
fn exported(
    configure: impl FnOnce(Builder) -> Builder,
    attributes: &Value,
    events: &[(&'static str, Value)],
) -> Map<String, Value> {
    let program = Program::start_with(configure);
    let mut span = global::tracer("another-crate").start("call");
    span.set_attributes(key_values(attributes));
    for (name, attributes) in events {
        span.add_event(*name, key_values(attributes));
    }
    span.end();
    let spans = program.spans();
    let mut object = Map::new();
    for KeyValue { key, value, .. } in &spans[0].attributes {
        assert!(object.insert(key.to_string(), as_json(value)).is_none(), "{key} is set twice");
    }
    remove_estimate(&mut object);
    object
}

/// Returns the attributes that the export adds to a span of another crate.
fn translated(attributes: &Value) -> Map<String, Value> {
    let mut exported = exported(|builder| builder, attributes, &[]);
    exported.retain(|key, _| attributes.get(key).is_none());
    exported
}

#[track_caller]
fn assert_attributes(found: Map<String, Value>, expected: Value) {
    // The pretty-printed JSON is easier to compare by eye than the debug output of `assert_eq!`.
    let found = Value::Object(found);
    assert!(found == expected, "found {found:#}\nexpected {expected:#}");
}

fn key_values(object: &Value) -> Vec<KeyValue> {
    let attribute = |value: &Value| match value {
        Value::Bool(value) => Attribute::Bool(*value),
        Value::Number(number) if number.is_i64() => Attribute::I64(number.as_i64().unwrap()),
        Value::Number(number) => Attribute::F64(number.as_f64().unwrap()),
        Value::String(text) => Attribute::String(text.clone().into()),
        Value::Array(items) if items.iter().all(Value::is_string) => {
            let texts = items.iter().map(|item| item.as_str().unwrap().to_owned());
            Attribute::Array(Array::String(texts.map(StringValue::from).collect()))
        }
        Value::Array(items) => {
            Attribute::Array(Array::F64(items.iter().map(|item| item.as_f64().unwrap()).collect()))
        }
        other => panic!("{other} is no attribute"),
    };
    let object = object.as_object().unwrap();
    object.iter().map(|(key, value)| KeyValue::new(key.clone(), attribute(value))).collect()
}

fn as_json(value: &Attribute) -> Value {
    match value {
        Attribute::Bool(value) => json!(value),
        Attribute::I64(value) => json!(value),
        Attribute::F64(value) => json!(value),
        Attribute::Array(Array::F64(values)) => json!(values),
        Attribute::Array(Array::String(texts)) => {
            texts.iter().map(|text| Value::from(text.as_str())).collect()
        }
        value => {
            let text = value.as_str();
            let json = text.starts_with(['{', '[']).then(|| serde_json::from_str(&text).ok());
            json.flatten().unwrap_or_else(|| text.as_ref().into())
        }
    }
}
