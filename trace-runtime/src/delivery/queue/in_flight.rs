//! Batches whose outcome is open.

use super::ledger::{Ledger, Location};
use super::outcome::BatchOutcome;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// The sequence number of spans of an earlier run, which a flush of this run does not wait for.
const FROM_EARLIER_RUN: u64 = u64::MAX;

/// Batches of earlier runs have ids from here on, so that this run's own batches come first in
/// every order.
const FIRST_EARLIER_ID: u64 = 1 << 63;

/// Every batch from the moment the worker takes its spans until its outcome is reported.
///
/// A batch has one outcome: [`resolve`](Self::resolve) removes it, so a second call does nothing.
#[derive(Debug, Default)]
pub(super) struct InFlight {
    batches: BTreeMap<u64, Tracked>,
    /// Batches that the spool has and memory has not.
    disk_only: BTreeSet<u64>,
    /// Batches that are counted and not reported yet, with the sequence numbers of their first
    /// spans. A flush waits for the report too.
    unreported: BTreeMap<u64, u64>,
    last_own: u64,
    last_earlier: u64,
    /// The memory of all batches.
    bytes: usize,
}

#[derive(Clone, Copy, Debug)]
struct Tracked {
    /// The sequence number of its first span, or [`FROM_EARLIER_RUN`].
    first: u64,
    spans: u64,
    bytes: usize,
    is_on_disk: bool,
    /// True for a half of a batch that was split, which shares its record in the spool.
    shares_record: bool,
}

impl Tracked {
    fn is_recovered(&self) -> bool {
        self.first == FROM_EARLIER_RUN
    }

    fn location(&self) -> Location {
        if self.is_on_disk { Location::Disk } else { Location::Memory }
    }
}

/// The storage of a batch that is tracked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stored {
    /// In memory alone.
    No,
    /// In a record of the spool that other batches share.
    Shared,
    /// In its own record of the spool.
    Alone,
}

impl InFlight {
    /// Starts to track a batch of spans that were pending. Returns its id.
    pub(super) fn track(&mut self, first: u64, spans: u64, bytes: usize) -> u64 {
        let (is_on_disk, shares_record) = (false, false);
        self.insert(Tracked { first, spans, bytes, is_on_disk, shares_record })
    }

    /// Starts to track a batch of an earlier process that was found in the spool.
    pub(super) fn track_recovered(&mut self, spans: u64) -> u64 {
        let (first, bytes) = (FROM_EARLIER_RUN, 0);
        let (is_on_disk, shares_record) = (true, false);
        let id = self.insert(Tracked { first, spans, bytes, is_on_disk, shares_record });
        self.disk_only.insert(id);
        id
    }

    fn insert(&mut self, batch: Tracked) -> u64 {
        let id = if batch.is_recovered() {
            self.last_earlier += 1;
            FIRST_EARLIER_ID + self.last_earlier
        } else {
            self.last_own += 1;
            self.last_own
        };
        self.bytes += batch.bytes;
        self.batches.insert(id, batch);
        id
    }

    /// Returns true if a batch was left by an earlier run.
    pub(super) fn is_earlier(id: u64) -> bool {
        id >= FIRST_EARLIER_ID
    }

    /// Returns true if a batch of an earlier run has no outcome yet.
    pub(super) fn has_earlier(&self) -> bool {
        self.batches.range(FIRST_EARLIER_ID..).next().is_some()
            || self.unreported.range(FIRST_EARLIER_ID..).next().is_some()
    }

    pub(super) fn contains(&self, id: u64) -> bool {
        self.batches.contains_key(&id)
    }

    /// The memory of all batches.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Sets the memory that a batch takes now.
    pub(super) fn set_bytes(&mut self, id: u64, bytes: usize) {
        if let Some(batch) = self.batches.get_mut(&id) {
            self.bytes = self.bytes - batch.bytes + bytes;
            batch.bytes = bytes;
        }
    }

    /// Counts the memory of a batch twice, while its spans and their encoded form are both there.
    pub(super) fn double_bytes(&mut self, id: u64) {
        if let Some(batch) = self.batches.get(&id) {
            self.set_bytes(id, 2 * batch.bytes);
        }
    }

    /// Records that the spool has a batch; `in_memory` is true if memory keeps it too. Returns
    /// false if the batch is resolved by now, so that the spool need not keep it.
    pub(super) fn mark_stored(&mut self, id: u64, in_memory: bool, ledger: &mut Ledger) -> bool {
        let Some(batch) = self.batches.get_mut(&id) else { return false };
        batch.shares_record = false;
        let was_stored = std::mem::replace(&mut batch.is_on_disk, true);
        if !was_stored && !batch.is_recovered() {
            ledger.move_to_disk(batch.spans);
        }
        if !in_memory {
            self.leave_to_disk(id);
        }
        true
    }

