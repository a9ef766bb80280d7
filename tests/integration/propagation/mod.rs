//! Traces that cross the border of a process. This module has the messages, callers and services of the
//! tests.

mod child_processes;
mod messages;
mod propagators;
mod remote_parents;
mod sessions;

use axum::http::{HeaderMap, HeaderValue};
use integration_tests::InMemoryExporter;
use std::collections::BTreeMap;
use trace_runtime::opentelemetry::trace::SpanContext;
use trace_runtime::opentelemetry_sdk::trace::{SdkTracerProvider, SpanData};
use trace_runtime::propagation::{extract, extract_from_headers, inject};
use trace_runtime::{Registration, agent, current_span, register, tool};

const SAMPLED: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
const UNSAMPLED: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00";

type Message = BTreeMap<String, String>;

fn injected() -> Message {
    let mut message = Message::new();
    inject(|name, value| {
        message.insert(name.to_owned(), value.to_owned());
    });
    message
}

fn message<const N: usize>(fields: [(&str, &str); N]) -> Message {
    fields.map(|(name, value)| (name.to_owned(), value.to_owned())).into()
}

fn headers<const N: usize>(fields: [(&'static str, &'static str); N]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in fields {
        headers.append(name, HeaderValue::from_static(value));
    }
    headers
}

/// Returns the value of `traceparent` for a sampled span.
fn trace_parent(span: &SpanContext) -> String {
    format!("00-{}-{}-01", span.trace_id(), span.span_id())
}

#[agent]
fn send() -> (SpanContext, Message) {
    (current_span().span_context(), injected())
}

#[tool(parent = extract(|name| message.get(name)))]
fn receive(message: &Message) -> Message {
    injected()
}

#[tool(parent = extract_from_headers(headers), skip(headers))]
fn handle(headers: &HeaderMap) -> SpanContext {
    current_span().span_context()
}

fn span<'a>(spans: &'a [SpanData], name: &str) -> &'a SpanData {
    spans.iter().find(|span| span.name == name).expect("a span of this name")
}

#[tool(parent = extract_from_headers(headers), skip(headers))]
fn handle_later(headers: &HeaderMap) -> impl Future<Output = SpanContext> + use<> {
    let _ = headers;
    async { current_span().span_context() }
}

/// Installs a registration on a provider whose spans are kept.
fn attached(
    configure: impl FnOnce(trace_runtime::Builder) -> trace_runtime::Builder,
) -> (Registration, InMemoryExporter) {
    let exporter = InMemoryExporter::default();
    let provider = SdkTracerProvider::builder().with_simple_exporter(exporter.clone()).build();
    (configure(register().provider(provider)).install().unwrap(), exporter)
}
