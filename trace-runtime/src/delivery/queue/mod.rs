//! The queue of one destination: spans from their end until their outcome is known.
//!
//! ```text
//! producers -> buffers -> waiting -> (worker encodes) -> outbox -> (sender sends) -> resolved
//!                                          |                          ^
//!                                          +------> spool ------------+
//! ```
//!
//! * The methods of the queue are in several files, by the thread that calls them: producers here,
//!   the worker in `worker_side.rs`, the sender in `sender_side.rs` and `recovery.rs`, flush and
//!   shutdown in `flush.rs`.
//! * Each part of the state is a type that keeps its invariant: [`ledger::Ledger`] (counts),
//!   [`waiting::Waiting`] (spans), [`in_flight::InFlight`] (batches without an outcome),
//!   [`outbox::Outbox`] (batches to send), [`outage::Outage`] (failed attempts),
//!   [`recovery::Scans`] (the scans for batches of earlier runs).
//!
//! Lock order: the spool or a buffer first, then the state. No lock is held while a span is
//! encoded or sent, nor while something is reported, since a diagnostic callback may end spans.
//! The spool's lock is held while files are written; producers never take it, so ending a span
//! never waits for a disk.

mod buffers;
mod flush;
mod gate;
mod in_flight;
mod ledger;
mod outage;
mod outbox;
mod outcome;
mod recovery;
mod sender_side;
mod spans;
mod stats;
mod waiting;
mod worker_side;

pub(crate) use flush::Flushed;
pub(crate) use gate::{Ended, SpanGate};
pub(crate) use ledger::{Ledger, Location};
pub(crate) use outage::Outage;
pub(crate) use outbox::Batch;
pub(crate) use outcome::{BatchOutcome, PENDING_AT_SHUTDOWN};
pub(crate) use recovery::Search;
pub(crate) use spans::{QueuedSpan, Spans};
pub use stats::{FeedbackStats, Stats};
pub(crate) use worker_side::Block;

use super::destination::SendError;
use super::diagnostics::Diagnostics;
use super::settings::BatchSettings;
use super::spool::Store;
use crate::span::SpanRecord;
use crate::sync::{Process, lock};
use buffers::{Buffered, Buffers};
use in_flight::InFlight;
use opentelemetry_sdk::Resource;
use outbox::Outbox;
use recovery::Scans;
use std::fmt;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::Instant;
use waiting::Waiting;

/// The queue of one destination, with its account and its spool.
pub(crate) struct Queue {
    address: String,
    settings: BatchSettings,
    diagnostics: Arc<Diagnostics>,
    /// The process with the worker and the sender. In a forked child, spans are dropped uncounted.
    process: Process,
    buffers: Buffers,
    /// The bytes that spans and batches may take outside the buffers.
    bound: usize,
    state: Mutex<State>,
    /// The worker waits here for spans. Producers and flushes notify it.
    worker_wakes: Condvar,
    /// The sender waits here for batches, and between two attempts. The worker and flushes notify it.
    sender_wakes: Condvar,
    /// Flushes and the shutdown wait here for outcomes. Worker and sender notify it.
    progress: Condvar,
    /// A new resource for the worker to pick up.
    resource: Mutex<Option<Resource>>,
    /// `None` without a spool.
    store: Option<Store>,
}

/// Shows no spans that wait: a log is the wrong place for their prompts and answers, and they are masked only
/// when they are sent.
impl fmt::Debug for Queue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Queue").field("address", &self.address).finish_non_exhaustive()
    }
}

/// The state that the queue's lock guards.
#[derive(Debug, Default)]
struct State {
    ledger: Ledger,
    waiting: Waiting,
    in_flight: InFlight,
    outbox: Outbox,
    outage: Outage,
    scans: Scans,
    phase: Phase,
    /// Spans up to this sequence number do not wait for their batch to fill.
    flush_to: u64,
    /// The number of flushes, by which a sender that waits notices a new one.
    flushes: u64,
    worker: WorkerWaitsFor,
    /// True after a producer has put the first span into a buffer for a worker that sleeps.
    is_woken: bool,
    /// The time until which the shutdown waits for the answer to the batch that is being sent.
    answer_until: Option<Instant>,
    /// True once the sender takes no more batches.
    sender_has_ended: bool,
    /// True once the worker has ended.
    is_finished: bool,
    /// Spans dropped because the queue was full, and not reported yet.
    unreported_drops: u64,
}

/// The progress of the shutdown. It only moves forward.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Phase {
    #[default]
    Running,
    /// The last flush has begun: a destination that is down is not reported as late any more.
    Closing,
    /// Nothing is sent any more.
    Stopped,
    /// The worker has reclaimed every batch: answers that the sender still gets are ignored.
    Over,
}

/// The event that the worker waits for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum WorkerWaitsFor {
    /// The worker is busy, or was notified.
    #[default]
    Nothing,
    FullBlock,
    AnySpan,
}

const QUEUE_FULL: &str = "queue full";
const AFTER_SHUTDOWN: &str = "ended after shutdown";

impl State {
    fn is_stopped(&self) -> bool {
        self.phase >= Phase::Stopped
    }

    /// The memory of spans and batches, estimated.
    fn bytes(&self) -> usize {
        self.waiting.bytes() + self.in_flight.bytes()
    }

    /// Returns true if every span up to a sequence number is resolved and reported.
    fn is_resolved(&self, up_to: u64) -> bool {
        self.waiting.front().is_none_or(|block| block.first() > up_to)
            && self.in_flight.is_resolved(up_to)
    }

