//! The identity of a span, as text that can be stored and sent.

use super::error::InvalidSpanRef;
use opentelemetry::trace::{SpanContext, SpanId, TraceId};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

/// The identity of a span. [`CurrentSpan::id`](crate::CurrentSpan::id) returns it.
///
/// As text, and with `serde`, it is the `traceparent` of the W3C: 55 characters, safe in HTML, URLs
/// and file names. It contains no secret, so it may be sent to a browser. Text from a browser is not
/// trustworthy: a user can only name another span.
///
/// ```
/// use trace_runtime::feedback::SpanRef;
///
/// let text = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
/// let span: SpanRef = text.parse()?;
/// assert_eq!(span.to_string(), text);
/// assert_eq!(serde_json::to_string(&span)?, format!("{text:?}"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct SpanRef {
    trace_id: TraceId,
    span_id: SpanId,
    is_sampled: bool,
}

impl SpanRef {
    /// Returns the trace id.
    ///
    /// ```
    /// use trace_runtime::feedback::SpanRef;
    ///
    /// let span: SpanRef = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".parse()?;
    /// assert_eq!(span.trace_id().to_string(), "0af7651916cd43dd8448eb211c80319c");
    /// # Ok::<(), trace_runtime::feedback::InvalidSpanRef>(())
    /// ```
    #[must_use]
    pub fn trace_id(&self) -> TraceId {
        self.trace_id
    }

    /// Returns the span id.
    ///
    /// ```
    /// use trace_runtime::feedback::SpanRef;
    ///
    /// let span: SpanRef = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".parse()?;
    /// assert_eq!(span.span_id().to_string(), "b7ad6b7169203331");
    /// # Ok::<(), trace_runtime::feedback::InvalidSpanRef>(())
    /// ```
    #[must_use]
    pub fn span_id(&self) -> SpanId {
        self.span_id
    }

    /// Returns false if the span is not exported, since it is not sampled. Feedback for it is
    /// ignored.
    ///
    /// ```
    /// use trace_runtime::feedback::SpanRef;
    ///
    /// let span: SpanRef = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".parse()?;
    /// assert!(span.is_sampled());
    /// # Ok::<(), trace_runtime::feedback::InvalidSpanRef>(())
    /// ```
    #[must_use]
    pub fn is_sampled(&self) -> bool {
        self.is_sampled
    }

    /// Returns false for a reference that was made where no span was current. All of its digits are
    /// zeros.
    ///
    /// ```
    /// use trace_runtime::feedback::SpanRef;
    ///
    /// let span: SpanRef = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".parse()?;
    /// assert!(span.is_valid());
    /// # Ok::<(), trace_runtime::feedback::InvalidSpanRef>(())
    /// ```
    #[must_use]
    pub fn is_valid(&self) -> bool {
        self.trace_id != TraceId::INVALID
    }
}

impl From<&SpanContext> for SpanRef {
    fn from(context: &SpanContext) -> Self {
        SpanRef {
            trace_id: context.trace_id(),
            span_id: context.span_id(),
            is_sampled: context.is_sampled(),
        }
    }
}

impl fmt::Display for SpanRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "00-{}-{}-{:02x}", self.trace_id, self.span_id, u8::from(self.is_sampled))
    }
}

impl fmt::Debug for SpanRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SpanRef({self})")
    }
}

impl FromStr for SpanRef {
    type Err = InvalidSpanRef;

    fn from_str(text: &str) -> Result<Self, InvalidSpanRef> {
        parse(text.trim()).ok_or(InvalidSpanRef)
    }
}

/// Parses a `traceparent`: fields of lower-case hexadecimal digits. A version after 00 may have more
/// fields.
fn parse(text: &str) -> Option<SpanRef> {
    let mut fields = text.splitn(5, '-');
    let mut field = |length: usize| {
        let field = fields.next().filter(|field| field.len() == length)?;
        let is_hex = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        field.bytes().all(is_hex).then_some(field)
    };
    let (version, trace, span, flags) = (field(2)?, field(32)?, field(16)?, field(2)?);
    let has_more = fields.next().is_some();
    if version == "ff" || (version == "00" && has_more) {
        return None;
    }
    let trace_id = TraceId::from_hex(trace).ok()?;
    let span_id = SpanId::from_hex(span).ok()?;
    let is_sampled = u8::from_str_radix(flags, 16).ok()? & 1 == 1;
    let is_whole = (trace_id == TraceId::INVALID) == (span_id == SpanId::INVALID);
    is_whole.then_some(SpanRef { trace_id, span_id, is_sampled })
}

impl Serialize for SpanRef {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for SpanRef {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const TEXT: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    #[test]
    fn text_is_read_as_it_was_written() {
        let none = "00-00000000000000000000000000000000-0000000000000000-00";
        for text in [TEXT, none, &TEXT.replace("-01", "-00")] {
            let span: SpanRef = text.parse().unwrap();
            assert_eq!(span.to_string(), text);
            let json = serde_json::to_string(&span).unwrap();
            assert_eq!(serde_json::from_str::<SpanRef>(&json).unwrap(), span);
        }
        let span: SpanRef = format!(" 01{}-more ", &TEXT[2..]).parse().unwrap();
        assert_eq!(span.to_string(), TEXT);
        assert!(!none.parse::<SpanRef>().unwrap().is_valid());
    }

    #[test]
    fn text_of_another_form_is_an_error() {
        let upper = TEXT.to_uppercase();
        let long = format!("{TEXT}-more");
        let half = "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01";
        for text in ["", "garbage", &upper, &long, half, &TEXT[..54], "00-7-8-01"] {
            assert!(text.parse::<SpanRef>().is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_parsed_without_a_panic(text in "[0-9a-f\\-é]{0,70}") {
            let _ = text.parse::<SpanRef>();
        }
    }
}
