//! The worker's side: blocks of spans out, encoded batches in.

use super::state::{State, Worker};
use super::{Batch, Queue, Spans};
use crate::delivery::body::Body;
use crate::delivery::settings::BatchSettings;
use std::sync::atomic::Ordering;
use std::sync::{MutexGuard, PoisonError};
use std::time::{Duration, Instant};

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

    /// Whether so many spans fit; if not, it is complete.
    pub(super) fn has_room(&mut self, spans: usize, settings: &BatchSettings) -> bool {
        self.is_complete |= self.spans.len() + spans > settings.batch_spans;
        !self.is_complete
    }

    pub(super) fn add(&mut self, spans: &mut Spans, bytes: usize, settings: &BatchSettings) {
        self.spans.append(spans);
        self.bytes += bytes;
        self.is_complete =
            self.spans.len() >= settings.batch_spans || self.bytes >= settings.batch_bytes;
    }
}

impl Queue {
    /// The next block, as soon as it is full, old enough, or asked for; `None` behind the last.
    pub(crate) fn take(&self) -> Option<Block> {
        // More spans are likely soon: for that long nobody has to wake this thread.
        let mut lingers = true;
        let mut has_waited = false;
        loop {
            self.say_unsaid();
            self.buffers.worker_sleeps.store(!lingers, Ordering::SeqCst);
            self.collect();
            let mut state = self.lock();
            state.worker = Worker::Busy;
            let is_woken = std::mem::take(&mut state.is_woken);
            let Some(block) = state.waiting.front() else {
                if state.is_stopped() {
                    return None;
                }
                if lingers {
                    has_waited = self.wait(state, self.settings.delay);
                    lingers = !has_waited;
                } else if !is_woken {
                    state.worker = Worker::Any;
                    drop(self.spans.wait(state).unwrap_or_else(PoisonError::into_inner));
                    has_waited = false;
                }
                continue;
            };
            let age = block.since.elapsed();
            let is_due = block.is_complete
                || has_waited
                || state.waiting.len() > 1
                || state.is_stopped()
                || block.first <= state.flush_to
                || age >= self.settings.delay;
            if !is_due {
                self.buffers.worker_sleeps.store(false, Ordering::SeqCst);
                has_waited = self.wait(state, self.settings.delay.saturating_sub(age));
                continue;
            }
            let Some(block) = state.waiting.pop_front() else { continue };
            return Some(state.open(block));
        }
    }

    /// Waits for a full block; `true` if none came in time.
    fn wait(&self, mut state: MutexGuard<'_, State>, time: Duration) -> bool {
        state.worker = Worker::Full;
        let woken = self.spans.wait_timeout(state, time);
        woken.unwrap_or_else(PoisonError::into_inner).1.timed_out()
    }

    /// Takes the memory of a block back.
    pub(crate) fn reuse(&self, spans: Spans) {
        if spans.len() == 0 {
            self.lock().spare = Some(spans);
        }
    }

    /// Counts the bytes of a block twice while it is encoded, since both forms are in memory then.
    pub(crate) fn hold_twice(&self, block: &Block) {
        let mut state = self.lock();
        if let Some(open) = state.open.get_mut(&block.id) {
            open.bytes += block.bytes;
            state.held += block.bytes;
        }
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
        let is_full = encoded > 0 && state.held > self.bound;
        state.is_stopped() || is_full || encoded > self.settings.queue_bytes / 2
    }
}
