//! The fate of a batch.

use super::Queue;
use crate::delivery::deliver::{DeliveryResult, Failure};

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
}

impl Queue {
    /// Decides the fate of a batch that is in no spool, and says it.
    pub(crate) fn settle(&self, id: u64, fate: &Fate) {
        if self.decide(id, fate) {
            self.conclude(id, fate);
        }
    }

    /// Decides the fate of a batch, and counts it. The first decision holds, and none is taken
    /// here behind [`take_over`](Queue::take_over). Whoever decided concludes.
    pub(crate) fn decide(&self, id: u64, fate: &Fate) -> bool {
        let mut state = self.lock();
        !state.is_over() && state.count(id, fate)
    }

    /// Says a fate that was decided. Nobody who waits for it goes on before.
    pub(crate) fn conclude(&self, id: u64, fate: &Fate) {
        if let Some(failure) = &fate.failure {
            self.say(failure, fate.lost);
        }
        let mut state = self.lock();
        state.concluding.remove(&id);
        if let Some(failure) = &fate.failure {
            state.failing.refusal = Some(failure.clone());
        }
        drop(state);
        self.fates.notify_all();
    }

    pub(crate) fn say(&self, failure: &Failure, lost: u64) {
        self.diagnostics.lost(failure.cause, &self.address, lost, &|spans| {
            format!("{}, {spans} not delivered: {}", failure.what, failure.advice)
        });
    }
}

#[cfg(test)]
mod tests {
    use super::super::state::{Open, State};
    use super::*;

    #[test]
    fn a_flush_waits_for_a_fate_until_it_is_said() {
        let mut state = State { ended: 3, ..State::default() };
        let (bytes, is_on_disk, is_earlier, is_part) = (0, false, false, false);
        state.open.insert(7, Open { first: 1, spans: 3, bytes, is_on_disk, is_earlier, is_part });
        assert!(state.count(7, &Fate::default()));
        assert_eq!((state.delivered, state.is_settled(0), state.is_settled(1)), (3, true, false));
        assert!(!state.count(7, &Fate::default()), "the first decision holds");
        state.concluding.remove(&7);
        assert_eq!((state.delivered, state.is_settled(3)), (3, true));
    }
}
