//! Renders a trace as text: a line for each span, indented below its parent.
//!
//! ```text
//! trace 0af7651916cd43dd8448eb211c80319c
//!   research [AGENT] 1.20s ok  in: Oslo  out: 3
//!     search [TOOL] 812.4ms ok  in: {"query":"Oslo"}  out: ["a page"]
//! ```

use crate::openinference::keys;
use opentelemetry::trace::{SpanId, Status};
use opentelemetry_sdk::trace::SpanData;
use std::collections::{HashMap, HashSet};
use std::time::Duration;

/// The number of characters of an input, an output or an error that are shown.
const MAX_SHOWN_CHARS: usize = 60;

/// Renders the spans of one trace. Siblings and roots are in the order of their start; a span whose
/// parent is missing, because it has not ended or is remote, is a root.
pub(super) fn render(spans: &[SpanData]) -> String {
    let known: HashSet<SpanId> = spans.iter().map(|span| span.span_context.span_id()).collect();
    let mut children: HashMap<SpanId, Vec<&SpanData>> = HashMap::new();
    let mut roots = Vec::new();
    for span in spans {
        if known.contains(&span.parent_span_id) {
            children.entry(span.parent_span_id).or_default().push(span);
        } else {
            roots.push(span);
        }
    }
    let mut text = String::new();
    if let Some(span) = spans.first() {
        text += &format!("trace {}\n", span.span_context.trace_id());
    }
    // A heap-allocated stack instead of recursion: a trace of a recursive function can be deeper
    // than the stack of this thread. Reversed, because the last entry is popped first.
    roots.sort_by_key(|span| std::cmp::Reverse(span.start_time));
    let mut open: Vec<(usize, &SpanData)> = roots.into_iter().map(|root| (0, root)).collect();
    while let Some((depth, span)) = open.pop() {
        text += &line(depth, span);
        let mut below = children.remove(&span.span_context.span_id()).unwrap_or_default();
        below.sort_by_key(|span| std::cmp::Reverse(span.start_time));
        open.extend(below.into_iter().map(|child| (depth + 1, child)));
    }
    text
}

/// Renders one span, with `-` for the kind of a span without OpenInference attributes:
/// `name [KIND] duration status  in: ..  out: ..`.
fn line(depth: usize, span: &SpanData) -> String {
    let indent = "  ".repeat(depth + 1);
    let kind = attribute(span, keys::SPAN_KIND).unwrap_or_else(|| "-".to_owned());
    let took = span.end_time.duration_since(span.start_time).unwrap_or_default();
    let status = match &span.status {
        Status::Ok => "ok".to_owned(),
        Status::Unset => "unset".to_owned(),
        Status::Error { description } => format!("error ({})", shortened(description)),
    };
    let shown = |label: &str, key: &str| {
        attribute(span, key).map(|value| format!("  {label}: {}", shortened(&value)))
    };
    let input = shown("in", keys::INPUT_VALUE).unwrap_or_default();
    let output = shown("out", keys::OUTPUT_VALUE).unwrap_or_default();
    format!("{indent}{} [{kind}] {} {status}{input}{output}\n", span.name, rounded(took))
}

fn attribute(span: &SpanData, key: &str) -> Option<String> {
    let found = span.attributes.iter().find(|attribute| attribute.key.as_str() == key)?;
    Some(found.value.as_str().into_owned())
}

/// Cuts a text and replaces its control characters, so that it stays on one line and cannot send
/// escape sequences to a terminal.
fn shortened(text: &str) -> String {
    let shown: String = text.chars().take(MAX_SHOWN_CHARS).collect();
    let clean: String = shown.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.chars().nth(MAX_SHOWN_CHARS).is_some() { format!("{clean}…") } else { clean }
}

/// Formats a duration in the largest unit that it fills: `1.20s`, `3.4ms`, `56µs`.
fn rounded(took: Duration) -> String {
    match took.as_secs_f64() {
        seconds if seconds >= 1.0 => format!("{seconds:.2}s"),
        seconds if seconds >= 0.001 => format!("{:.1}ms", seconds * 1e3),
        seconds => format!("{:.0}µs", seconds * 1e6),
    }
}