    /// Records that a batch was read from the spool. Returns false if it is not to be sent, since
    /// it is in memory already or was resolved.
    pub(super) fn mark_loaded(&mut self, id: u64, bytes: usize) -> bool {
        let is_loaded = self.disk_only.remove(&id);
        if is_loaded {
            self.set_bytes(id, bytes);
        }
        is_loaded
    }

    /// Drops the copy of a batch in memory; the spool keeps it.
    pub(super) fn leave_to_disk(&mut self, id: u64) {
        self.set_bytes(id, 0);
        self.disk_only.insert(id);
    }

    /// Records that the spool dropped a batch to make room: spans that memory still has are
    /// pending again, others are lost. Returns the number of lost spans.
    pub(super) fn evict(&mut self, id: u64, ledger: &mut Ledger) -> u64 {
        let in_memory = !self.disk_only.remove(&id);
        let Some(batch) = self.batches.get_mut(&id).filter(|batch| batch.is_on_disk) else {
            return 0;
        };
        (batch.is_on_disk, batch.shares_record) = (false, false);
        let batch = *batch;
        if in_memory {
            if !batch.is_recovered() {
                ledger.move_to_memory(batch.spans);
            }
            return 0;
        }
        self.batches.remove(&id);
        if batch.is_recovered() {
            ledger.record_recovered_lost(batch.spans);
        } else {
            ledger.record_lost("spool full", batch.spans, Location::Disk);
        }
        batch.spans
    }

    /// Replaces a batch by its halves, given as bytes and spans. Returns their ids, or `None` if
    /// the batch is resolved by now.
    pub(super) fn split(&mut self, id: u64, halves: [(usize, u64); 2]) -> Option<[u64; 2]> {
        self.set_bytes(id, 0);
        let whole = self.batches.remove(&id)?;
        let shares_record = whole.is_on_disk;
        Some(
            halves.map(|(bytes, spans)| {
                self.insert(Tracked { spans, bytes, shares_record, ..whole })
            }),
        )
    }

    /// Records whether the halves of a batch that was split have their own records in the spool.
    pub(super) fn mark_split(&mut self, halves: [u64; 2], is_separate: bool) {
        for half in halves {
            if let Some(batch) = self.batches.get_mut(&half) {
                batch.shares_record &= !is_separate;
            }
        }
    }

    /// Counts the outcome of a batch and stops tracking it. Returns false if it was resolved
    /// before. After true, the caller must report the outcome and call
    /// [`reported`](Self::reported).
    pub(super) fn resolve(&mut self, id: u64, outcome: &BatchOutcome, ledger: &mut Ledger) -> bool {
        self.set_bytes(id, 0);
        let Some(batch) = self.batches.remove(&id) else { return false };
        self.disk_only.remove(&id);
        self.unreported.insert(id, batch.first);
        let lost = outcome.lost.min(batch.spans);
        let delivered = batch.spans - lost;
        if batch.is_recovered() {
            ledger.record_recovered(delivered);
            ledger.record_recovered_lost(lost);
        } else {
            let cause = outcome.error.as_ref().map_or("unknown", |error| error.cause);
            ledger.record_delivered(delivered, batch.location());
            ledger.record_lost(cause, lost, batch.location());
        }
        true
    }

    /// Records that the outcome of a batch was reported.
    pub(super) fn reported(&mut self, id: u64) {
        self.unreported.remove(&id);
    }

    /// Returns true if every outcome that was counted is reported.
    pub(super) fn is_reported(&self) -> bool {
        self.unreported.is_empty()
    }

    /// Returns true if every span up to a sequence number is resolved and reported. The youngest
    /// batches are compared first: they are resolved last, so the first comparison decides mostly.
    pub(super) fn is_resolved(&self, up_to: u64) -> bool {
        let unreported = self.unreported.values().copied();
        let own = self.batches.range(..FIRST_EARLIER_ID);
        unreported.chain(own.rev().map(|(_, batch)| batch.first)).all(|first| first > up_to)
    }

    /// Returns the oldest batch of this run that only the spool has, with its number of spans.
    pub(super) fn first_own_on_disk(&self) -> Option<(u64, u64)> {
        self.first_on_disk(0..FIRST_EARLIER_ID)
    }

