//! Flush and shutdown of the annotations for one backend.

use super::{Phase, Queue};
use crate::delivery::{Flushed, Location, PENDING_AT_SHUTDOWN, SendError, SpanGate};
use crate::sync::wait_timeout;
use std::time::{Duration, Instant};

/// A flush that has begun.
#[derive(Clone, Copy, Debug)]
pub(in crate::feedback) struct Flush {
    /// It waits for the annotations up to this number.
    up_to: u64,
    /// Failed attempts before it began.
    failures_before: u64,
}

/// The time that the worker has at least to store annotations.
const MIN_STORE_TIME: Duration = Duration::from_millis(250);

impl Queue {
    /// Begins a flush: annotations are tried at once, unless the backend asked for a pause.
    pub(in crate::feedback) fn begin_flush(&self) -> Flush {
        let mut state = self.lock();
        state.flushes += 1;
        state.items.hurry(Instant::now());
        state.away = state.away.filter(|(_, is_asked)| *is_asked);
        let flush = Flush { up_to: state.ledger.ended(), failures_before: state.outage.failures() };
        drop(state);
        self.sender_wakes.notify_one();
        flush
    }

    /// Waits until every annotation that was given before the flush has an outcome, at most until
    /// the deadline. Does not wait for a backend that cannot be reached.
    pub(in crate::feedback) fn wait_for(&self, flush: &Flush, deadline: Instant) -> Flushed {
        let mut state = self.lock();
        loop {
            let is_complete = state.open.first().is_none_or(|id| *id > flush.up_to);
            let rest = deadline.saturating_duration_since(Instant::now());
            // Annotations that wait for spans are not tried, so the spans show that the backend is away.
            let is_hopeless = state.outage.is_hopeless(flush.failures_before, deadline)
                || (state.sending.is_none()
                    && self.parts.gate.as_ref().is_some_and(SpanGate::is_down));
            if is_complete || rest.is_zero() || is_hopeless {
                let (ledger, cause) = (&state.ledger, state.outage.cause());
                let (pending, on_disk) =
                    if is_complete { (0, 0) } else { (ledger.pending(), ledger.on_disk()) };
                let cause = cause.or(state.last_error.as_ref());
                return Flushed {
                    delivered: ledger.delivered(),
                    pending,
                    on_disk,
                    lost: ledger.lost(),
                    cause: cause.map(|error| format!("{}: {}", error.what, error.advice)),
                    misses_earlier: false,
                };
            }
            state = wait_timeout(&self.progress, state, rest).0;
        }
    }

    /// Stops both threads. Annotations that the spool has are left to the next run; all others are
    /// lost, and reported.
    pub(in crate::feedback) fn stop(&self, deadline: Instant) {
        let mut state = self.lock();
        if state.phase != Phase::Running {
            return;
        }
        state.phase = Phase::Stopped;
        self.worker_wakes.notify_all();
        self.sender_wakes.notify_all();
        let deadline = deadline.max(Instant::now() + MIN_STORE_TIME);
        // The answer to the request that is being made is only waited for until the deadline.
        while state.has_started && !(state.worker_has_ended && state.sender_has_ended) {
            let rest = deadline.saturating_duration_since(Instant::now());
            if rest.is_zero() {
                break;
            }
            state = wait_timeout(&self.progress, state, rest).0;
        }
        state.phase = Phase::Over;
        let (pending, on_disk) = (state.ledger.pending(), state.ledger.on_disk());
        let error = state.outage.last_error().or(state.last_error.as_ref()).cloned();
        let error = error.unwrap_or_else(|| SendError {
            cause: PENDING_AT_SHUTDOWN,
            what: format!("{} did not answer in time", self.parts.client.address()),
            advice: "raise `shutdown_timeout(..)` or check the backend".to_owned(),
        });
        state.ledger.record_lost(error.cause, pending, Location::Memory);
        state.incoming.clear();
        state.items.clear();
        state.open.clear();
        drop(state);
        if pending > 0 {
            self.report_lost(&error, pending);
        }
        self.close_spool(on_disk, &error);
    }

    fn close_spool(&self, on_disk: u64, error: &SendError) {
        let Some(store) = &self.parts.store else { return };
        store.lock().close();
        if on_disk > 0 {
            self.parts.diagnostics.late("on disk", &self.topic(), &|| {
                format!(
                    "{}, annotations in the spool {} are sent by the next run ({on_disk}): {}",
                    error.what,
                    store.shown(),
                    error.advice
                )
            });
        }
    }
}
