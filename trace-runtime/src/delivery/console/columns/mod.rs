//! Renders a trace for a terminal: a line for each span, in columns that fit the width.
//!
//! ```text
//! trace 0af7651916cd43dd8448eb211c80319c  4 spans  1.9k tokens  $0.0031
//! agent answer             4.10s ██████  Σ1.9k $0.0031 What is the weather in Oslo?
//! ├─ llm ask  gpt-4o       2.20s ███    812→96 $0.0030 → weather(city: "Oslo")
//! ├─ tool weather           37µs    ▏                  sun in Oslo
//! └─ llm ask  gpt-4o       1.88s    ███ 908→41 $0.0001 It is sunny in Oslo today.
//! ```

mod branch;
mod label;
mod timeline;
mod widths;

use super::amounts::{count, dollars, short_duration};
use super::row::{Row, State, Usage};
use super::style::{Paint, Style};
use super::tree::{Node, nodes};
use crate::readable::{fitted, width, wrapped};
use branch::{branch, branch_below};
use label::Label;
use timeline::Timeline;
use widths::Widths;

/// The number of lines of an error that are shown.
const MAX_ERROR_LINES: usize = 5;

/// With at least this many columns, a line shows the input and the output.
const BOTH_TEXTS: usize = 60;

/// The cells of a line, without colours.
struct Cells {
    label: Label,
    took: String,
    tokens: String,
    cost: String,
}

/// Renders the rows of one trace.
pub(super) fn render(rows: &[Row], style: Style) -> String {
    let nodes = nodes(rows);
    let cells: Vec<_> = nodes.iter().map(|node| Cells::of(node, style)).collect();
    let widths = Widths::of(&cells, style.width);
    let timeline = Timeline::of(rows, widths.bar, style);
    let mut text = header(rows, &nodes, style);
    for (node, cells) in nodes.iter().zip(&cells) {
        text += &line(node, cells, &widths, &timeline, style);
        text += &error_lines(node, style);
    }
    text
}

impl Cells {
    fn of(node: &Node<'_>, style: Style) -> Self {
        let usage = node.usage();
        // The sum of the rows below, not a count of the row itself.
        let sum = |is_sum: bool| if is_sum { style.symbol("Σ", "+") } else { "" };
        let tokens = usage.tokens.map(|(prompt, completion)| match node.row.usage.tokens {
            None => format!("{}{}", sum(true), count(prompt.saturating_add(completion))),
            Some(_) => format!("{}{}{}", count(prompt), style.symbol("→", ">"), count(completion)),
        });
        let is_sum = node.row.usage.cost.is_none();
        let cost = cost(usage, style).map(|cost| format!("{}{cost}", sum(is_sum)));
        Cells {
            label: Label::of(node, style),
            took: short_duration(node.row.took(), style.symbol("µs", "us")),
            tokens: tokens.unwrap_or_default(),
            cost: cost.unwrap_or_default(),
        }
    }
}

/// Renders the id of the trace, by which backends find it, and the sums of all spans.
fn header(rows: &[Row], nodes: &[Node<'_>], style: Style) -> String {
    let Some(first) = rows.first() else { return String::new() };
    let mut sum = Usage::default();
    for root in nodes.iter().filter(|node| node.depth == 0) {
        sum.add(root.usage());
    }
    let mut parts = vec![format!("trace {}", first.trace_id), counted(rows.len(), "span")];
    if let Some((prompt, completion)) = sum.tokens {
        parts.push(format!("{} tokens", count(prompt.saturating_add(completion))));
    }
    parts.extend(cost(sum, style));
    let header = style.paint(Paint::Dim, &fitted(&parts.join("  "), style.width, ""));
    let is_error = |row: &&Row| matches!(row.state, State::Error(_));
    let errors = match rows.iter().filter(is_error).count() {
        0 => String::new(),
        errors => format!("  {}", style.paint(Paint::Red, &counted(errors, "error"))),
    };
    format!("{header}{errors}\n")
}

/// Returns the cost in dollars, with a mark if it is an estimate.
fn cost(usage: Usage, style: Style) -> Option<String> {
    let mark = if usage.is_estimate { style.symbol("≈", "~") } else { "" };
    usage.cost.map(|cost| format!("{mark}{}", dollars(cost)))
}

fn counted(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

/// Renders the line of one span. It has no spaces at its end.
fn line(
    node: &Node<'_>,
    cells: &Cells,
    widths: &Widths,
    timeline: &Timeline,
    style: Style,
) -> String {
    let mut text = cells.label.render(widths.label, style);
    text += &format!(" {:>1$}", cells.took, widths.took);
    if widths.bar > 0 {
        text += &format!(" {}", style.paint(kind_paint(node.row), &timeline.bar(node.row)));
    }
    for (cell, width) in [(&cells.tokens, widths.tokens), (&cells.cost, widths.cost)] {
        if width > 0 {
            text += &style.paint(Paint::Dim, &format!(" {cell:>width$}"));
        }
    }
    let words = words(node, widths.text, style);
    if !words.is_empty() {
        text += &format!(" {words}");
    }
    // Without a colour at the end, a line may end with empty cells.
    text.truncate(text.trim_end().len());
    text + "\n"
}

/// Returns the text of a span: the input of a root, the output of all others, or both if they fit.
fn words(node: &Node<'_>, room: usize, style: Style) -> String {
    if node.row.state == State::Cancelled {
        return style.paint(Paint::Yellow, &fitted("cancelled", room, style.ellipsis()));
    }
    let text = |text: &Option<String>| text.as_deref().map(|text| style.encodable(text));
    let (input, output) = (text(&node.row.input), text(&node.row.output));
    let shorten = |text: &str, room| fitted(text, room, style.ellipsis());
    if let (Some(input), Some(output)) = (&input, &output)
        && room >= BOTH_TEXTS
    {
        let input = shorten(input, room * 2 / 5);
        let is_call = output.starts_with(style.symbol("→", "->"));
        let arrow = if is_call { " " } else { style.symbol(" → ", " -> ") };
        let rest = room - width(&input) - width(arrow);
        return format!("{}{arrow}{}", style.paint(Paint::Dim, &input), shorten(output, rest));
    }
    let shown = if node.depth == 0 { input.or(output) } else { output.or(input) };
    shown.map(|text| shorten(&text, room)).unwrap_or_default()
}

/// Renders the message of a failed span below its line, where there is room for it.
fn error_lines(node: &Node<'_>, style: Style) -> String {
    let State::Error(message) = &node.row.state else { return String::new() };
    if node.passes_error_on {
        return String::new();
    }
    let branch = branch_below(node, style);
    let message = style.encodable(message);
    let message = if message.is_empty() { "error".to_owned() } else { format!("error: {message}") };
    let room = style.width.saturating_sub(width(&branch));
    let lines = wrapped(&message, room, MAX_ERROR_LINES, style.ellipsis());
    let render = |line: &String| {
        format!("{}{}\n", style.paint(Paint::Dim, &branch), style.paint(Paint::Red, line))
    };
    lines.iter().map(render).collect()
}

/// Returns the colour of a kind. Red is left for errors.
fn kind_paint(row: &Row) -> Paint {
    if matches!(row.state, State::Error(_)) {
        return Paint::Red;
    }
    match row.kind.as_deref() {
        Some("LLM") => Paint::Green,
        Some("TOOL") => Paint::Yellow,
        Some("AGENT") => Paint::Magenta,
        Some("RETRIEVER" | "EMBEDDING" | "RERANKER") => Paint::Blue,
        Some(_) => Paint::Cyan,
        None => Paint::Dim,
    }
}
