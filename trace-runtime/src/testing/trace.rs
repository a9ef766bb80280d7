//! The spans of a test, and look-ups in them.

use super::span::RecordedSpan;
use super::{page, tree};
use crate::panic::catch;
use crate::readable::file_url;
use opentelemetry_sdk::trace::SpanData;

/// The spans that [`record`](super::record) has recorded, in the order of the tree: each span
/// before its children, and siblings by their start.
///
/// ```
/// # #[trace_runtime::tool] fn double(number: u8) -> u8 { 2 * number }
/// let (result, trace) = trace_runtime::testing::record(|| double(4));
/// assert_eq!(result, 8);
/// assert_eq!(trace.span("double").output(), Some("8"));
/// ```
#[derive(Debug)]
pub struct Trace {
    spans: Vec<RecordedSpan>,
}

impl Trace {
    pub(super) fn new(spans: Vec<SpanData>) -> Self {
        Trace { spans: tree::ordered(spans) }
    }

    /// Returns all spans.
    ///
    /// ```
    /// use trace_runtime::{testing, tool};
    ///
    /// #[tool]
    /// fn double(number: u8) -> u8 {
    ///     2 * number
    /// }
    ///
    /// let (_, trace) = testing::record(|| double(4));
    /// assert_eq!(trace.spans().len(), 1);
    /// ```
    #[must_use]
    pub fn spans(&self) -> &[RecordedSpan] {
        &self.spans
    }

    /// Returns the span with this name.
    ///
    /// ```
    /// use trace_runtime::{testing, tool};
    ///
    /// #[tool]
    /// fn double(number: u8) -> u8 {
    ///     2 * number
    /// }
    ///
    /// let (_, trace) = testing::record(|| double(4));
    /// assert_eq!(trace.span("double").input(), Some(r#"{"number":4}"#));
    /// ```
    ///
    /// # Panics
    ///
    /// Fails the test if no span or more than one has the name. Use
    /// [`spans_named`](Self::spans_named) if a function is called several times.
    #[must_use]
    #[track_caller]
    #[expect(clippy::panic, reason = "a look-up is an assertion of a test")]
    pub fn span(&self, name: &str) -> &RecordedSpan {
        let mut found = self.spans.iter().filter(|span| span.name() == name);
        match (found.next(), found.count()) {
            (Some(span), 0) => span,
            (None, _) => panic!("no span is named `{name}`:\n{}", self.tree()),
            (Some(_), more) => {
                panic!("{} spans are named `{name}`:\n{}", more + 1, self.tree())
            }
        }
    }

    /// Returns the spans with this name.
    ///
    /// ```
    /// use trace_runtime::{testing, tool};
    ///
    /// #[tool]
    /// fn double(number: u8) -> u8 {
    ///     2 * number
    /// }
    ///
    /// let (_, trace) = testing::record(|| double(4));
    /// assert_eq!(trace.spans_named("double").count(), 1);
    /// ```
    pub fn spans_named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a RecordedSpan> {
        self.spans.iter().filter(move |span| span.name() == name)
    }

    /// Returns the direct children of a span.
    ///
    /// ```
    /// # #[trace_runtime::tool] fn add(a: u8, b: u8) -> u8 { a + b }
    /// #[trace_runtime::chain]
    /// fn sum(numbers: &[u8]) -> u8 {
    ///     numbers.iter().fold(0, |sum, number| add(sum, *number))
    /// }
    ///
    /// let (_, trace) = trace_runtime::testing::record(|| sum(&[1, 2]));
    /// assert_eq!(trace.children(trace.span("sum")).count(), 2);
    /// ```
    pub fn children<'a>(
        &'a self,
        parent: &'a RecordedSpan,
    ) -> impl Iterator<Item = &'a RecordedSpan> {
        let parent = parent.data().span_context.span_id();
        self.spans.iter().filter(move |span| span.data().parent_span_id == parent)
    }

    /// Returns the trace as text, the form in which a test compares it. Each span is one line,
    /// indented below its parent; each event but an exception is one line after an exclamation
    /// mark. A span without OpenInference attributes has the kind `-`.
    ///
    /// Input and output are shown as a person reads them: the last message of the user, the answer,
    /// tool calls, and JSON without quotes and escapes. [`RecordedSpan::input`] returns the value
    /// itself. Ids, times and places in the source are left out, because they change from run to run.
    ///
    /// ```text
    /// plan [AGENT] error(no sun) in=Oslo
    ///   ask [LLM] ok in=Is it sunny in Oslo? out=→ weather(city: "Oslo")
    ///   weather [TOOL] ok in=Oslo out=rain
    /// ```
    #[must_use]
    pub fn tree(&self) -> String {
        tree::render(&self.spans)
    }
}

impl Drop for Trace {
    /// Prints the tree and writes the page if the test fails.
    #[expect(clippy::print_stderr, reason = "only the macro writes to the output of the test")]
    fn drop(&mut self) {
        if std::thread::panicking() {
            // The macro panics if stderr is closed, and a second panic would abort the test.
            let _ = catch(|| eprintln!("the recorded trace:\n{}", self.tree()));
            let _ = catch(|| match page::write(&self.spans) {
                Some(Ok(page)) => eprintln!("the page of the trace: {}", file_url(&page)),
                Some(Err(error)) => eprintln!("the page could not be written: {error}"),
                None => {}
            });
        }
    }
}
