//! Flush and shutdown: the side of the registration.

use super::ledger::{Ledger, Location};
use super::outage::Outage;
use super::outcome::PENDING_AT_SHUTDOWN;
use super::recovery::Recovered;
use super::stats::Stats;
use super::{Phase, Queue, State, WorkerWaitsFor};
use crate::delivery::destination::SendError;
use crate::delivery::diagnostics::counted;
use crate::sync::wait_timeout;
use std::time::{Duration, Instant};

/// A flush that has begun.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Flush {
    /// It waits for the spans up to this sequence number.
    up_to: u64,
    /// Failed attempts before it began.
    failures_before: u64,
}

/// The result of a flush for one destination.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Flushed {
    pub(crate) delivered: u64,
    pub(crate) pending: u64,
    pub(crate) on_disk: u64,
    pub(crate) lost: u64,
    pub(crate) cause: Option<String>,
    /// True if spans of earlier runs are left or were lost, and the flush was to include them.
    pub(crate) misses_earlier: bool,
}

impl Flush {
    fn begin(ledger: &Ledger, outage: &Outage) -> Self {
        Flush { up_to: ledger.ended(), failures_before: outage.failures() }
    }

    fn up_to(&self) -> u64 {
        self.up_to
    }

    /// Returns true if waiting longer cannot help before the deadline.
    fn is_hopeless(&self, outage: &Outage, deadline: Instant) -> bool {
        outage.is_hopeless(self.failures_before, deadline)
    }

    /// Describes the account at the end of the flush. `is_complete` is true if every span it
    /// waited for is resolved: spans that are pending or on disk then ended after it began.
    fn result(&self, ledger: &Ledger, outage: &Outage, is_complete: bool) -> Flushed {
        let (delivered, lost) = (ledger.delivered(), ledger.lost());
        let (pending, on_disk) = if is_complete {
            (0, 0)
        } else {
            let resolved = delivered + lost + ledger.on_disk();
            (self.up_to.saturating_sub(resolved), ledger.on_disk())
        };
        let cause = outage.cause().map(|error| format!("{}: {}", error.what, error.advice));
        Flushed { delivered, pending, on_disk, lost, cause, misses_earlier: false }
    }
}

impl Flushed {
    pub(crate) fn is_complete(&self) -> bool {
        self.pending + self.on_disk + self.lost == 0 && !self.misses_earlier
    }

    /// Returns true if every span has an outcome, so that the destination may send others.
    pub(crate) fn is_resolved(&self) -> bool {
        self.pending + self.on_disk == 0
    }

    /// Returns the reason why the flush is incomplete. Without an outage, spans wait for an answer,
    /// or were lost for a reason that is counted in the statistics.
    pub(crate) fn cause_or_default(&self) -> String {
        let default = if self.pending + self.on_disk == 0 {
            "see `lost_by_cause` in `Registration::stats`"
        } else {
            "no answer in time"
        };
        self.cause.clone().unwrap_or_else(|| default.to_owned())
    }

    /// Adds the result for the spans of earlier runs, in the spool with this folder.
    pub(crate) fn include(&mut self, recovered: Recovered, folder: &str) {
        let Recovered { is_complete, lost } = recovered;
        if is_complete && lost == 0 {
            return;
        }
        self.misses_earlier = true;
        let cause = self.cause.take();
        self.cause = Some(if is_complete {
            let cause = cause.unwrap_or_else(|| "see the diagnostics".to_owned());
            format!("{} of earlier runs not delivered: {cause}", counted(lost))
        } else {
            let cause = cause.unwrap_or_else(|| "no answer in time".to_owned());
            format!("spans of earlier runs are left in the spool {folder}: {cause}")
        });
    }

