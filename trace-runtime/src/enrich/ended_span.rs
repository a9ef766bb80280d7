//! A span of a batch, before it is encoded.

use super::counted_once::Lineage;
use crate::span::SpanRecord;
use opentelemetry_sdk::trace::SpanData;

/// A span that has ended, in the cheapest form that the stages can work with.
#[derive(Debug)]
pub(crate) enum EndedSpan<'a> {
    /// The stages derive nothing for it, so it may be encoded from its record.
    Plain(&'a mut SpanRecord),
    Data(&'a mut SpanData),
}

impl EndedSpan<'_> {
    pub(super) fn data(&mut self) -> Option<&mut SpanData> {
        match self {
            EndedSpan::Plain(_) => None,
            EndedSpan::Data(data) => Some(data),
        }
    }

    pub(super) fn lineage(&self) -> Lineage {
        match self {
            EndedSpan::Plain(record) => Lineage::of_step(
                record.span_context.span_id(),
                record.parent_span_id(),
                record.parent_is_remote(),
            ),
            EndedSpan::Data(data) => Lineage::of(data),
        }
    }
}
