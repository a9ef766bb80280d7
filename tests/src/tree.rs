//! Traces as text, the form in which tests compare them.

use trace_runtime::opentelemetry::KeyValue;
use trace_runtime::opentelemetry::trace::{SpanId, Status};
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
    let mut ordered: Vec<&SpanData> = spans.iter().collect();
    ordered.sort_by_key(|span| span.start_time);
    // A span with a remote or missing parent is a root too, so that no span is left out.
    let is_root = |span: &&&SpanData| {
        !spans.iter().any(|parent| parent.span_context.span_id() == span.parent_span_id)
    };
    let mut text = String::new();
    for root in ordered.iter().filter(is_root) {
        write(&mut text, 0, root, &ordered);
    }
    text
}

/// Writes a span, its events and its descendants. Asserts that a child has its parent's trace id.
fn write(text: &mut String, depth: usize, span: &SpanData, all: &[&SpanData]) {
    let indent = "  ".repeat(depth);
    let kind = attribute(&span.attributes, "openinference.span.kind").unwrap_or_default();
    let status = match &span.status {
        Status::Ok => "ok".to_owned(),
        Status::Unset => "unset".to_owned(),
        Status::Error { description } => format!("error({description})"),
    };
    *text += &format!("{indent}{} [{kind}] {status}", span.name);
    for (label, key) in [("in", "input.value"), ("out", "output.value")] {
        if let Some(value) = attribute(&span.attributes, key) {
            *text += &format!(" {label}={value}");
        }
    }
    *text += "\n";
    for event in &span.events.events {
        *text += &format!("{indent}  !{}", event.name);
        for key in ["exception.type", "exception.message", "exception.stacktrace"] {
            if let Some(value) = attribute(&event.attributes, key) {
                *text += &format!(" | {value}");
            }
        }
        *text += "\n";
    }
    let id: SpanId = span.span_context.span_id();
    for child in all.iter().filter(|child| child.parent_span_id == id) {
        assert_eq!(child.span_context.trace_id(), span.span_context.trace_id());
        write(text, depth + 1, child, all);
    }
}

/// Returns an attribute as text.
fn attribute(attributes: &[KeyValue], key: &str) -> Option<String> {
    let found = attributes.iter().find(|attribute| attribute.key.as_str() == key)?;
    Some(found.value.to_string())
}