    /// Updates the result after shutdown. Spans are delivered, on disk or lost by then; those that
    /// were lost because the destination did not answer are shown as pending.
    pub(crate) fn update(&mut self, stats: &Stats) {
        let unanswered = stats.lost_by_cause.get(PENDING_AT_SHUTDOWN).copied().unwrap_or(0);
        self.delivered = stats.delivered;
        self.on_disk = stats.on_disk;
        self.pending = unanswered;
        self.lost = stats.lost - unanswered;
    }
}

impl Queue {
    /// Begins a flush: spans that have ended do not wait for their batch to fill, and the sender
    /// sends immediately, even if the last attempt was just now.
    pub(crate) fn begin_flush(&self) -> Flush {
        self.collect();
        let mut state = self.lock();
        let flush = Flush::begin(&state.ledger, &state.outage);
        state.flush_to = flush.up_to();
        state.flushes += 1;
        state.worker = WorkerWaitsFor::Nothing;
        drop(state);
        self.worker_wakes.notify_one();
        self.sender_wakes.notify_one();
        flush
    }

    /// Waits until every span that ended before the flush is resolved, at most until the deadline.
    /// Does not wait for a destination that cannot be reached, or that asks for more time than
    /// there is.
    pub(crate) fn wait_for(&self, flush: &Flush, deadline: Instant) -> Flushed {
        let mut state = self.lock();
        loop {
            let is_complete = state.is_resolved(flush.up_to());
            let rest = deadline.saturating_duration_since(Instant::now());
            if is_complete || rest.is_zero() || flush.is_hopeless(&state.outage, deadline) {
                return flush.result(&state.ledger, &state.outage, is_complete);
            }
            state = wait_timeout(&self.progress, state, rest).0;
        }
    }

    /// Begins the shutdown. Spans that wait are not reported as late any more, since soon they are
    /// delivered, on disk or lost.
    pub(crate) fn close(&self) {
        let mut state = self.lock();
        state.phase = state.phase.max(Phase::Closing);
    }

    /// Stops worker and sender. The worker stores or drops the remaining spans. With a spool, the
    /// answer to the batch that is being sent is awaited until `answer_until`, since the next run
    /// sends a batch without an answer again.
    pub(crate) fn begin_stop(&self, answer_until: Instant) {
        self.buffers.close(|buffer| self.hand_over(buffer));
        let mut state = self.lock();
        state.answer_until.get_or_insert(answer_until);
        state.phase = state.phase.max(Phase::Stopped);
        drop(state);
        self.worker_wakes.notify_all();
        self.sender_wakes.notify_all();
    }

    /// Stops worker and sender, and waits until the worker has ended and every outcome is
    /// reported.
    pub(crate) fn stop(&self, timeout: Duration) {
        let now = Instant::now();
        let deadline = now + timeout;
        self.begin_stop(now);
        let mut state = self.lock();
        while !(state.is_finished && state.in_flight.is_reported()) {
            let rest = deadline.saturating_duration_since(Instant::now());
            if rest.is_zero() {
                break;
            }
            state = wait_timeout(&self.progress, state, rest).0;
        }
        drop(state);
        self.report_drops();
    }

    /// Counts the spans that are still pending as lost, when the worker could not do so in time
    /// because its exporter hangs. The account does not change any more.
    pub(crate) fn give_up(&self) {
        let mut state = self.lock();
        state.phase = Phase::Over;
        let pending = state.ledger.pending();
        if pending == 0 {
            return;
        }
        state.waiting.clear();
        state.outbox.take_all();
        state.in_flight.forget_memory();
        let error = self.shutdown_error(&state);
        state.ledger.record_lost(error.cause, pending, Location::Memory);
        drop(state);
        self.report_loss(&error, pending);
    }

    /// The reason why spans that are still pending at the end of the shutdown will not arrive.
    pub(super) fn shutdown_error(&self, state: &State) -> SendError {
        state.outage.last_error().cloned().unwrap_or_else(|| SendError {
            cause: PENDING_AT_SHUTDOWN,
            what: format!("{} did not answer in time", self.address),
            advice: "raise `shutdown_timeout(..)` or check the collector".to_owned(),
        })
    }
}