    /// Returns the oldest batch of earlier runs that only the spool has, with its number of spans.
    pub(super) fn first_earlier_on_disk(&self) -> Option<(u64, u64)> {
        self.first_on_disk(FIRST_EARLIER_ID..u64::MAX)
    }

    fn first_on_disk(&self, ids: Range<u64>) -> Option<(u64, u64)> {
        let id = *self.disk_only.range(ids).next()?;
        Some((id, self.batches.get(&id).map_or(0, |batch| batch.spans)))
    }

    /// Returns the storage of a batch, or `None` if it is resolved.
    pub(super) fn stored(&self, id: u64) -> Option<Stored> {
        self.batches.get(&id).map(|batch| match batch {
            Tracked { is_on_disk: false, .. } => Stored::No,
            Tracked { shares_record: true, .. } => Stored::Shared,
            Tracked { .. } => Stored::Alone,
        })
    }

    /// Stops tracking the batches that only memory has. The caller counts their spans.
    pub(super) fn forget_memory(&mut self) {
        self.batches.retain(|_, batch| batch.is_on_disk);
        self.batches.values_mut().for_each(|batch| batch.bytes = 0);
        self.bytes = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resolve_twice_counts_the_first_outcome() {
        let (mut ledger, mut in_flight) = (Ledger::default(), InFlight::default());
        ledger.record_ended(3);
        let id = in_flight.track(1, 3, 10);
        assert!(in_flight.resolve(id, &BatchOutcome::default(), &mut ledger));
        assert!(!in_flight.resolve(id, &BatchOutcome::default(), &mut ledger));
        assert_eq!((ledger.delivered(), in_flight.bytes()), (3, 0));
    }

    #[test]
    fn batches_of_this_run_come_before_those_of_earlier_runs() {
        let (mut ledger, mut in_flight) = (Ledger::default(), InFlight::default());
        ledger.record_ended(3);
        let earlier = in_flight.track_recovered(2);
        let own = in_flight.track(1, 3, 10);
        assert!(own < earlier && InFlight::is_earlier(earlier) && !InFlight::is_earlier(own));
        assert_eq!(in_flight.first_own_on_disk(), None);
        assert_eq!(in_flight.first_earlier_on_disk(), Some((earlier, 2)));
        in_flight.mark_stored(own, false, &mut ledger);
        assert_eq!(in_flight.first_own_on_disk(), Some((own, 3)));
        in_flight.resolve(own, &BatchOutcome::default(), &mut ledger);
        in_flight.reported(own);
        assert!(in_flight.is_resolved(3) && in_flight.has_earlier());
    }

    #[test]
    fn outcome_that_is_not_reported_is_waited_for() {
        let (mut ledger, mut in_flight) = (Ledger::default(), InFlight::default());
        ledger.record_ended(3);
        let id = in_flight.track(1, 3, 10);
        in_flight.resolve(id, &BatchOutcome::default(), &mut ledger);
        assert_eq!((in_flight.is_resolved(0), in_flight.is_resolved(1)), (true, false));
        in_flight.reported(id);
        assert!(in_flight.is_resolved(3));
    }

    #[test]
    fn halves_share_the_record_of_the_whole_until_each_has_its_own() {
        let (mut ledger, mut in_flight) = (Ledger::default(), InFlight::default());
        ledger.record_ended(4);
        let whole = in_flight.track(1, 4, 10);
        in_flight.mark_stored(whole, true, &mut ledger);
        let halves = in_flight.split(whole, [(5, 2), (5, 2)]).unwrap();
        in_flight.mark_split(halves, false);
        assert_eq!(halves.map(|half| in_flight.stored(half)), [Some(Stored::Shared); 2]);
        in_flight.mark_split(halves, true);
        assert_eq!(halves.map(|half| in_flight.stored(half)), [Some(Stored::Alone); 2]);
    }

    #[test]
    fn eviction_of_a_batch_in_memory_makes_it_pending() {
        let (mut ledger, mut in_flight) = (Ledger::default(), InFlight::default());
        ledger.record_ended(5);
        let [kept, left] = [in_flight.track(1, 2, 10), in_flight.track(3, 3, 10)];
        assert!(in_flight.mark_stored(kept, true, &mut ledger));
        assert!(in_flight.mark_stored(left, false, &mut ledger));
        assert_eq!((ledger.on_disk(), in_flight.bytes()), (5, 10));
        assert_eq!(in_flight.evict(kept, &mut ledger), 0);
        assert_eq!(in_flight.evict(left, &mut ledger), 3);
        assert_eq!((ledger.pending(), ledger.on_disk(), ledger.lost()), (2, 0, 3));
    }
}
