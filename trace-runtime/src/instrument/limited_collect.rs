//! The items of a stream as values of a span of its kind.

use super::collect::Collect;
use super::error::Failed;
use super::open::OpenSpan;
use crate::capture::{CapturedValue, capturing};
use crate::openinference::OpenInferenceSpanKind;

/// Collects with the limits of the span.
pub(super) struct Capturing<C> {
    /// `None` without a span: then nothing is collected.
    kind: Option<OpenInferenceSpanKind>,
    collect: C,
}

impl<C> Capturing<C> {
    pub(super) fn new(span: &OpenSpan, collect: C) -> Self {
        Capturing { kind: span.kind(), collect }
    }
}

impl<T, C: Collect<T>> Collect<T> for Capturing<C> {
    fn add(&mut self, item: &T) -> Option<Failed> {
        capturing(self.kind?, || self.collect.add(item))
    }

    fn output(&mut self) -> Option<CapturedValue> {
        capturing(self.kind?, || self.collect.output())
    }
}
