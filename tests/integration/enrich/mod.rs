//! What is read from the JSON that clients exchange with their APIs.

mod by_hand;
mod golden;
mod lenient;
mod limits;
mod raw;
mod record_types;
mod shapes;
mod strict;
mod traced;
mod typed_clients;

use serde_json::{Map, Value, json};
use std::sync::{Arc, Mutex};
use trace_runtime::EnrichExporter;
use trace_runtime::opentelemetry::trace::{Span as _, Tracer, TracerProvider};
use trace_runtime::opentelemetry::{Array, KeyValue, Value as Attribute};
use trace_runtime::opentelemetry_sdk::error::OTelSdkResult;
use trace_runtime::opentelemetry_sdk::trace::{SdkTracerProvider, SpanData, SpanExporter};

#[derive(Clone, Debug, Default)]
struct Kept(Arc<Mutex<Vec<SpanData>>>);

impl SpanExporter for Kept {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        self.0.lock().unwrap().extend(batch);
        Ok(())
    }
}

/// The attributes of a span after a pipeline of the SDK alone, with the enriching exporter in it.
fn enriched(attributes: impl IntoIterator<Item = KeyValue>) -> Map<String, Value> {
    let kept = Kept::default();
    let provider = SdkTracerProvider::builder()
        .with_simple_exporter(EnrichExporter::new(kept.clone()))
        .with_max_attributes_per_span(10_000)
        .build();
    let mut span = provider.tracer("application").start("call");
    span.set_attributes(attributes);
    span.end();
    let spans = kept.0.lock().unwrap();
    as_json(&spans[0].attributes)
}

/// The same for a span with this kind, input and output.
fn enriched_call(kind: &str, input: Option<&Value>, output: Option<&Value>) -> Map<String, Value> {
    let mut attributes = vec![KeyValue::new("openinference.span.kind", kind.to_owned())];
    let input = input.map(|value| KeyValue::new("input.value", value.to_string()));
    let output = output.map(|value| KeyValue::new("output.value", value.to_string()));
    attributes.extend(input.into_iter().chain(output));
    enriched(attributes)
}

/// Attributes as JSON; each key once.
fn as_json(attributes: &[KeyValue]) -> Map<String, Value> {
    let mut object = Map::new();
    for KeyValue { key, value, .. } in attributes {
        let value = match value {
            Attribute::Bool(value) => json!(value),
            Attribute::I64(value) => json!(value),
            Attribute::F64(value) => json!(value),
            Attribute::Array(Array::F64(values)) => json!(values),
            value => json!(value.as_str()),
        };
        assert!(object.insert(key.to_string(), value).is_none(), "{key} is set twice");
    }
    object
}

/// Text that is JSON as what it says: spaces and the order of keys do not count.
fn meaning(attributes: Map<String, Value>) -> Map<String, Value> {
    let parsed = |value: Value| match value.as_str() {
        Some(text) if text.starts_with(['{', '[']) => serde_json::from_str(text).unwrap_or(value),
        _ => value,
    };
    attributes.into_iter().map(|(key, value)| (key, parsed(value))).collect()
}

/// What differs, a line for each key.
fn difference(expected: &Map<String, Value>, found: &Map<String, Value>) -> String {
    let mut lines = String::new();
    for (key, value) in expected.iter().filter(|(key, value)| found.get(*key) != Some(value)) {
        let found = found.get(key).map_or("nothing".to_owned(), Value::to_string);
        lines += &format!("  {key}\n    expected {value}\n    found    {found}\n");
    }
    for (key, value) in found.iter().filter(|(key, _)| !expected.contains_key(*key)) {
        lines += &format!("  {key}\n    expected nothing\n    found    {value}\n");
    }
    lines
}
