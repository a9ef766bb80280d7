//! The ledger of one destination: what ended, what was delivered, what was lost.

use super::deliver::{DeliveryResult, Failure};
use super::diagnostics::Diagnostics;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// Counts every span of one destination from its end to its fate.
#[derive(Debug)]
pub(crate) struct Delivery {
    address: String,
    diagnostics: Arc<Diagnostics>,
    counts: Mutex<Counts>,
    settled: Condvar,
}

/// The state of a [`Delivery`].
#[derive(Clone, Debug, Default)]
pub(crate) struct Counts {
    pub(crate) ended: u64,
    pub(crate) delivered: u64,
    pub(crate) lost: u64,
    pub(crate) last_failure: Option<String>,
}

impl Counts {
    fn pending(&self) -> u64 {
        self.ended - self.delivered - self.lost
    }
}

impl Delivery {
    pub(crate) fn new(address: String, diagnostics: Arc<Diagnostics>) -> Self {
        Delivery { address, diagnostics, counts: Mutex::default(), settled: Condvar::new() }
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    pub(crate) fn counts(&self) -> Counts {
        self.lock().clone()
    }

    pub(crate) fn ended(&self) -> u64 {
        self.lock().ended
    }

    /// Counts a span that has ended. `false` means that the queue holds `bound` spans already and
    /// this one is lost.
    pub(crate) fn admit(&self, bound: u64) -> bool {
        let mut counts = self.lock();
        counts.ended += 1;
        if counts.pending() <= bound {
            return true;
        }
        counts.lost += 1;
        counts.last_failure = Some(format!("the queue of {bound} spans was full"));
        drop(counts);
        self.settled.notify_all();
        self.diagnostics.lost("queue full", 1, &|spans| {
            format!(
                "{spans} for {} were lost, since the queue of {bound} spans was full: raise \
                 OTEL_BSP_MAX_QUEUE_SIZE",
                self.address,
            )
        });
        false
    }

    /// Books the fate of a batch.
    pub(crate) fn settle(&self, spans: u64, result: &DeliveryResult) {
        let (lost, failure) = match result {
            Ok(refused) if refused.spans == 0 => (0, None),
            Ok(refused) => (refused.spans.min(spans), Some(self.refusal(&refused.reason))),
            Err(failure) => (spans, Some(failure.clone())),
        };
        // Said before it is counted: whoever waits for the count finds it said.
        if let Some(failure) = &failure {
            self.diagnostics.lost(failure.cause, lost, &|spans| {
                format!("{}, {spans} not delivered: {}", failure.what, failure.advice)
            });
        }
        let mut counts = self.lock();
        counts.delivered += spans - lost;
        counts.lost += lost;
        if let Some(failure) = failure {
            counts.last_failure = Some(format!("{}: {}", failure.what, failure.advice));
        }
        drop(counts);
        self.settled.notify_all();
    }

    /// Waits until the first `ended` spans have found their fate, or until the deadline.
    pub(crate) fn wait_until_settled(&self, ended: u64, deadline: Instant) {
        let mut counts = self.lock();
        while counts.delivered + counts.lost < ended {
            let remaining = deadline.saturating_duration_since(Instant::now());
            if remaining.is_zero() {
                return;
            }
            let woken = self.settled.wait_timeout(counts, remaining);
            counts = woken.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// At the very end: what is still on its way will not arrive.
    pub(crate) fn say_pending(&self) {
        let pending = self.counts().pending();
        if pending > 0 {
            self.diagnostics.lost("pending at shutdown", pending, &|spans| {
                format!(
                    "{} did not answer in time, {spans} not delivered at shutdown: raise \
                     `shutdown_timeout(..)` or look at the collector",
                    self.address,
                )
            });
        }
    }

    fn refusal(&self, reason: &str) -> Failure {
        let reason = if reason.is_empty() { "it gave no reason" } else { reason };
        Failure {
            cause: "partial success",
            what: format!("{} refused a part of the spans", self.address),
            advice: reason.to_owned(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::deliver::Refused;

    fn delivery() -> Delivery {
        Delivery::new("there".to_owned(), Arc::new(Diagnostics::new(Some(Box::new(|_| {})))))
    }

    #[test]
    fn spans_beyond_the_bound_are_lost_and_counted() {
        let delivery = delivery();
        let admitted: Vec<bool> = (0..3).map(|_| delivery.admit(2)).collect();
        assert_eq!(admitted, [true, true, false]);
        let counts = delivery.counts();
        assert_eq!((counts.ended, counts.lost, counts.pending()), (3, 1, 2));
    }

    #[test]
    fn a_partial_success_counts_both_parts() {
        let delivery = delivery();
        (0..5).for_each(|_| assert!(delivery.admit(10)));
        delivery.settle(5, &Ok(Refused { spans: 2, reason: "too old".to_owned() }));
        let counts = delivery.counts();
        assert_eq!((counts.delivered, counts.lost), (3, 2));
        assert_eq!(
            counts.last_failure.as_deref(),
            Some("there refused a part of the spans: too old"),
        );
    }

    #[test]
    fn waiting_ends_at_the_deadline() {
        let delivery = delivery();
        assert!(delivery.admit(10));
        delivery.wait_until_settled(1, Instant::now());
        assert_eq!(delivery.counts().pending(), 1);
    }
}
