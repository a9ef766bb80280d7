//! The search for batches of earlier runs, which the sender does when it has nothing else to send.

use super::{Queue, State};
use crate::delivery::spool::Takeover;
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
            state.looks.completed = state.looks.begun;
            drop(state);
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
