//! The worker's side of the queue: blocks of spans out, encoded batches in.

use super::in_flight::Stored;
use super::{Batch, BatchOutcome, Phase, Queue, Spans, State, WorkerWaitsFor};
use crate::delivery::body::Body;
use crate::delivery::diagnostics::counted;
use crate::sync::{lock, wait, wait_timeout};
use opentelemetry_sdk::Resource;
use std::sync::MutexGuard;
use std::time::{Duration, Instant};

/// Spans that become one batch, in the order they ended.
#[derive(Debug)]
pub(crate) struct Block {
    /// The id of the batch, which is in flight from here on.
    pub(crate) id: u64,
    pub(crate) spans: Spans,
}

/// The batches in memory that were in flight when the worker reclaimed them.
#[derive(Debug, Default)]
struct Reclaimed {
    unstored: Vec<Batch>,
    /// Halves in a record of the spool that the other half, which may be delivered, shares.
    shared: Vec<Batch>,
}

impl Queue {
    /// Waits for the next block: one that is full, old enough, or asked for by a flush. Returns
    /// `None` after the last one. Calls `before_sleep` before it waits until a producer wakes it.
    pub(crate) fn next_block(&self, mut before_sleep: impl FnMut()) -> Option<Block> {
        // More spans are likely soon. The worker lingers for one delay before it lets producers
        // wake it, so that a thread that ends single spans does not pay for a wake-up each time.
        let mut lingers = true;
        let mut has_waited = false;
        loop {
            self.report_drops();
            if !lingers {
                before_sleep();
            }
            // Before the buffers are collected: a producer that still saw the worker awake has its
            // span collected below, and a later one wakes it.
            self.buffers.set_worker_sleeps(!lingers);
            self.collect();
            let mut state = self.lock();
            state.worker = WorkerWaitsFor::Nothing;
            let is_woken = std::mem::take(&mut state.is_woken);
            let Some(block) = state.waiting.front() else {
                if state.is_stopped() {
                    return None;
                }
                if lingers {
                    has_waited = self.wait_for_full_block(state, self.settings.delay);
                    lingers = !has_waited;
                } else if !is_woken {
                    state.worker = WorkerWaitsFor::AnySpan;
                    drop(wait(&self.worker_wakes, state));
                    has_waited = false;
                }
                continue;
            };
            let rest = self.settings.delay.saturating_sub(block.age());
            let is_due = has_waited
                || state.is_stopped()
                || state.waiting.is_due(self.settings.delay, state.flush_to);
            if !is_due {
                self.buffers.set_worker_sleeps(false);
                has_waited = self.wait_for_full_block(state, rest);
                continue;
            }
            let Some(block) = state.waiting.pop() else { continue };
            let (first, bytes, spans) = (block.first(), block.bytes(), block.into_spans());
            let id = state.in_flight.track(first, spans.len() as u64, bytes);
            return Some(Block { id, spans });
        }
    }

    /// Waits for a full block. Returns true if none came in time.
    fn wait_for_full_block(&self, mut state: MutexGuard<'_, State>, timeout: Duration) -> bool {
        state.worker = WorkerWaitsFor::FullBlock;
        wait_timeout(&self.worker_wakes, state, timeout).1
    }

    /// Takes the resource that was set last, if it is new.
    pub(crate) fn take_resource(&self) -> Option<Resource> {
        lock(&self.resource).take()
    }

    /// Keeps the memory of a block for the next one.
    pub(crate) fn reuse(&self, spans: Spans) {
        if spans.len() == 0 {
            self.lock().waiting.reuse(spans);
        }
    }

    /// Counts the memory of a batch twice from here on, until it is encoded.
    pub(crate) fn reserve_for_encoding(&self, id: u64) {
        self.lock().in_flight.double_bytes(id);
    }

    /// Returns true if spans can neither be sent nor stored any more, so encoding them is useless.
    pub(crate) fn is_past_saving(&self) -> bool {
        self.store.is_none() && self.lock().is_stopped()
    }

    /// Stores an encoded batch if it belongs into the spool: always in durable mode, and while the
    /// queue is over its bound. Returns true if the spool alone has it now.
    pub(crate) fn store_if_needed(&self, id: u64, body: &Body) -> bool {
        let Some(store) = &self.store else { return false };
        // Stored batches are not compressed with gzip, so the worker catches up faster.
        let is_over_bound = self.is_over_bound(body.bytes.len());
        if !(store.is_durable() || is_over_bound) {
            return false;
        }
        self.store_batch(id, body, !is_over_bound) && is_over_bound
    }

    /// Returns true if this many more encoded bytes must leave memory immediately: the queue is full,
    /// or encoded batches would take more than half of it. The other half is for spans that end,
    /// so the queue loses none because the sender lags. A sender that has nothing to do always
    /// gets the batch.
    fn is_over_bound(&self, length: usize) -> bool {
        let state = self.lock();
        let encoded = state.outbox.bytes();
        let is_full = state.bytes() > self.bound || encoded + length > self.bound / 2;
        state.is_stopped() || (encoded > 0 && is_full)
    }

