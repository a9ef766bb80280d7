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
    /// The time of the next look. A flush or a shutdown asks for one before.
    next_look: Option<Instant>,
}

/// The looks for batches of earlier runs, by number.
#[derive(Debug)]
pub(super) struct Looks {
    /// The last look that was asked for.
    requested: u64,
    /// The last look that has begun.
    begun: u64,
    /// The last look of which every batch has an outcome.
    completed: u64,
}

impl Default for Looks {
    /// Asks for the first look. The sender does it, so that `install` does not wait for a disk.
    fn default() -> Self {
        Looks { requested: 1, begun: 0, completed: 0 }
    }
}

/// A wait for the batches of earlier runs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Recovery {
    /// It waits for this look.
    look: u64,
    /// Failed tries before it began.
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

impl Looks {
    /// Returns true if every batch that the first look has found has an outcome.
    pub(super) fn has_completed(&self) -> bool {
        self.completed > 0
    }

    /// Asks for a look that has not begun yet, and returns its number.
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
        if state.looks.completed < state.looks.begun && !state.in_flight.has_earlier() {
            let look = state.looks.begun;
            drop(state);
            store.report_stranded();
            self.lock().looks.completed = look;
            self.progress.notify_all();
            return;
        }
        let now = Instant::now();
        let rest = search.next_look.map(|at| at.saturating_duration_since(now));
        if state.looks.requested > state.looks.begun || rest.is_some_and(|rest| rest.is_zero()) {
            state.looks.begun = state.looks.requested.max(state.looks.begun + 1);
            state.looks.requested = state.looks.begun;
            drop(state);
            store.look(&mut search.takeover);
            search.next_look = Some(now + store.scan_interval());
            return;
        }
        drop(match rest {
            None => wait(&self.sender_wakes, state),
            Some(rest) => wait_timeout(&self.sender_wakes, state, rest).0,
        });
    }

    /// Asks the sender to look for batches of earlier runs once its own spans are sent. With
    /// `insists`, a destination that is down already is tried again. Returns `None` without a spool.
    pub(crate) fn begin_recovery(&self, insists: bool) -> Option<Recovery> {
        self.store.as_ref()?;
        let recovery = self.update(|State { looks, outage, ledger, .. }| Recovery {
            look: looks.request(),
            failures_before: if insists { outage.failures() } else { 0 },
            lost_before: ledger.recovered_lost(),
        });
        self.sender_wakes.notify_one();
        Some(recovery)
    }

    /// Waits until every batch of earlier runs that a look has found is resolved, at most until the
    /// deadline. Does not wait for a destination that cannot be reached.
    pub(crate) fn wait_for_recovery(&self, recovery: &Recovery, deadline: Instant) -> Recovered {
        let mut state = self.lock();
        loop {
            let is_complete = state.looks.completed >= recovery.look;
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
        store.look(&mut takeover);
        while !takeover.is_done() {
            let track = |spans| self.update(|state| state.in_flight.track_recovered(spans));
            store.adopt_next(&mut takeover, track);
        }
    }
}
