//! The sender's side: batches out, and when to try again.

use super::state::{Failing, Phase};
use super::{Batch, Queue};
use crate::delivery::deliver::Failure;
use crate::delivery::diagnostics::counted;
use std::sync::PoisonError;
use std::time::{Duration, Instant};

/// What the sender does next.
#[derive(Debug)]
pub(crate) enum Next {
    Send(Batch),
    /// A batch that is only in the spool, by its id, and the number of its spans.
    Load(u64, u64),
    /// It is time to look for what other processes have left in the spool.
    Look,
    Stop,
}

/// After so many failed tries in a row a destination counts as down.
pub(crate) const TRIES: u32 = 4;

impl Queue {
    /// Waits for a batch to send. Memory and spool take turns. `look` says when to look for more.
    pub(crate) fn next(&self, look: Option<Instant>) -> Next {
        let mut state = self.lock();
        loop {
            if state.is_stopped() {
                // What was being sent is the worker's now.
                return Next::Stop;
            }
            state.sending = None;
            let rest = look.map(|at| at.saturating_duration_since(Instant::now()));
            if rest.is_some_and(|rest| rest.is_zero()) {
                return Next::Look;
            }
            let stored = state.only_on_disk.first().copied();
            if let Some(id) = stored.filter(|_| !state.was_on_disk || state.outbox.is_empty()) {
                state.was_on_disk = true;
                return Next::Load(id, state.open.get(&id).map_or(0, |open| open.spans));
            }
            if let Some(batch) = state.outbox.pop_front() {
                state.was_on_disk = false;
                state.sending = Some(batch.clone());
                return Next::Send(batch);
            }
            state = match rest {
                None => self.batches.wait(state).unwrap_or_else(PoisonError::into_inner),
                Some(rest) => {
                    let woken = self.batches.wait_timeout(state, rest);
                    woken.unwrap_or_else(PoisonError::into_inner).0
                }
            };
        }
    }

    /// The destination took something.
    pub(crate) fn note_success(&self) {
        let mut state = self.lock();
        let total = state.failing.total;
        let refusal = state.failing.refusal.take();
        state.failing = Failing { total, refusal, ..Failing::default() };
    }

    /// A try failed and another will follow: waits until then. `false` means that none will.
    pub(crate) fn pause_after(&self, failure: &Failure, pause: Duration, asked: bool) -> bool {
        let until = Instant::now() + pause;
        let mut state = self.lock();
        state.failing.tries += 1;
        state.failing.total += 1;
        state.failing.last = Some(failure.clone());
        state.failing.until = asked.then_some(until);
        let is_down = state.failing.tries == TRIES && state.phase < Phase::Closing;
        let (late, flushes) = (state.pending() + state.on_disk, state.flushes);
        self.fates.notify_all();
        drop(state);
        if is_down {
            let spans = counted(late);
            let wait = if late == 1 { "waits" } else { "wait" };
            self.diagnostics.late(failure.cause, &self.address, &|| {
                format!("{}, {spans} {wait} for it: {}", failure.what, failure.advice)
            });
        }
        let mut state = self.lock();
        loop {
            let rest = until.saturating_duration_since(Instant::now());
            // A flush does not wait for a pause of ours, but for one that the backend asked for.
            let hurried = !asked && state.flushes != flushes;
            if state.is_stopped() || rest.is_zero() || hurried {
                return !state.is_stopped();
            }
            let woken = self.batches.wait_timeout(state, rest);
            state = woken.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// How many flushes have begun.
    pub(crate) fn flushes(&self) -> u64 {
        self.lock().flushes
    }
}