    /// Stores a batch; `in_memory` is true if memory keeps it too. Returns false if it could not
    /// be stored, which is reported.
    pub(crate) fn store_batch(&self, id: u64, body: &Body, in_memory: bool) -> bool {
        let Some(store) = &self.store else { return false };
        let protobuf = match body.protobuf() {
            Ok(protobuf) => protobuf,
            Err(error) => {
                store.report_unwritable(&error);
                return false;
            }
        };
        let mut spool = store.lock();
        if !self.lock().in_flight.contains(id) {
            // It was given up: no older batch has to go for it.
            return false;
        }
        let (evicted, stored) = spool.store(id, &protobuf);
        // The account changes before the spool is unlocked, so that nothing else changes the disk
        // between the two.
        let (lost, is_open) = self.update(|State { in_flight, ledger, .. }| {
            let lost = evicted.iter().map(|id| in_flight.evict(*id, ledger)).sum();
            (lost, stored.is_err() || in_flight.mark_stored(id, in_memory, ledger))
        });
        if !is_open {
            spool.forget(id);
        }
        self.sender_wakes.notify_one();
        self.progress.notify_all();
        drop(spool);
        store.report_dropped(lost);
        stored.map_err(|error| store.report_unwritable(&error)).is_ok()
    }

    /// Hands an encoded batch to the sender. Only the encoded form is left of its spans.
    pub(crate) fn post(&self, batch: Batch) {
        let mut state = self.lock();
        state.in_flight.set_bytes(batch.id, batch.body.bytes.len());
        if state.in_flight.contains(batch.id) {
            state.outbox.push(batch);
            drop(state);
            self.sender_wakes.notify_one();
        }
    }

    /// Ends the delivery after the last block: every batch that has no outcome is stored, or is
    /// lost and reported. The worker calls it last.
    pub(crate) fn store_or_drop_rest(&self) {
        self.wait_for_answer();
        let reclaimed = self.reclaim_in_flight();
        if let Some(store) = &self.store {
            // Before other batches are stored: those may need the room, and without it a delivered
            // half is sent again together with this one.
            for half in &reclaimed.shared {
                if let Ok(protobuf) = half.body.protobuf() {
                    let _ = store.lock().separate(half.id, &protobuf);
                }
            }
        }
        for batch in reclaimed.unstored {
            if !self.store_batch(batch.id, &batch.body, false) {
                self.abandon(batch.id, batch.spans);
            }
        }
        if let Some(store) = &self.store {
            store.lock().close();
            self.report_on_disk(&store.shown());
        }
    }

    /// With a spool, stores the batches in memory, and gives the backend time to answer the one
    /// that is being sent: without an answer it is sent again by the next run.
    fn wait_for_answer(&self) {
        let Some(until) = self.lock().answer_until.filter(|_| self.store.is_some()) else { return };
        if until <= Instant::now() {
            return;
        }
        let unstored = self.update(|State { outbox, in_flight, .. }| {
            let is_unstored = |batch: &&Batch| in_flight.stored(batch.id) == Some(Stored::No);
            outbox.iter().filter(is_unstored).cloned().collect::<Vec<_>>()
        });
        for batch in unstored {
            self.store_batch(batch.id, &batch.body, true);
        }
        let mut state = self.lock();
        while !state.sender_has_ended {
            let rest = until.saturating_duration_since(Instant::now());
            if rest.is_zero() {
                return;
            }
            state = wait_timeout(&self.worker_wakes, state, rest).0;
        }
    }

    /// Takes all batches from the sender. Answers that it gets later are ignored, so that no batch
    /// is both delivered and left to the next run.
    fn reclaim_in_flight(&self) -> Reclaimed {
        let mut state = self.lock();
        state.phase = Phase::Over;
        let mut reclaimed = Reclaimed::default();
        for batch in state.outbox.take_all() {
            let stored = state.in_flight.stored(batch.id);
            match stored {
                Some(Stored::No) => reclaimed.unstored.push(batch),
                Some(Stored::Alone) => state.in_flight.leave_to_disk(batch.id),
                Some(Stored::Shared) => {
                    state.in_flight.leave_to_disk(batch.id);
                    reclaimed.shared.push(batch);
                }
                None => {}
            }
        }
        reclaimed
    }

    /// Counts a batch as lost at the end of the shutdown, and reports it.
    pub(crate) fn abandon(&self, id: u64, spans: u64) {
        let (outcome, is_first) = self.update(|state| {
            let outcome = BatchOutcome::lost(spans, self.shutdown_error(state));
            let is_first = state.in_flight.resolve(id, &outcome, &mut state.ledger);
            (outcome, is_first)
        });
        if is_first {
            self.report_outcome(id, &outcome);
        }
    }

    /// Records that the worker has ended.
    pub(crate) fn finished(&self) {
        self.lock().is_finished = true;
        self.progress.notify_all();
    }

    /// Reports at the very end that spans are left in the spool.
    fn report_on_disk(&self, folder: &str) {
        let state = self.lock();
        let on_disk = state.ledger.on_disk();
        let error = self.shutdown_error(&state);
        drop(state);
        if on_disk > 0 {
            self.diagnostics.late("on disk", &self.address, &|| {
                let spans = counted(on_disk);
                format!(
                    "{}, {spans} in the spool {folder}, to be sent by the next run: {}",
                    error.what, error.advice,
                )
            });
        }
    }
}
