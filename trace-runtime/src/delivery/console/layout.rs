//! The two forms of a trace: columns for a terminal, plain lines for everything else.

use super::columns;
use super::plain;
use super::row::{Row, start};
use super::style::{Paint, Style};
use crate::config::Environment;
use crate::openinference::keys;
use crate::readable;
use opentelemetry_sdk::trace::SpanData;

/// The number of characters of an input or an output that a terminal may show.
const MAX_TEXT_CHARS: usize = 300;

/// The form in which traces are printed.
#[derive(Clone, Copy, Debug)]
pub(super) enum Layout {
    Plain,
    Columns(Style),
}

impl Layout {
    pub(super) fn resolve(env: &Environment, is_terminal: bool) -> Self {
        Style::resolve(env, is_terminal).map_or(Layout::Plain, Layout::Columns)
    }

    /// Creates the row of a span, with the texts that this layout shows.
    pub(super) fn row(self, span: &SpanData) -> Row {
        let attributes = &span.attributes;
        let (input, output) = match self {
            Layout::Plain => {
                (plain::value(span, keys::INPUT_VALUE), plain::value(span, keys::OUTPUT_VALUE))
            }
            Layout::Columns(_) => {
                let texts = (
                    readable::input(attributes, MAX_TEXT_CHARS),
                    readable::output(attributes, MAX_TEXT_CHARS),
                );
                let line = |text: Option<String>| text.map(|text| start(&text, MAX_TEXT_CHARS));
                (line(texts.0), line(texts.1))
            }
        };
        Row::new(span, input, output)
    }

    /// Renders the rows of one trace. A terminal also shows a link to it on the page; plain lines are
    /// stable, and the banner names the page.
    pub(super) fn render(self, rows: &[Row], page: Option<&str>) -> String {
        match (self, page.zip(rows.first())) {
            (Layout::Plain, _) => plain::render(rows),
            (Layout::Columns(style), None) => columns::render(rows, style),
            (Layout::Columns(style), Some((page, row))) => {
                let link = style.paint(Paint::Dim, &format!("{page}#{}", row.trace_id));
                format!("{}{link}\n", columns::render(rows, style))
            }
        }
    }
}
