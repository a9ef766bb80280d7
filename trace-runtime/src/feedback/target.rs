//! The span, trace or session that an annotation is about.

use super::error::AnnotateError;
use super::span_ref::SpanRef;
use serde::{Deserialize, Serialize};

/// The span, trace or session that an annotation is about. A `&SpanRef` converts to its span.
///
/// ```
/// use trace_runtime::feedback::{SpanRef, Target};
///
/// let span: SpanRef = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".parse()?;
/// let targets = [Target::from(&span), Target::trace(&span), Target::session("chat-7")];
/// # Ok::<(), trace_runtime::feedback::InvalidSpanRef>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target(pub(super) Aim);

/// The content of a [`Target`], also in the spool.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Aim {
    Span(SpanRef),
    Trace(SpanRef),
    Session(String),
}

impl Target {
    /// The trace of a span.
    ///
    /// ```
    /// use trace_runtime::feedback::{SpanRef, Target};
    ///
    /// let span: SpanRef = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".parse()?;
    /// let target = Target::trace(&span);
    /// # drop(target);
    /// # Ok::<(), trace_runtime::feedback::InvalidSpanRef>(())
    /// ```
    #[must_use]
    pub fn trace(span: &SpanRef) -> Self {
        Target(Aim::Trace(*span))
    }

    /// A session, by the id that [`using_session`](crate::scope::using_session) was given.
    ///
    /// ```
    /// use trace_runtime::feedback::Target;
    ///
    /// let target = Target::session("conversation-7");
    /// ```
    #[must_use]
    pub fn session(id: impl Into<String>) -> Self {
        Target(Aim::Session(id.into()))
    }

    /// Returns the span that identifies the target.
    pub(super) fn span(&self) -> Option<SpanRef> {
        match self.0 {
            Aim::Span(span) | Aim::Trace(span) => Some(span),
            Aim::Session(_) => None,
        }
    }

    /// Returns false if the span is not exported, so that nothing can be annotated.
    pub(super) fn require_span(&self) -> Result<bool, AnnotateError> {
        match self.span() {
            Some(span) if !span.is_valid() => Err(AnnotateError::NoSpan),
            Some(span) => Ok(span.is_sampled()),
            None => Ok(true),
        }
    }
}

impl From<&SpanRef> for Target {
    fn from(span: &SpanRef) -> Self {
        Target(Aim::Span(*span))
    }
}

impl From<SpanRef> for Target {
    fn from(span: SpanRef) -> Self {
        Target(Aim::Span(span))
    }
}
