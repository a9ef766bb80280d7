//! Booking the fate of a batch.

use super::Queue;
use super::state::State;
use crate::export::deliver::{DeliveryResult, Failure};
use crate::export::diagnostics::counted;

/// The cause when a destination neither took nor refused the spans in time.
pub(crate) const PENDING: &str = "pending at shutdown";

/// What became of a batch: how many of its spans were lost, and why.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Fate {
    pub(crate) lost: u64,
    pub(crate) failure: Option<Failure>,
}

impl Fate {
    pub(crate) fn lost(spans: u64, failure: Failure) -> Self {
        Fate { lost: spans, failure: Some(failure) }
    }

    /// Of a batch that was sent once.
    pub(crate) fn of(result: DeliveryResult, spans: u64, address: &str) -> Self {
        match result {
            Ok(refused) if refused.spans == 0 => Fate::default(),
            Ok(refused) => {
                let advice = match refused.reason {
                    reason if reason.is_empty() => "it gave no reason".to_owned(),
                    reason => reason,
                };
                let what = format!("{address} refused a part of the spans");
                let failure = Failure { cause: "partial success", what, advice };
                Fate::lost(refused.spans.min(spans), failure)
            }
            Err(failure) => Fate::lost(spans, failure),
        }
    }

    /// Of two parts of a batch.
    pub(crate) fn and(self, other: Fate) -> Fate {
        Fate { lost: self.lost + other.lost, failure: self.failure.or(other.failure) }
    }
}

impl Queue {
    /// Books the fate of a batch, unless that was decided already.
    pub(crate) fn settle(&self, id: u64, fate: &Fate) {
        if self.claim(id, fate) {
            self.book(id, fate);
        }
    }

    /// Whether this fate is the batch's; then it is to be booked.
    pub(crate) fn claim(&self, id: u64, fate: &Fate) -> bool {
        let mut state = self.lock();
        let is_stopped = state.is_stopped;
        let Some(open) = state.open.get_mut(&id).filter(|open| !open.is_claimed) else {
            return false;
        };
        // At the end it is left to the next run, which sends it again.
        let is_left = is_stopped && open.is_on_disk && fate.lost > 0;
        open.is_claimed = !is_left;
        !is_left
    }

    /// Books the fate of a batch that was claimed.
    pub(crate) fn book(&self, id: u64, fate: &Fate) {
        // Said before it is counted: whoever waits for the count finds it said.
        if let Some(failure) = &fate.failure {
            self.say(failure, fate.lost);
        }
        let mut state = self.lock();
        state.release(id);
        state.only_on_disk.remove(&id);
        let Some(open) = state.open.remove(&id) else { return };
        let delivered = open.spans.saturating_sub(fate.lost);
        if open.is_earlier {
            state.recovered += delivered;
            state.recovered_lost += fate.lost.min(open.spans);
        } else {
            if open.is_on_disk {
                state.on_disk -= open.spans;
            }
            state.delivered += delivered;
            let cause = fate.failure.as_ref().map_or("unknown", |failure| failure.cause);
            state.lose(cause, fate.lost.min(open.spans));
        }
        if let Some(failure) = &fate.failure {
            state.failing.refusal = Some(failure.clone());
        }
        drop(state);
        self.fates.notify_all();
    }

    pub(crate) fn say(&self, failure: &Failure, lost: u64) {
        self.diagnostics.lost(failure.cause, lost, &|spans| {
            format!("{}, {spans} not delivered: {}", failure.what, failure.advice)
        });
    }

    /// At the very end, if anything is in the spool.
    pub(crate) fn say_on_disk(&self, folder: &str) {
        let state = self.lock();
        let on_disk = state.on_disk;
        let why = self.why_undelivered(&state);
        drop(state);
        if on_disk > 0 {
            self.diagnostics.late("on disk", &|| {
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
        let failure = self.why_undelivered(&self.lock());
        self.settle(id, &Fate::lost(spans, failure));
    }

    /// At the very end, why what is still open will not arrive.
    pub(super) fn why_undelivered(&self, state: &State) -> Failure {
        state.failing.last.clone().unwrap_or_else(|| Failure {
            cause: PENDING,
            what: format!("{} did not answer in time", self.address),
            advice: "raise `shutdown_timeout(..)` or look at the collector".to_owned(),
        })
    }
}
