//! The spans in a queue.

use crate::enrich::EndedSpan;
use crate::memory::estimate;
use crate::span::SpanRecord;
use opentelemetry_sdk::trace::SpanData;

/// A span that has ended.
#[derive(Clone, Debug)]
pub(crate) enum QueuedSpan {
    /// Recorded by this crate. The worker converts it, so the caller does not pay for that.
    Own(Box<SpanRecord>),
    /// From a provider of the SDK.
    Sdk(Box<SpanData>),
}

/// A list of spans in the order they ended, as far as they come from the same source.
///
/// The memory of records circulates: the worker takes their content and leaves the empty boxes in
/// `spare`, from where they go back to the threads that begin spans. Memory that another thread
/// has freed is slow to allocate again.
#[derive(Debug, Default)]
#[expect(clippy::vec_box, reason = "a record is handed on without a copy, and its memory back")]
pub(crate) struct Spans {
    own: Vec<Box<SpanRecord>>,
    sdk: Vec<SpanData>,
    /// Records without content.
    spare: Vec<Box<SpanRecord>>,
}

impl From<SpanData> for QueuedSpan {
    fn from(data: SpanData) -> Self {
        QueuedSpan::Sdk(Box::new(data))
    }
}

impl QueuedSpan {
    /// The memory of the span, estimated.
    #[inline]
    pub(crate) fn size(&self) -> usize {
        match self {
            QueuedSpan::Own(span) => span.size(),
            QueuedSpan::Sdk(span) => estimate(span),
        }
    }
}

impl Spans {
    pub(crate) fn len(&self) -> usize {
        self.own.len() + self.sdk.len()
    }

    /// Adds a span, and returns the memory of a record if there is a spare one.
    #[inline]
    pub(in crate::delivery) fn push(&mut self, span: QueuedSpan) -> Option<Box<SpanRecord>> {
        match span {
            QueuedSpan::Own(span) => {
                self.own.push(span);
                self.spare.pop()
            }
            QueuedSpan::Sdk(span) => {
                self.sdk.push(*span);
                None
            }
        }
    }

    /// Takes all spans of another list, and gives it the memory of as many records.
    pub(super) fn append(&mut self, others: &mut Spans) {
        let kept = self.spare.len().saturating_sub(others.own.len());
        others.spare.extend(self.spare.drain(kept..));
        self.own.append(&mut others.own);
        self.sdk.append(&mut others.sdk);
    }

    pub(super) fn clear(&mut self) {
        self.own.clear();
        self.sdk.clear();
    }

    /// Takes the spans out in the form that exporters take. The records stay as spare memory.
    pub(crate) fn take(&mut self) -> Vec<SpanData> {
        let mut taken = Vec::with_capacity(self.len());
        taken.extend(self.own.iter_mut().map(|span| span.take_data()));
        taken.append(&mut self.sdk);
        self.reclaim();
        taken
    }

    /// Returns the spans in the cheapest form: `is_plain` returns true for a record that need not
    /// become a span with a list of attributes. All others are moved into `data`.
    pub(crate) fn ended<'a>(
        &'a mut self,
        data: &'a mut Vec<SpanData>,
        is_plain: impl Fn(&SpanRecord) -> bool,
    ) -> Vec<EndedSpan<'a>> {
        let mut ended = Vec::with_capacity(self.len());
        let are_plain: Vec<bool> = self.own.iter().map(|record| is_plain(record)).collect();
        let others = self.own.iter_mut().zip(&are_plain).filter(|(_, is_plain)| !**is_plain);
        data.extend(others.map(|(record, _)| record.take_data()));
        let mut data = data.iter_mut().map(EndedSpan::Data);
        ended.extend(self.own.iter_mut().zip(are_plain).filter_map(|(record, is_plain)| {
            if is_plain { Some(EndedSpan::Plain(record)) } else { data.next() }
        }));
        ended.extend(self.sdk.iter_mut().map(EndedSpan::Data));
        ended
    }

    /// Drops the spans, which are encoded, and keeps the records as spare memory.
    pub(crate) fn reclaim(&mut self) {
        self.sdk.clear();
        self.spare.append(&mut self.own);
    }
}
