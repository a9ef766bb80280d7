//! The errors of feedback.

/// The error of a text that is not a [`SpanRef`](crate::feedback::SpanRef).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the text is not a reference to a span: expected the form \
     00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
)]
#[non_exhaustive]
pub struct InvalidSpanRef;

/// The error of an annotation that was not taken.
///
/// An annotation that was taken and that a backend does not accept later is counted in
/// [`stats`](crate::Registration::stats), and reported.
///
/// ```
/// use trace_runtime::feedback::{AnnotateError, Annotation};
/// # use trace_runtime::{Registration, feedback::SpanRef};
///
/// fn rate(registration: &Registration, span: &SpanRef) -> Result<(), AnnotateError> {
///     match registration.annotate(span, Annotation::new("helpful").score(1)) {
///         Err(AnnotateError::NoSpan) => Ok(()), // the answer was not traced
///         result => result,
///     }
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AnnotateError {
    /// The reference was made where no span was current.
    #[error("the reference names no span: call `current_span().id()` inside an annotated function")]
    NoSpan,
    /// A value of the annotation that no backend accepts.
    #[error("`{field}` of the annotation is {found}: expected {expected}")]
    Invalid {
        /// The method that sets the value.
        field: &'static str,
        /// The value, or its size.
        found: String,
        /// The values that are accepted.
        expected: &'static str,
    },
    /// No destination takes such feedback.
    #[error("no destination takes {what} ({found}): {advice}")]
    NoBackend {
        /// The kind of feedback.
        what: &'static str,
        /// The destinations of the program.
        found: String,
        /// The destinations that take it.
        advice: &'static str,
    },
    /// The registration was shut down, or this process was forked from the one that has it.
    #[error("feedback is not taken any more: {0}")]
    Ended(&'static str),
    /// The thread that sends could not be started.
    #[error("the thread that sends feedback could not be started: {0}")]
    Thread(String),
}
