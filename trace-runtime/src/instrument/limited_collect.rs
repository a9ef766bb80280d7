//! Collects the items of a stream with the size limits of its span.

use super::collect::Collect;
use super::error::ErrorInfo;
use super::open::SpanHandle;
use crate::capture::{CapturedValue, with_limits_for};
use crate::openinference::OpenInferenceSpanKind;

/// Applies the limits for the kind of the span to another collector. Any thread may poll a stream,
/// and the limits are in a thread-local, so they are set for each item.
pub struct LimitedCollect<C> {
    /// `None` if there is no span. Nothing is collected then.
    kind: Option<OpenInferenceSpanKind>,
    collect: C,
}

impl<C> LimitedCollect<C> {
    pub(super) fn new(span: &SpanHandle, collect: C) -> Self {
        LimitedCollect { kind: span.kind(), collect }
    }
}

impl<T, C: Collect<T>> Collect<T> for LimitedCollect<C> {
    fn add(&mut self, item: &T) -> Option<ErrorInfo> {
        with_limits_for(self.kind?, || self.collect.add(item))
    }

    fn output(&mut self) -> Option<CapturedValue<'_>> {
        with_limits_for(self.kind?, || self.collect.output())
    }
}
