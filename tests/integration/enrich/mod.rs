//! Attributes read from the JSON that clients exchange with their APIs.

mod fixtures;
mod gemini;
mod golden;
mod hostile;
mod inserted;
mod lenient;
mod limits;
mod pairs;
mod raw_http;
mod record_types;
mod recorded;
mod rust_clients;
mod strict;
mod traced;
mod typed_clients;
mod unknown;

use integration_tests::{InMemoryExporter, remove_estimate};
use serde_json::{Map, Value, json};
use trace_runtime::enrich::EnrichExporter;
use trace_runtime::opentelemetry::trace::{Span as _, Tracer, TracerProvider};
use trace_runtime::opentelemetry::{Array, KeyValue, Value as Attribute};
use trace_runtime::opentelemetry_sdk::trace::SdkTracerProvider;

/// Returns the attributes of a span that went through an SDK pipeline with [`EnrichExporter`].
fn enriched(attributes: impl IntoIterator<Item = KeyValue>) -> Map<String, Value> {
    enriched_all([attributes.into_iter().collect()]).remove(0)
}

/// Returns the attributes of several spans that went through such a pipeline.
fn enriched_all(spans: impl IntoIterator<Item = Vec<KeyValue>>) -> Vec<Map<String, Value>> {
    let exporter = InMemoryExporter::default();
    let provider = SdkTracerProvider::builder()
        .with_simple_exporter(EnrichExporter::new(exporter.clone()))
        .with_max_attributes_per_span(10_000)
        .build();
    let tracer = provider.tracer("application");
    for attributes in spans {
        let mut span = tracer.start("call");
        span.set_attributes(attributes);
        span.end();
    }
    let mut found: Vec<_> = exporter.spans().iter().map(|span| as_json(&span.attributes)).collect();
    found.iter_mut().for_each(remove_estimate);
    found
}

/// Enriches a span with this kind, input and output.
fn enriched_call(kind: &str, input: Option<&Value>, output: Option<&Value>) -> Map<String, Value> {
    let mut attributes = vec![KeyValue::new("openinference.span.kind", kind.to_owned())];
    let input = input.map(|value| KeyValue::new("input.value", value.to_string()));
    let output = output.map(|value| KeyValue::new("output.value", value.to_string()));
    attributes.extend(input.into_iter().chain(output));
    enriched(attributes)
}

/// Converts attributes to a JSON object; panics if a key occurs twice.
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

/// Parses attributes whose text is JSON, so that comparisons ignore spaces and the order of keys.
fn parsed(attributes: Map<String, Value>) -> Map<String, Value> {
    let parse = |value: Value| match value.as_str() {
        Some(text) if text.starts_with(['{', '[']) => serde_json::from_str(text).unwrap_or(value),
        _ => value,
    };
    attributes.into_iter().map(|(key, value)| (key, parse(value))).collect()
}

/// Describes the differing attributes, three lines per key.
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
