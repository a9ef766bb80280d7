//! The worker's side: blocks of spans out, encoded batches in.

use super::state::{Open, Worker};
use super::{Batch, Queue};
use crate::export::body::Body;
use crate::register::BatchSettings;
use opentelemetry_sdk::trace::SpanData;
use std::sync::PoisonError;
use std::time::Instant;

/// Spans that are handed over together, in the order they ended.
#[derive(Debug)]
pub(crate) struct Block {
    /// What the account knows it by, once it was taken.
    pub(crate) id: u64,
    pub(crate) spans: Vec<SpanData>,
    /// The number of the first of them.
    pub(super) first: u64,
    pub(super) bytes: usize,
    pub(super) is_complete: bool,
    since: Instant,
}

impl Block {
    pub(super) fn new(first: u64, settings: &BatchSettings) -> Self {
        let since = Instant::now();
        // At once as long as it will be: to grow would copy the spans while the lock is held.
        let spans = Vec::with_capacity(settings.batch_spans.min(512));
        Block { id: 0, spans, first, bytes: 0, is_complete: false, since }
    }

    pub(super) fn is_full(&self, settings: &BatchSettings) -> bool {
        self.spans.len() >= settings.batch_spans || self.bytes >= settings.batch_bytes
    }
}

impl Queue {
    /// The next block, as soon as it is full, old enough, or asked for; `None` behind the last.
    pub(crate) fn take(&self) -> Option<Block> {
        loop {
            self.say_unsaid();
            let mut state = self.lock();
            state.worker = Worker::Busy;
            let Some(block) = state.waiting.front() else {
                if state.is_stopped {
                    return None;
                }
                state.worker = Worker::Any;
                drop(self.spans.wait(state).unwrap_or_else(PoisonError::into_inner));
                continue;
            };
            let age = block.since.elapsed();
            let is_due = block.is_complete
                || state.waiting.len() > 1
                || state.is_stopped
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
                is_claimed: false,
            };
            state.open.insert(block.id, open);
            return Some(block);
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
        self.lock().outbox.push_back(batch);
        self.batches.notify_one();
    }

    /// Whether the sender lags so far behind that batches belong into the spool.
    pub(crate) fn is_crowded(&self) -> bool {
        let state = self.lock();
        let encoded: usize = state.outbox.iter().map(|batch| batch.body.bytes.len()).sum();
        state.is_stopped || encoded > self.settings.queue_bytes / 2
    }

    /// The batch is in the spool; `in_memory` says whether it stays in memory too.
    pub(crate) fn spooled(&self, id: u64, in_memory: bool) {
        let mut state = self.lock();
        let Some(open) = state.open.get_mut(&id) else { return };
        let newly = !std::mem::replace(&mut open.is_on_disk, true) && !open.is_earlier;
        let spans = open.spans;
        if newly {
            state.on_disk += spans;
        }
        if !in_memory {
            state.release(id);
            state.only_on_disk.insert(id);
        }
        drop(state);
        self.batches.notify_one();
        self.fates.notify_all();
    }

    /// A batch of an earlier run was found in the spool.
    pub(crate) fn recover(&self, spans: u64) -> u64 {
        let mut state = self.lock();
        let id = state.new_id();
        let open = Open {
            first: 0,
            spans,
            bytes: 0,
            is_on_disk: true,
            is_earlier: true,
            is_claimed: false,
        };
        state.open.insert(id, open);
        state.only_on_disk.insert(id);
        drop(state);
        self.batches.notify_one();
        id
    }

    /// The spool had to drop a batch. What memory still holds of it is pending again.
    pub(crate) fn evicted(&self, id: u64) -> u64 {
        let mut state = self.lock();
        let in_memory = !state.only_on_disk.remove(&id);
        let Some(open) = state.open.get_mut(&id).filter(|open| open.is_on_disk) else { return 0 };
        open.is_on_disk = false;
        let (spans, is_earlier) = (open.spans, open.is_earlier);
        if !is_earlier {
            state.on_disk -= spans;
        }
        if in_memory {
            return 0;
        }
        state.open.remove(&id);
        if !is_earlier {
            state.lose("spool full", spans);
        }
        drop(state);
        self.fates.notify_all();
        spans
    }

    /// Behind the last block: the batches that the sender has not delivered.
    pub(crate) fn undelivered(&self) -> Vec<(Batch, bool)> {
        let mut state = self.lock();
        let sending = state.sending.clone();
        let batches: Vec<_> = sending.into_iter().chain(state.outbox.drain(..)).collect();
        let is_on_disk = |id| state.open.get(&id).map(|open| open.is_on_disk);
        let known = |batch: Batch| is_on_disk(batch.id).map(|on_disk| (batch, on_disk));
        batches.into_iter().filter_map(known).collect()
    }

    /// The worker has ended.
    pub(crate) fn finished(&self) {
        self.lock().is_finished = true;
        self.fates.notify_all();
    }
}
