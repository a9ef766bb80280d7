//! One recorded span.

use crate::openinference::keys;
use opentelemetry::trace::Status;
use opentelemetry_sdk::trace::SpanData;
use std::collections::BTreeMap;

/// A span that a test has recorded, in the form in which it would reach a backend: with messages
/// and token counts, and after masks.
///
/// ```
/// # use trace_runtime::testing;
/// #[trace_runtime::tool]
/// fn divide(a: u32, b: u32) -> Result<u32, String> {
///     a.checked_div(b).ok_or_else(|| "division by zero".to_owned())
/// }
///
/// let (_, trace) = testing::record(|| divide(1, 0));
/// let span = trace.span("divide");
/// assert_eq!(span.kind(), Some("TOOL"));
/// assert_eq!(span.input(), Some(r#"{"a":1,"b":0}"#));
/// assert!(span.error().is_some_and(|message| message.contains("division by zero")));
/// ```
#[derive(Clone, Debug)]
pub struct RecordedSpan {
    data: SpanData,
    /// The attributes as text.
    attributes: BTreeMap<String, String>,
    pub(super) depth: usize,
}

impl RecordedSpan {
    pub(super) fn new(data: SpanData, depth: usize) -> Self {
        let pairs = data.attributes.iter();
        let attributes =
            pairs.map(|kv| (kv.key.as_str().to_owned(), kv.value.as_str().into_owned())).collect();
        RecordedSpan { data, attributes, depth }
    }

    /// Returns the name.
    ///
    /// ```
    /// # #[trace_runtime::tool] fn double(number: u8) -> u8 { 2 * number }
    /// # let (_, trace) = trace_runtime::testing::record(|| double(4));
    /// assert_eq!(trace.spans()[0].name(), "double");
    /// ```
    #[must_use]
    pub fn name(&self) -> &str {
        &self.data.name
    }

    /// Returns the OpenInference span kind, for example `LLM`. `None` for a span of other
    /// instrumentation.
    ///
    /// ```
    /// # #[trace_runtime::tool] fn double(number: u8) -> u8 { 2 * number }
    /// # let (_, trace) = trace_runtime::testing::record(|| double(4));
    /// assert_eq!(trace.span("double").kind(), Some("TOOL"));
    /// ```
    #[must_use]
    pub fn kind(&self) -> Option<&str> {
        self.attribute(keys::SPAN_KIND)
    }

    /// Returns an attribute as text. Numbers and booleans are formatted, arrays are JSON.
    ///
    /// ```
    /// # #[trace_runtime::tool] fn double(number: u8) -> u8 { 2 * number }
    /// # let (_, trace) = trace_runtime::testing::record(|| double(4));
    /// assert_eq!(trace.span("double").attribute("tool.name"), Some("double"));
    /// ```
    #[must_use]
    pub fn attribute(&self, key: &str) -> Option<&str> {
        self.attributes.get(key).map(String::as_str)
    }

    /// Returns all attributes as text, sorted by key.
    ///
    /// ```
    /// # #[trace_runtime::tool] fn double(number: u8) -> u8 { 2 * number }
    /// # let (_, trace) = trace_runtime::testing::record(|| double(4));
    /// assert!(trace.span("double").attributes().any(|(key, _)| key == "tool.name"));
    /// ```
    pub fn attributes(&self) -> impl Iterator<Item = (&str, &str)> {
        self.attributes.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }

    /// Returns the recorded input, `input.value`.
    ///
    /// ```
    /// # #[trace_runtime::tool] fn double(number: u8) -> u8 { 2 * number }
    /// # let (_, trace) = trace_runtime::testing::record(|| double(4));
    /// assert_eq!(trace.span("double").input(), Some(r#"{"number":4}"#));
    /// ```
    #[must_use]
    pub fn input(&self) -> Option<&str> {
        self.attribute(keys::INPUT_VALUE)
    }

    /// Returns the recorded output, `output.value`.
    ///
    /// ```
    /// # #[trace_runtime::tool] fn double(number: u8) -> u8 { 2 * number }
    /// # let (_, trace) = trace_runtime::testing::record(|| double(4));
    /// assert_eq!(trace.span("double").output(), Some("8"));
    /// ```
    #[must_use]
    pub fn output(&self) -> Option<&str> {
        self.attribute(keys::OUTPUT_VALUE)
    }

    /// Returns the message of the error with which the span ended.
    ///
    /// ```
    /// # #[trace_runtime::tool] fn double(number: u8) -> u8 { 2 * number }
    /// # let (_, trace) = trace_runtime::testing::record(|| double(4));
    /// assert_eq!(trace.span("double").error(), None);
    /// ```
    #[must_use]
    pub fn error(&self) -> Option<&str> {
        match &self.data.status {
            Status::Error { description } => Some(description),
            Status::Ok | Status::Unset => None,
        }
    }

    /// Returns the number of recorded spans above this one.
    ///
    /// ```
    /// # #[trace_runtime::tool] fn double(number: u8) -> u8 { 2 * number }
    /// # let (_, trace) = trace_runtime::testing::record(|| double(4));
    /// assert_eq!(trace.span("double").depth(), 0);
    /// ```
    #[must_use]
    pub fn depth(&self) -> usize {
        self.depth
    }

    /// Returns the span in the form of the OpenTelemetry SDK: ids, times, events, links.
    ///
    /// ```
    /// # #[trace_runtime::tool] fn double(number: u8) -> u8 { 2 * number }
    /// # let (_, trace) = trace_runtime::testing::record(|| double(4));
    /// assert!(trace.span("double").data().span_context.is_sampled());
    /// ```
    #[must_use]
    pub fn data(&self) -> &SpanData {
        &self.data
    }
}
