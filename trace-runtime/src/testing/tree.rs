//! The order of recorded spans, and the tree as text.

use super::span::RecordedSpan;
use crate::openinference::keys;
use crate::readable::{input, one_line, output};
use opentelemetry::trace::{SpanId, Status};
use opentelemetry_sdk::trace::SpanData;
use std::collections::{HashMap, HashSet};

/// Deeper spans are not indented further, so that the text of a deep recursion stays small.
const MAX_INDENT: usize = 100;

/// Orders spans as a tree. A span whose parent is not among them is a root.
pub(super) fn ordered(mut spans: Vec<SpanData>) -> Vec<RecordedSpan> {
    // Stable: spans with the same start stay in the order in which they ended. Reversed, because
    // the last entry of a stack is taken first.
    spans.sort_by_key(|span| span.start_time);
    let known: HashSet<_> = spans.iter().map(|span| span.span_context.span_id()).collect();
    let (mut children, mut open) = (HashMap::<SpanId, Vec<SpanData>>::new(), Vec::new());
    for span in spans.into_iter().rev() {
        if known.contains(&span.parent_span_id) {
            children.entry(span.parent_span_id).or_default().push(span);
        } else {
            open.push((0, span));
        }
    }
    let mut ordered = Vec::with_capacity(known.len());
    while let Some((depth, span)) = open.pop() {
        let below = children.remove(&span.span_context.span_id()).unwrap_or_default();
        open.extend(below.into_iter().map(|child| (depth + 1, child)));
        ordered.push(RecordedSpan::new(span, depth));
    }
    ordered
}

/// Renders spans in their order.
pub(super) fn render(spans: &[RecordedSpan]) -> String {
    let mut text = String::new();
    for span in spans {
        let indent = "  ".repeat(span.depth.min(MAX_INDENT));
        text += &format!("{indent}{}\n", line(span));
        for event in &span.data().events.events {
            if event.name != keys::EVENT_EXCEPTION {
                text += &format!("{indent}  !{}\n", one_line(&event.name));
            }
        }
    }
    text
}

/// Renders one span: `name [KIND] status in=.. out=..`.
fn line(span: &RecordedSpan) -> String {
    let status = match &span.data().status {
        Status::Ok => "ok".to_owned(),
        Status::Unset => "unset".to_owned(),
        Status::Error { description } => format!("error({})", one_line(description)),
    };
    let shown = |label: &str, value: Option<String>| {
        value.map(|value| format!(" {label}={}", one_line(&value))).unwrap_or_default()
    };
    let attributes = &span.data().attributes;
    let input = shown("in", input(attributes, usize::MAX));
    let output = shown("out", output(attributes, usize::MAX));
    let kind = one_line(span.kind().unwrap_or("-"));
    format!("{} [{kind}] {status}{input}{output}", one_line(span.name()))
}
