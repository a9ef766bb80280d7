//! The search for batches of earlier runs, which the sender does when it has nothing else to send.

use super::{Queue, State};
use crate::delivery::spool::{Store, Takeover};
use crate::sync::{wait, wait_timeout};
use std::sync::MutexGuard;
use std::time::Instant;

/// The progress of a search. It belongs to the sender, since only one thread searches.
#[derive(Debug, Default)]
pub(crate) struct Search {
    takeover: Takeover,
    /// The time of the next scan. A flush or a shutdown asks for one before.
    next_scan: Option<Instant>,
}

/// The scans for batches of earlier runs, by number.
#[derive(Debug)]
pub(super) struct Scans {
    /// The last scan that was asked for.
    requested: u64,
    /// The last scan that has begun.
    begun: u64,
    /// The last scan of which every batch has an outcome.
    completed: u64,
}

impl Default for Scans {
    /// Asks for the first scan. The sender does it, so that `install` does not wait for a disk.
    fn default() -> Self {
        Scans { requested: 1, begun: 0, completed: 0 }
    }
}

/// A wait for the batches of earlier runs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Recovery {
    /// It waits for this scan.
    scan: u64,
    /// Failed attempts before it began.
    failures_before: u64,
    /// Lost spans of earlier runs before it began.
    lost_before: u64,
}

/// The result of waiting for the batches of earlier runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Recovered {
    /// False if batches may be left that this process can send.
    pub(crate) is_complete: bool,
    /// The number of spans that were lost meanwhile.
    pub(crate) lost: u64,
}

impl Scans {
    /// Returns true if every batch that the first scan has found has an outcome.
    pub(super) fn has_completed(&self) -> bool {
        self.completed > 0
    }

    /// Asks for a scan that has not begun yet, and returns its number.
    fn request(&mut self) -> u64 {
        self.requested = self.begun + 1;
        self.requested
    }
}

impl State {
    /// Returns true if batches of earlier runs may be searched and sent: a flush of this run that
    /// waits for its spans comes first, although the worker may still encode them.
    pub(super) fn has_time(&self) -> bool {
        self.is_resolved(self.flush_to)
    }
}

impl Queue {
    /// Takes one step in the search for batches of earlier runs, or waits until there is a batch
    /// or a reason to search.
    pub(super) fn search_or_wait(&self, search: &mut Search, mut state: MutexGuard<'_, State>) {
        let Some(store) = self.store.as_ref().filter(|_| state.has_time()) else {
            drop(wait(&self.sender_wakes, state));
            return;
        };
        if !search.takeover.is_done() {
            drop(state);
            let track = |spans| self.update(|state| state.in_flight.track_recovered(spans));
            return store.adopt_next(&mut search.takeover, track);
        }
        if state.scans.completed < state.scans.begun && !state.in_flight.has_earlier() {
            let scan = state.scans.begun;
            drop(state);
            store.report_stranded();
            self.lock().scans.completed = scan;
            self.progress.notify_all();
            return;
        }
        let now = Instant::now();
        let rest = search.next_scan.map(|at| at.saturating_duration_since(now));
        if state.scans.requested > state.scans.begun || rest.is_some_and(|rest| rest.is_zero()) {
            state.scans.begun = state.scans.requested.max(state.scans.begun + 1);
            state.scans.requested = state.scans.begun;
            drop(state);
            store.scan(&mut search.takeover);
            search.next_scan = Some(now + store.scan_interval());
            return;
        }
        drop(match rest {
            None => wait(&self.sender_wakes, state),
            Some(rest) => wait_timeout(&self.sender_wakes, state, rest).0,
        });
    }

    /// Asks the sender to scan for batches of earlier runs once its own spans are sent. With
    /// `insists`, a destination that is down already is tried again. Returns `None` without a spool.
    pub(crate) fn begin_recovery(&self, insists: bool) -> Option<Recovery> {
        self.store.as_ref()?;
        let recovery = self.update(|State { scans, outage, ledger, .. }| Recovery {
            scan: scans.request(),
            failures_before: if insists { outage.failures() } else { 0 },
            lost_before: ledger.recovered_lost(),
        });
        self.sender_wakes.notify_one();
        Some(recovery)
    }

    /// Waits until every batch of earlier runs that a scan has found is resolved, at most until the
    /// deadline. Does not wait for a destination that cannot be reached.
    pub(crate) fn wait_for_recovery(&self, recovery: &Recovery, deadline: Instant) -> Recovered {
        let mut state = self.lock();
        loop {
            let is_complete = state.scans.completed >= recovery.scan;
            let rest = deadline.saturating_duration_since(Instant::now());
            let is_hopeless = state.outage.is_hopeless(recovery.failures_before, deadline);
            if is_complete || rest.is_zero() || is_hopeless {
                let lost = state.ledger.recovered_lost() - recovery.lost_before;
                return Recovered { is_complete, lost };
            }
            state = wait_timeout(&self.progress, state, rest).0;
        }
    }

    /// The folder of the spool, for messages.
    pub(crate) fn spool_folder(&self) -> Option<String> {
        self.store.as_ref().map(Store::shown)
    }

    /// Adopts every batch that processes which are gone have left.
    #[cfg(test)]
    pub(crate) fn adopt_now(&self) {
        let Some(store) = &self.store else { return };
        let mut takeover = Takeover::default();
        store.scan(&mut takeover);
        while !takeover.is_done() {
            let track = |spans| self.update(|state| state.in_flight.track_recovered(spans));
            store.adopt_next(&mut takeover, track);
        }
    }
}
