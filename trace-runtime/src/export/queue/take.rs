//! The worker's side: blocks of spans out, encoded batches in.

use super::state::{Open, Worker};
use super::{Batch, Queue, QueuedSpan, Spans};
use crate::export::body::Body;
use crate::register::BatchSettings;
use crate::span::SpanRecord;
use std::sync::PoisonError;
use std::time::Instant;

/// Spans that are handed over together, in the order they ended.
#[derive(Debug)]
pub(crate) struct Block {
    /// What the account knows it by, once it was taken.
    pub(crate) id: u64,
    pub(crate) spans: Spans,
    /// The number of the first of them.
    pub(super) first: u64,
    pub(super) bytes: usize,
    pub(super) is_complete: bool,
    since: Instant,
}

impl Block {
    pub(super) fn new(first: u64, spans: Spans) -> Self {
        Block { id: 0, spans, first, bytes: 0, is_complete: false, since: Instant::now() }
    }

    #[inline]
    pub(super) fn add(
        &mut self,
        span: QueuedSpan,
        bytes: usize,
        settings: &BatchSettings,
    ) -> Option<Box<SpanRecord>> {
        let spare = self.spans.push(span);
        self.bytes += bytes;
        self.is_complete =
            self.spans.len() >= settings.batch_spans || self.bytes >= settings.batch_bytes;
        spare
    }
}

impl Queue {
    /// The next block, as soon as it is full, old enough, or asked for; `None` behind the last.
    pub(crate) fn take(&self) -> Option<Block> {
        // More spans are likely soon: for that long nobody has to wake this thread.
        let mut lingers = true;
        loop {
            self.say_unsaid();
            let mut state = self.lock();
            state.worker = Worker::Busy;
            let Some(block) = state.waiting.front() else {
                if state.is_stopped() {
                    return None;
                }
                if lingers {
                    state.worker = Worker::Full;
                    let woken = self.spans.wait_timeout(state, self.settings.delay);
                    lingers = !woken.unwrap_or_else(PoisonError::into_inner).1.timed_out();
                } else {
                    state.worker = Worker::Any;
                    drop(self.spans.wait(state).unwrap_or_else(PoisonError::into_inner));
                }
                continue;
            };
            let age = block.since.elapsed();
            let is_due = block.is_complete
                || state.waiting.len() > 1
                || state.is_stopped()
                || block.first <= state.flush_to
                || age >= self.settings.delay;
            if !is_due {
                state.worker = Worker::Full;
                let rest = self.settings.delay.saturating_sub(age);
                drop(self.spans.wait_timeout(state, rest).unwrap_or_else(PoisonError::into_inner));
                continue;
            }
            let Some(mut block) = state.waiting.pop_front() else { continue };
            block.id = state.new_id();
            let open = Open {
                first: block.first,
                spans: block.spans.len() as u64,
                bytes: block.bytes,
                is_on_disk: false,
                is_earlier: false,
                is_part: false,
            };
            state.open.insert(block.id, open);
            return Some(block);
        }
    }

    /// Takes the memory of a block back.
    pub(crate) fn reuse(&self, spans: Spans) {
        if spans.len() == 0 {
            self.lock().spare = Some(spans);
        }
    }

    /// Makes room for the encoded form of a block beside the spans themselves.
    pub(crate) fn hold_twice(&self, id: u64) {
        let mut state = self.lock();
        let bytes = state.open.get_mut(&id).map_or(0, |open| {
            open.bytes *= 2;
            open.bytes / 2
        });
        state.held += bytes;
    }

    /// Only the encoded form is left of a block.
    pub(crate) fn hold_encoded(&self, id: u64, body: &Body) {
        let mut state = self.lock();
        state.release(id);
        if let Some(open) = state.open.get_mut(&id) {
            open.bytes = body.bytes.len();
            state.held += body.bytes.len();
        }
    }

    /// Hands an encoded batch to the sender.
    pub(crate) fn post(&self, batch: Batch) {
        let mut state = self.lock();
        if state.open.contains_key(&batch.id) {
            state.outbox.push_back(batch);
            drop(state);
            self.batches.notify_one();
        }
    }

    /// Whether the sender lags so far behind that batches belong into the spool.
    pub(crate) fn is_crowded(&self) -> bool {
        let state = self.lock();
        let encoded: usize = state.outbox.iter().map(|batch| batch.body.bytes.len()).sum();
        state.is_stopped() || encoded > self.settings.queue_bytes / 2
    }
}
