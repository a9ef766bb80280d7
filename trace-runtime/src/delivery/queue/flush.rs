//! Flushes: their start, and their result.

use super::ledger::Ledger;
use super::outage::Outage;
use super::outcome::PENDING_AT_SHUTDOWN;
use super::stats::Stats;
use std::time::Instant;

/// A flush that has begun.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Flush {
    /// It waits for the spans up to this sequence number.
    up_to: u64,
    /// Failed tries before it began.
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
}

impl Flush {
    pub(super) fn begin(ledger: &Ledger, outage: &Outage) -> Self {
        Flush { up_to: ledger.ended(), failures_before: outage.failures() }
    }

    pub(super) fn up_to(&self) -> u64 {
        self.up_to
    }

    /// Returns true if waiting longer cannot help before the deadline.
    pub(super) fn is_hopeless(&self, outage: &Outage, deadline: Instant) -> bool {
        outage.is_hopeless(self.failures_before, deadline)
    }

    /// Describes the account at the end of the flush. `is_complete` is true if every span it waited
    /// for is resolved: spans that are pending or on disk then ended after it began.
    pub(super) fn result(&self, ledger: &Ledger, outage: &Outage, is_complete: bool) -> Flushed {
        let (delivered, lost) = (ledger.delivered(), ledger.lost());
        let (pending, on_disk) = if is_complete {
            (0, 0)
        } else {
            let resolved = delivered + lost + ledger.on_disk();
            (self.up_to.saturating_sub(resolved), ledger.on_disk())
        };
        let cause = outage.cause().map(|error| format!("{}: {}", error.what, error.advice));
        Flushed { delivered, pending, on_disk, lost, cause }
    }
}

impl Flushed {
    pub(crate) fn is_complete(&self) -> bool {
        self.pending + self.on_disk + self.lost == 0
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
