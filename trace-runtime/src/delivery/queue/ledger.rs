//! The account of spans of one destination.

use super::stats::{FeedbackStats, Stats};
use std::collections::BTreeMap;

/// Counts spans by their state. Every method keeps `ended == delivered + pending + on_disk +
/// lost`, whatever its arguments: a transition never moves more spans than its source state has.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ledger {
    ended: u64,
    delivered: u64,
    pending: u64,
    on_disk: u64,
    lost: BTreeMap<&'static str, u64>,
    /// Spans of earlier processes are outside the invariant, since they ended elsewhere.
    recovered: u64,
    recovered_lost: u64,
}

/// The place of a span whose outcome is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Location {
    /// In memory: the span is pending.
    Memory,
    /// In the spool, maybe with a copy in memory.
    Disk,
}

impl Ledger {
    /// Counts spans that have ended; they are pending. Returns the number of all ended spans.
    pub(crate) fn record_ended(&mut self, spans: u64) -> u64 {
        // Saturates together with the total, so that the parts still add up.
        let spans = spans.min(u64::MAX - self.ended);
        self.ended += spans;
        self.pending += spans;
        self.ended
    }

    /// Counts spans that the destination accepted.
    pub(crate) fn record_delivered(&mut self, spans: u64, from: Location) {
        self.delivered += self.take(spans, from);
    }

    /// Counts spans that will never arrive, by cause.
    pub(crate) fn record_lost(&mut self, cause: &'static str, spans: u64, from: Location) {
        let spans = self.take(spans, from);
        if spans > 0 {
            *self.lost.entry(cause).or_default() += spans;
        }
    }

    /// Counts pending spans as stored in the spool.
    pub(crate) fn move_to_disk(&mut self, spans: u64) {
        self.on_disk += self.take(spans, Location::Memory);
    }

    /// Counts stored spans as pending again: the spool dropped them, and memory still has them.
    pub(crate) fn move_to_memory(&mut self, spans: u64) {
        self.pending += self.take(spans, Location::Disk);
    }

    /// Counts spans of an earlier process that the destination accepted.
    pub(crate) fn record_recovered(&mut self, spans: u64) {
        self.recovered = self.recovered.saturating_add(spans);
    }

    /// Counts spans of an earlier process that will never arrive.
    pub(crate) fn record_recovered_lost(&mut self, spans: u64) {
        self.recovered_lost = self.recovered_lost.saturating_add(spans);
    }

    /// Takes spans out of a state, at most as many as are there.
    fn take(&mut self, spans: u64, from: Location) -> u64 {
        let source = match from {
            Location::Memory => &mut self.pending,
            Location::Disk => &mut self.on_disk,
        };
        let taken = spans.min(*source);
        *source -= taken;
        taken
    }

    // The counts are read through methods: no other file can change one without a transition.

    pub(crate) fn ended(&self) -> u64 {
        self.ended
    }

    pub(crate) fn delivered(&self) -> u64 {
        self.delivered
    }

    pub(crate) fn pending(&self) -> u64 {
        self.pending
    }

    pub(crate) fn on_disk(&self) -> u64 {
        self.on_disk
    }

    pub(crate) fn lost(&self) -> u64 {
        self.lost.values().sum()
    }

    pub(crate) fn recovered_lost(&self) -> u64 {
        self.recovered_lost
    }

