//! The state of a destination that accepts nothing at the moment, and the reason.

use crate::delivery::destination::{SendError, UNREACHABLE, UNWRITABLE};
use std::time::Instant;

/// A destination counts as down after this many failed attempts in a row.
const TRIES_UNTIL_DOWN: u32 = 4;

/// The failed attempts of one destination.
#[derive(Debug, Default)]
pub(crate) struct Outage {
    /// Failed attempts since the last success.
    tries: u32,
    /// All failed attempts.
    total: u64,
    last_error: Option<SendError>,
    /// The time before which the destination asked not to be tried again.
    retry_after: Option<Instant>,
    /// The last final rejection. It survives a success, as the cause that a flush reports.
    last_rejection: Option<SendError>,
}

impl Outage {
    /// The destination answered: it is there, though it may have rejected the batch.
    pub(crate) fn end(&mut self) {
        let last_rejection = self.last_rejection.take();
        *self = Outage { total: self.total, last_rejection, ..Outage::default() };
    }

    /// An attempt failed, and another one will follow. Returns true if the destination counts as down
    /// from now on.
    pub(crate) fn record_failure(
        &mut self,
        error: &SendError,
        retry_after: Option<Instant>,
    ) -> bool {
        self.tries = self.tries.saturating_add(1);
        self.total += 1;
        self.last_error = Some(error.clone());
        self.retry_after = retry_after;
        self.tries == TRIES_UNTIL_DOWN
    }

    /// A batch was rejected for good, or is lost for another reason.
    pub(crate) fn record_rejection(&mut self, error: &SendError) {
        self.last_rejection = Some(error.clone());
    }

    /// The number of all failed attempts, by which a flush distinguishes new failures from old ones.
    pub(crate) fn failures(&self) -> u64 {
        self.total
    }

    /// The reason why the destination is not there now.
    pub(crate) fn last_error(&self) -> Option<&SendError> {
        self.last_error.as_ref()
    }

    /// The reason for which spans are late or lost.
    pub(crate) fn cause(&self) -> Option<&SendError> {
        self.last_error.as_ref().or(self.last_rejection.as_ref())
    }

    /// Returns true if the destination could not be reached several times in a row.
    pub(crate) fn is_down(&self) -> bool {
        let is_unreachable = |error: &SendError| error.cause == UNREACHABLE;
        self.tries >= TRIES_UNTIL_DOWN && self.last_error.as_ref().is_some_and(is_unreachable)
    }

    /// Returns true if a flush that began after `failures_before` failed attempts cannot succeed by
    /// its deadline: the destination cannot be reached and was tried again for this flush, or it
    /// asked for a longer pause.
    pub(crate) fn is_hopeless(&self, failures_before: u64, deadline: Instant) -> bool {
        let is_away = self
            .last_error
            .as_ref()
            .is_some_and(|error| [UNREACHABLE, UNWRITABLE].contains(&error.cause))
            && self.tries >= TRIES_UNTIL_DOWN
            && self.total >= failures_before + u64::from(TRIES_UNTIL_DOWN);
        is_away || self.retry_after.is_some_and(|until| until > deadline)
    }
}
