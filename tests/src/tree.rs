//! Traces as text, the form in which tests compare them.

use opentelemetry_proto::tonic::common::v1::any_value::Value as AnyValue;
use opentelemetry_proto::tonic::common::v1::{AnyValue as Any, KeyValue as ReceivedAttribute};
use opentelemetry_proto::tonic::trace::v1::Span;
use std::time::UNIX_EPOCH;
use trace_runtime::opentelemetry::KeyValue;
use trace_runtime::opentelemetry::trace::Status;
use trace_runtime::opentelemetry_sdk::trace::SpanData;

/// Formats spans as trees, in the order of their start times. Each span has one line, indented
/// below its parent, and one line for each event after an exclamation mark:
///
/// ```text
/// agent [AGENT] ok in=Oslo out=sun
/// ask [LLM] error(panic: boom) in={"n":1}
/// !exception | panic | boom | at src/main.rs:1:1
/// ```
#[must_use]
pub fn tree(spans: &[SpanData]) -> String {
    format(spans.iter().map(Node::of_span).collect())
}

/// Formats the spans that a receiver has decoded, which several processes may have sent, as
/// [`tree`] does.
#[must_use]
pub fn received_tree(spans: &[Span]) -> String {
    format(spans.iter().map(Node::of_received).collect())
}

/// A span as it is shown.
struct Node {
    trace: Vec<u8>,
    id: Vec<u8>,
    parent: Vec<u8>,
    start: u128,
    line: String,
    events: Vec<String>,
}

impl Node {
    fn of_span(span: &SpanData) -> Self {
        let status = match &span.status {
            Status::Ok => "ok".to_owned(),
            Status::Unset => "unset".to_owned(),
            Status::Error { description } => format!("error({description})"),
        };
        let events = span.events.events.iter();
        let start = span.start_time.duration_since(UNIX_EPOCH).unwrap_or_default();
        Node {
            trace: span.span_context.trace_id().to_bytes().to_vec(),
            id: span.span_context.span_id().to_bytes().to_vec(),
            parent: span.parent_span_id.to_bytes().to_vec(),
            start: start.as_nanos(),
            line: line(&span.name, &status, |key| attribute(&span.attributes, key)),
            events: events
                .map(|event| event_line(&event.name, |key| attribute(&event.attributes, key)))
                .collect(),
        }
    }

    fn of_received(span: &Span) -> Self {
        let status = span.status.clone().unwrap_or_default();
        let status = match status.code {
            1 => "ok".to_owned(),
            2 => format!("error({})", status.message),
            _ => "unset".to_owned(),
        };
        Node {
            trace: span.trace_id.clone(),
            id: span.span_id.clone(),
            parent: span.parent_span_id.clone(),
            start: span.start_time_unix_nano.into(),
            line: line(&span.name, &status, |key| received(&span.attributes, key)),
            events: span
                .events
                .iter()
                .map(|event| event_line(&event.name, |key| received(&event.attributes, key)))
                .collect(),
        }
    }
}

fn line(name: &str, status: &str, attribute: impl Fn(&str) -> Option<String>) -> String {
    let kind = attribute("openinference.span.kind").unwrap_or_default();
    let mut line = format!("{name} [{kind}] {status}");
    for (label, key) in [("in", "input.value"), ("out", "output.value")] {
        if let Some(value) = attribute(key) {
            line += &format!(" {label}={value}");
        }
    }
    line
}

fn event_line(name: &str, attribute: impl Fn(&str) -> Option<String>) -> String {
    let mut line = format!("!{name}");
    for key in ["exception.type", "exception.message", "exception.stacktrace"] {
        if let Some(value) = attribute(key) {
            line += &format!(" | {value}");
        }
    }
    line
}

fn format(mut nodes: Vec<Node>) -> String {
    nodes.sort_by_key(|node| node.start);
    // A span with a remote or missing parent is a root too, so that no span is left out.
    let is_root = |node: &&Node| !nodes.iter().any(|parent| parent.id == node.parent);
    let mut text = String::new();
    for root in nodes.iter().filter(is_root) {
        write(&mut text, 0, root, &nodes);
    }
    text
}

/// Writes a span, its events and its descendants. Asserts that a child has its parent's trace id.
fn write(text: &mut String, depth: usize, node: &Node, all: &[Node]) {
    let indent = "  ".repeat(depth);
    *text += &format!("{indent}{}\n", node.line);
    for event in &node.events {
        *text += &format!("{indent}  {event}\n");
    }
    for child in all.iter().filter(|child| child.parent == node.id) {
        assert_eq!(child.trace, node.trace);
        write(text, depth + 1, child, all);
    }
}

/// Returns an attribute as text.
fn attribute(attributes: &[KeyValue], key: &str) -> Option<String> {
    let found = attributes.iter().find(|attribute| attribute.key.as_str() == key)?;
    Some(found.value.to_string())
}

/// Returns an attribute of a received span, if it is a text.
fn received(attributes: &[ReceivedAttribute], key: &str) -> Option<String> {
    let found = attributes.iter().find(|attribute| attribute.key == key)?;
    match &found.value {
        Some(Any { value: Some(AnyValue::StringValue(text)) }) => Some(text.clone()),
        _ => None,
    }
}
