//! The end: what is left goes to disk or is lost, and the account is final.

use super::settle::PENDING;
use super::state::{Phase, State};
use super::{Batch, Fate, Queue};
use crate::delivery::deliver::Failure;
use crate::delivery::diagnostics::counted;
use std::sync::PoisonError;
use std::time::{Duration, Instant};

/// The batches in memory whose fate is open at the end.
#[derive(Debug, Default)]
pub(crate) struct Left {
    /// In no spool.
    pub(crate) unstored: Vec<Batch>,
    /// In the spool, in a record that is shared with parts that may be delivered.
    pub(crate) parts: Vec<Batch>,
}

impl Queue {
    /// Returns true once nothing is sent any more.
    pub(crate) fn is_stopped(&self) -> bool {
        self.lock().is_stopped()
    }

    /// From here on nobody is told that spans wait; soon they are delivered, on disk, or lost.
    pub(crate) fn close(&self) {
        let mut state = self.lock();
        state.phase = state.phase.max(Phase::Closing);
    }

    /// Ends worker and sender. The worker stores or gives up what is left.
    pub(crate) fn begin_stop(&self) {
        self.close_buffers();
        let mut state = self.lock();
        state.phase = state.phase.max(Phase::Stopped);
        drop(state);
        self.spans.notify_all();
        self.batches.notify_all();
    }

    /// The same, and waits for the worker, and until all is said.
    pub(crate) fn stop(&self, within: Duration) {
        let deadline = Instant::now() + within;
        self.begin_stop();
        let mut state = self.lock();
        while !(state.is_finished && state.concluding.is_empty()) {
            let rest = deadline.saturating_duration_since(Instant::now());
            if rest.is_zero() {
                break;
            }
            let woken = self.fates.wait_timeout(state, rest);
            state = woken.unwrap_or_else(PoisonError::into_inner).0;
        }
        drop(state);
        self.say_unsaid();
    }

    /// Behind the last block: takes the batches from the sender. What it hears of them from here
    /// on counts no more, so that none is both delivered and left to the next run.
    pub(crate) fn take_over(&self) -> Left {
        let mut state = self.lock();
        state.phase = Phase::Over;
        let mut left = Left::default();
        let sending = state.sending.take();
        let outbox = std::mem::take(&mut state.outbox);
        for batch in sending.into_iter().chain(outbox) {
            match state.open.get(&batch.id).map(|open| (open.is_on_disk, open.is_part)) {
                Some((true, is_part)) => {
                    state.leave_to_disk(batch.id);
                    if is_part {
                        left.parts.push(batch);
                    }
                }
                Some((false, _)) => left.unstored.push(batch),
                None => {}
            }
        }
        left
    }

    /// The worker has ended.
    pub(crate) fn finished(&self) {
        self.lock().is_finished = true;
        self.fates.notify_all();
    }

    /// What neither arrived nor is on disk when the worker could not say so itself: it hangs in
    /// its exporter. The account does not change any more.
    pub(crate) fn give_up(&self) {
        let mut state = self.lock();
        state.phase = Phase::Over;
        let pending = state.pending();
        if pending == 0 {
            return;
        }
        state.waiting.clear();
        state.outbox.clear();
        state.sending = None;
        state.open.retain(|_, open| open.is_on_disk);
        state.open.values_mut().for_each(|open| open.bytes = 0);
        state.held = 0;
        let failure = self.why_undelivered(&state);
        state.lose(failure.cause, pending);
        drop(state);
        self.say(&failure, pending);
    }

    /// At the very end, if anything is in the spool.
    pub(crate) fn say_on_disk(&self, folder: &str) {
        let state = self.lock();
        let on_disk = state.on_disk;
        let why = self.why_undelivered(&state);
        drop(state);
        if on_disk > 0 {
            self.diagnostics.late("on disk", &self.address, &|| {
                let spans = counted(on_disk);
                format!(
                    "{}, {spans} in the spool {folder}, to be sent by the next run: {}",
                    why.what, why.advice,
                )
            });
        }
    }

    /// At the very end: `spans` of a batch will not arrive.
    pub(crate) fn abandon(&self, id: u64, spans: u64) {
        let mut state = self.lock();
        let fate = Fate::lost(spans, self.why_undelivered(&state));
        if state.count(id, &fate) {
            drop(state);
            self.conclude(id, &fate);
        }
    }

    /// At the very end, why what is still open will not arrive.
    fn why_undelivered(&self, state: &State) -> Failure {
        state.failing.last.clone().unwrap_or_else(|| Failure {
            cause: PENDING,
            what: format!("{} did not answer in time", self.address),
            advice: "raise `shutdown_timeout(..)` or look at the collector".to_owned(),
        })
    }
}
