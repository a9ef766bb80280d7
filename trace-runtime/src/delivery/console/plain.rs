//! Renders a trace for a file or a pipe: a line for each span, indented below its parent. The form
//! is stable, so that scripts can read it.
//!
//! ```text
//! trace 0af7651916cd43dd8448eb211c80319c
//!   research [AGENT] 1.20s ok  in: Oslo  out: 3
//!     search [TOOL] 812.4ms ok  in: {"query":"Oslo"}  out: ["a page"]
//! ```

use super::amounts::duration;
use super::row::{Row, State};
use super::tree::nodes;
use crate::readable::text;
use opentelemetry_sdk::trace::SpanData;

/// The number of characters of an input, an output or an error that are shown.
const MAX_SHOWN_CHARS: usize = 60;

/// Deeper rows are not indented further: in a trace of a deep recursion the spaces would take more
/// than the rest.
const MAX_INDENT: usize = 100;

/// Returns the start of an input or an output, as it was recorded.
pub(super) fn value(span: &SpanData, key: &str) -> Option<String> {
    text(&span.attributes, key).map(|value| shortened(&value))
}

/// Renders the rows of one trace.
pub(super) fn render(rows: &[Row]) -> String {
    let mut text = String::new();
    if let Some(row) = rows.first() {
        text += &format!("trace {}\n", row.trace_id);
    }
    for node in nodes(rows) {
        let indent = "  ".repeat(node.depth.min(MAX_INDENT) + 1);
        text += &format!("{indent}{}\n", line(node.row));
    }
    text
}

/// Renders one span, with `-` for the kind of a span without OpenInference attributes:
/// `name [KIND] duration status  in: ..  out: ..`.
fn line(row: &Row) -> String {
    let kind = row.kind.as_deref().unwrap_or("-");
    let status = match &row.state {
        State::Ok => "ok".to_owned(),
        State::Unset | State::Cancelled => "unset".to_owned(),
        State::Error(message) => format!("error ({})", shortened(message)),
    };
    let shown = |label: &str, value: &Option<String>| {
        value.as_ref().map(|value| format!("  {label}: {value}")).unwrap_or_default()
    };
    let (input, output) = (shown("in", &row.input), shown("out", &row.output));
    format!("{} [{kind}] {} {status}{input}{output}", row.name, duration(row.took(), "µs"))
}

/// Cuts a text and replaces its control characters, so that it stays on one line and cannot send
/// escape sequences to a terminal.
fn shortened(text: &str) -> String {
    let shown = super::row::start(text, MAX_SHOWN_CHARS);
    if text.chars().nth(MAX_SHOWN_CHARS).is_some() { format!("{shown}…") } else { shown }
}
