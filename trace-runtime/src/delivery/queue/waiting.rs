//! Spans that wait for the worker.

use super::spans::Spans;
use crate::delivery::settings::BatchSettings;
use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// Spans in the order they ended, in blocks that become one batch each. Every block but the last
/// is complete, so the worker finds the next batch at the front without counting.
#[derive(Debug, Default)]
pub(super) struct Waiting {
    blocks: VecDeque<WaitingBlock>,
    /// Memory of an earlier block, for the next one.
    spare: Option<Spans>,
    bytes: usize,
}

/// Spans that become one batch.
#[derive(Debug)]
pub(super) struct WaitingBlock {
    spans: Spans,
    /// The sequence number of the first span.
    first: u64,
    bytes: usize,
    is_complete: bool,
    since: Instant,
}

impl Waiting {
    /// Takes spans that have ended, `last` being the sequence number of the last of them. Starts a
    /// new block if they do not fit into the last one as a whole.
    pub(super) fn append(
        &mut self,
        spans: &mut Spans,
        bytes: usize,
        last: u64,
        settings: &BatchSettings,
    ) {
        self.bytes += bytes;
        let count = spans.len();
        let has_room = self.blocks.back_mut().is_some_and(|block| block.has_room(count, settings));
        if !has_room {
            let first = last.saturating_sub(count as u64).saturating_add(1);
            let spans = self.spare.take().unwrap_or_default();
            self.blocks.push_back(WaitingBlock::new(first, spans));
        }
        if let Some(block) = self.blocks.back_mut() {
            block.add(spans, bytes, settings);
        }
    }

    /// Completes the last block early, if the worker has no other one to work on. Called when
    /// memory is short: spans that wait for a batch to fill could be on disk, or at least be
    /// encoded.
    pub(super) fn complete_single_block(&mut self) {
        if let (1, Some(block)) = (self.blocks.len(), self.blocks.front_mut()) {
            block.is_complete = true;
        }
    }

    pub(super) fn front(&self) -> Option<&WaitingBlock> {
        self.blocks.front()
    }

    /// Takes the first block out.
    pub(super) fn pop(&mut self) -> Option<WaitingBlock> {
        let block = self.blocks.pop_front()?;
        self.bytes -= block.bytes;
        Some(block)
    }

    /// Keeps the memory of a block whose spans were taken out.
    pub(super) fn reuse(&mut self, spans: Spans) {
        self.spare = Some(spans);
    }

    /// Drops all spans.
    pub(super) fn clear(&mut self) {
        self.blocks.clear();
        self.bytes = 0;
    }

    /// Returns true if the first block is full.
    pub(super) fn has_complete_block(&self) -> bool {
        self.front().is_some_and(|block| block.is_complete)
    }

    /// Returns true if the first block need not wait for more spans.
    pub(super) fn is_due(&self, delay: Duration, flush_to: u64) -> bool {
        self.blocks.len() > 1
            || self.front().is_some_and(|block| {
                block.is_complete || block.first <= flush_to || block.since.elapsed() >= delay
            })
    }

    /// The memory of all blocks, estimated.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }
}

impl WaitingBlock {
    fn new(first: u64, spans: Spans) -> Self {
        WaitingBlock { spans, first, bytes: 0, is_complete: false, since: Instant::now() }
    }

    /// Returns true if this many spans fit. If they do not, the block is complete: spans that come
    /// later go into the next block, so that the order stays.
    fn has_room(&mut self, spans: usize, settings: &BatchSettings) -> bool {
        self.is_complete |= self.spans.len() + spans > settings.batch_spans;
        !self.is_complete
    }

    fn add(&mut self, spans: &mut Spans, bytes: usize, settings: &BatchSettings) {
        self.spans.append(spans);
        self.bytes += bytes;
        self.is_complete =
            self.spans.len() >= settings.batch_spans || self.bytes >= settings.batch_bytes;
    }

    /// The sequence number of the first span.
    pub(super) fn first(&self) -> u64 {
        self.first
    }

    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// The time since its first span was appended.
    pub(super) fn age(&self) -> Duration {
        self.since.elapsed()
    }

    pub(super) fn into_spans(self) -> Spans {
        self.spans
    }
}
