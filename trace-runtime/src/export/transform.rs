//! What the worker does to a span before it leaves: enrich, mask, limit.

use super::limit;
use crate::enrich::enrich;
use crate::mask::{self, MaskSettings};
use crate::register::Limits;
use opentelemetry_sdk::trace::SpanData;

/// The last look at a span: behind it are only the wire, the console and the disk.
#[derive(Clone, Debug)]
pub(crate) struct Transform {
    pub(crate) limits: Limits,
    pub(crate) mask: MaskSettings,
}

impl Transform {
    /// Adds what the input and the output say, hides what must not be seen, and brings all of it
    /// within the limits.
    pub(crate) fn apply(&self, span: &mut SpanData) {
        enrich(span);
        mask::apply(span, &self.mask);
        limit::apply(span, self.limits);
    }
}
