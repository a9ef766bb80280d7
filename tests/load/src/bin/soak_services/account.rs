//! The account of a process, in a file that outlives it.

use crate::replace;
use std::path::Path;
use trace_runtime::Registration;

/// The counts of a registration.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Account {
    pub(crate) ended: u64,
    pub(crate) delivered: u64,
    pub(crate) lost: u64,
    pub(crate) pending: u64,
}

impl Account {
    /// Returns the counts of the only destination.
    pub(crate) fn of(registration: &Registration) -> Self {
        let stats = registration.stats().remove(0);
        let (ended, delivered, lost) = (stats.ended, stats.delivered, stats.lost);
        Account { ended, delivered, lost, pending: stats.pending }
    }

    pub(crate) fn adds_up(&self) -> bool {
        self.ended == self.delivered + self.lost + self.pending
    }

    pub(crate) fn write(&self, path: &Path) {
        let Account { ended, delivered, lost, pending } = self;
        replace(path, &format!("{ended} {delivered} {lost} {pending}"));
    }

    pub(crate) fn read(path: &Path) -> Option<Self> {
        let text = std::fs::read_to_string(path).ok()?;
        let counts: Vec<u64> = text.split(' ').filter_map(|count| count.parse().ok()).collect();
        let [ended, delivered, lost, pending] = counts[..] else { return None };
        Some(Account { ended, delivered, lost, pending })
    }
}