    /// Returns true, once, if the worker waits for an event that has happened.
    fn wakes_worker(&mut self) -> bool {
        let wakes = match self.worker {
            WorkerWaitsFor::Nothing => false,
            WorkerWaitsFor::AnySpan => true,
            WorkerWaitsFor::FullBlock => self.waiting.has_complete_block(),
        };
        if wakes {
            self.worker = WorkerWaitsFor::Nothing;
        }
        wakes
    }
}

impl Queue {
    pub(crate) fn new(
        address: String,
        settings: BatchSettings,
        diagnostics: Arc<Diagnostics>,
        store: Option<Store>,
    ) -> Self {
        let buffers = Buffers::new(&settings);
        Queue {
            bound: buffers.remaining_bound(&settings),
            address,
            settings,
            diagnostics,
            process: Process::current(),
            buffers,
            state: Mutex::default(),
            worker_wakes: Condvar::new(),
            sender_wakes: Condvar::new(),
            progress: Condvar::new(),
            resource: Mutex::default(),
            store,
        }
    }

    /// The destination, for messages.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    pub(crate) fn diagnostics(&self) -> &Diagnostics {
        &self.diagnostics
    }

    /// Returns the account, with every span that ended before.
    pub(crate) fn stats(&self) -> Stats {
        self.collect();
        let state = self.lock();
        state.ledger.stats(&self.address, state.bytes())
    }

    /// Sets the resource that spans are exported with. The worker picks it up with its next batch.
    pub(crate) fn set_resource(&self, resource: &Resource) {
        *lock(&self.resource) = Some(resource.clone());
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    /// Changes the state, and unlocks it before it returns.
    fn update<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(&mut self.lock())
    }
}

/// Producers: threads that end spans.
impl Queue {
    /// Takes a span that has ended, and returns the memory of a record for another one. Never
    /// waits: a span that does not fit into the bounds is counted as lost.
    #[inline(never)]
    pub(crate) fn push(&self, span: QueuedSpan) -> Option<Box<SpanRecord>> {
        let bytes = span.size();
        let mut buffer = self.buffers.lock_own(self.process)?;
        let is_first = buffer.is_empty();
        let spare = buffer.push(span, bytes);
        if self.buffers.is_full(&buffer) {
            if self.process.is_forked() {
                buffer.drain().0.clear();
            } else {
                self.hand_over(&mut buffer);
            }
        } else if is_first && self.buffers.worker_sleeps() {
            drop(buffer);
            if !self.process.is_forked() {
                self.wake_worker();
            }
        }
        spare
    }

    /// Moves the spans of all buffers into the queue, so that the account has every span that
    /// ended before.
    fn collect(&self) {
        self.buffers.for_each(|buffer| self.hand_over(buffer));
    }

    /// Moves the spans of a buffer into the queue. The buffer stays locked meanwhile, so that a
    /// span is in one of the two at any time.
    fn hand_over(&self, buffer: &mut Buffered) {
        if buffer.is_empty() {
            return;
        }
        let (spans, bytes) = buffer.drain();
        let count = spans.len() as u64;
        let wakes_worker = self.update(|state| {
            let last = state.ledger.record_ended(count);
            if state.is_stopped() {
                state.ledger.record_lost(AFTER_SHUTDOWN, count, Location::Memory);
                spans.clear();
                return false;
            }
            if self.is_full(state, bytes) {
                // The worker reports it: a callback must not run on a thread that ends spans.
                state.ledger.record_lost(QUEUE_FULL, count, Location::Memory);
                state.unreported_drops += count;
                spans.clear();
                return false;
            }
            state.waiting.append(spans, bytes, last, &self.settings);
            if state.bytes() > self.bound / 4 * 3 {
                state.waiting.complete_single_block();
            }
            state.wakes_worker()
        });
        if wakes_worker {
            self.worker_wakes.notify_one();
        }
    }

    /// Returns true if this many more bytes do not fit. The spans are counted as pending already.
    fn is_full(&self, state: &State, bytes: usize) -> bool {
        state.bytes() + bytes > self.bound
            || self.settings.queue_spans.is_some_and(|bound| state.ledger.pending() > bound as u64)
    }

    fn wake_worker(&self) {
        self.lock().is_woken = true;
        self.worker_wakes.notify_one();
    }

    #[cfg(test)]
    pub(crate) fn worker_sleeps(&self) -> bool {
        self.buffers.worker_sleeps()
    }
}

/// Reports.
impl Queue {
    fn report_loss(&self, error: &SendError, spans: u64) {
        self.diagnostics.lost(error.cause, &self.address, spans, &|spans| {
            format!("{}, {spans} not delivered: {}", error.what, error.advice)
        });
    }

    /// Reports the spans that were dropped because the queue was full, since the last report.
    fn report_drops(&self) {
        let spans = std::mem::take(&mut self.lock().unreported_drops);
        if spans > 0 {
            let bound = self.described_bound();
            self.diagnostics.lost(QUEUE_FULL, &self.address, spans, &|spans| {
                format!("{spans} for {} were lost, since {bound}", self.address)
            });
        }
    }

    fn described_bound(&self) -> String {
        let bytes = self.settings.queue_bytes;
        match self.settings.queue_spans {
            Some(spans) => format!(
                "the queue of {spans} spans or {bytes} bytes was full: raise \
                 OTEL_BSP_MAX_QUEUE_SIZE or unset it, and check TRACE_QUEUE_BYTES"
            ),
            None => format!("the queue of {bytes} bytes was full: raise TRACE_QUEUE_BYTES"),
        }
    }
}