    /// Copies the account for the user. `bytes` is the memory that pending spans hold.
    pub(crate) fn stats(&self, address: &str, bytes: usize) -> Stats {
        Stats {
            destination: address.to_owned(),
            ended: self.ended,
            delivered: self.delivered,
            pending: self.pending,
            on_disk: self.on_disk,
            lost: self.lost(),
            lost_by_cause: self.lost.clone(),
            recovered: self.recovered,
            recovered_lost: self.recovered_lost,
            bytes,
            feedback: FeedbackStats::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    fn counts(ledger: &Ledger) -> [u64; 5] {
        let Ledger { ended, delivered, pending, on_disk, .. } = *ledger;
        [ended, delivered, pending, on_disk, ledger.lost()]
    }

    #[test]
    fn span_stored_and_delivered_leaves_the_disk() {
        let mut ledger = Ledger::default();
        assert_eq!(ledger.record_ended(5), 5);
        ledger.move_to_disk(3);
        assert_eq!(counts(&ledger), [5, 0, 2, 3, 0]);
        ledger.record_delivered(2, Location::Disk);
        ledger.record_delivered(2, Location::Memory);
        assert_eq!(counts(&ledger), [5, 4, 0, 1, 0]);
        ledger.move_to_memory(1);
        ledger.record_lost("status", 1, Location::Memory);
        assert_eq!(counts(&ledger), [5, 4, 0, 0, 1]);
    }

    #[test]
    fn losses_are_counted_by_cause() {
        let mut ledger = Ledger::default();
        ledger.record_ended(6);
        ledger.record_lost("queue full", 1, Location::Memory);
        ledger.record_lost("status", 2, Location::Memory);
        ledger.record_lost("queue full", 3, Location::Memory);
        ledger.record_lost("unknown", 0, Location::Memory);
        let stats = ledger.stats("a", 0);
        assert_eq!(stats.lost_by_cause, [("queue full", 4), ("status", 2)].into());
        assert_eq!((stats.lost, stats.pending), (6, 0));
    }

    #[test]
    fn transition_of_too_many_spans_moves_those_that_are_there() {
        let mut ledger = Ledger::default();
        ledger.record_ended(2);
        ledger.record_delivered(9, Location::Disk);
        assert_eq!(counts(&ledger), [2, 0, 2, 0, 0]);
        ledger.record_delivered(9, Location::Memory);
        assert_eq!(counts(&ledger), [2, 2, 0, 0, 0]);
        assert_eq!(ledger.record_ended(u64::MAX), u64::MAX);
        assert_eq!(counts(&ledger), [u64::MAX, 2, u64::MAX - 2, 0, 0]);
    }

    #[test]
    fn recovered_spans_are_outside_the_sum() {
        let mut ledger = Ledger::default();
        ledger.record_recovered(3);
        ledger.record_recovered_lost(u64::MAX);
        ledger.record_recovered_lost(1);
        let stats = ledger.stats("a", 0);
        assert_eq!((stats.ended, stats.recovered, stats.recovered_lost), (0, 3, u64::MAX));
    }

    /// Calls one method of the ledger, chosen by `method`.
    fn apply(ledger: &mut Ledger, method: u8, spans: u64, from: Location) {
        match method {
            0 => drop(ledger.record_ended(spans)),
            1 => ledger.record_delivered(spans, from),
            2 => ledger.record_lost("status", spans, from),
            3 => ledger.record_lost("queue full", spans, from),
            4 => ledger.move_to_disk(spans),
            5 => ledger.move_to_memory(spans),
            6 => ledger.record_recovered(spans),
            _ => ledger.record_recovered_lost(spans),
        }
    }

    proptest! {
        #[test]
        fn any_sequence_of_transitions_keeps_the_invariant(
            calls in vec((0..8_u8, prop_oneof![0..100_u64, any::<u64>()], any::<bool>()), 0..60),
        ) {
            let mut ledger = Ledger::default();
            for (method, spans, is_disk) in calls {
                let before = ledger.clone();
                let from = if is_disk { Location::Disk } else { Location::Memory };
                apply(&mut ledger, method, spans, from);
                let [ended, delivered, pending, on_disk, lost] = counts(&ledger);
                let parts = [delivered, pending, on_disk, lost].map(u128::from);
                prop_assert_eq!(u128::from(ended), parts.iter().sum::<u128>());
                // These are final: no transition takes a span out of them.
                prop_assert!(ended >= before.ended() && delivered >= before.delivered());
                prop_assert!(lost >= before.lost());
            }
        }
    }
}
