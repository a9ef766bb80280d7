//! Waiting for fates.

use super::send::TRIES;
use super::settle::PENDING;
use super::state::State;
use super::{Queue, Stats};
use crate::delivery::deliver::{UNREACHABLE, UNWRITABLE};
use std::sync::PoisonError;
use std::time::Instant;

/// How a flush found one destination.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Flushed {
    pub(crate) delivered: u64,
    pub(crate) pending: u64,
    pub(crate) on_disk: u64,
    pub(crate) lost: u64,
    pub(crate) cause: Option<String>,
}

impl Flushed {
    pub(crate) fn is_complete(&self) -> bool {
        self.pending + self.on_disk + self.lost == 0
    }

    /// The end has turned what was pending into something else, but those without an answer.
    pub(crate) fn update(&mut self, stats: &Stats) {
        let unanswered = stats.lost_by_cause.get(PENDING).copied().unwrap_or(0);
        self.delivered = stats.delivered;
        self.on_disk = stats.on_disk;
        self.pending = unanswered;
        self.lost = stats.lost - unanswered;
    }
}

impl Queue {
    /// Sends what has ended without waiting for batches to fill, and at once even if the last try
    /// was just now.
    pub(crate) fn begin_flush(&self) -> Flush {
        self.collect();
        let mut state = self.lock();
        state.flush_to = state.ended;
        state.flushes += 1;
        state.worker = super::state::Worker::Busy;
        let flush = Flush { ended: state.ended, failed_before: state.failing.total };
        drop(state);
        self.spans.notify_one();
        self.batches.notify_one();
        flush
    }

    /// Waits until everything that ended before the flush has found its fate, at most until the
    /// deadline. Does not wait for a destination that is not there, or asks for more time than
    /// there is.
    pub(crate) fn wait_for(&self, flush: &Flush, deadline: Instant) -> Flushed {
        let mut state = self.lock();
        loop {
            let is_settled = state.is_settled(flush.ended);
            let rest = deadline.saturating_duration_since(Instant::now());
            if is_settled || rest.is_zero() || flush.is_hopeless(&state, deadline) {
                return flush.result(&state, is_settled);
            }
            let woken = self.fates.wait_timeout(state, rest);
            state = woken.unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

/// A flush that has begun.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Flush {
    ended: u64,
    failed_before: u64,
}

impl Flush {
    fn is_hopeless(&self, state: &State, deadline: Instant) -> bool {
        let failing = &state.failing;
        let away = [UNREACHABLE, UNWRITABLE];
        let is_away = failing.last.as_ref().is_some_and(|failure| away.contains(&failure.cause))
            && failing.tries >= TRIES
            && failing.total >= self.failed_before + u64::from(TRIES);
        is_away || failing.until.is_some_and(|until| until > deadline)
    }

    fn result(&self, state: &State, is_settled: bool) -> Flushed {
        let lost = state.lost();
        let settled = state.delivered + lost + state.on_disk;
        let pending = if is_settled { 0 } else { self.ended.saturating_sub(settled) };
        let on_disk = if is_settled { 0 } else { state.on_disk };
        let failing = &state.failing;
        let why = failing.last.as_ref().or(failing.refusal.as_ref());
        let cause = why.map(|failure| format!("{}: {}", failure.what, failure.advice));
        Flushed { delivered: state.delivered, pending, on_disk, lost, cause }
    }
}
