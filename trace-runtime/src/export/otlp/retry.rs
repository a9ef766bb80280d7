//! Trying again: a few times, with growing pauses, within the time one export may take.

use crate::export::deliver::{DeliveryResult, Failure};
use std::hash::{BuildHasher, RandomState};
use std::time::{Duration, Instant};

/// What one attempt came to.
pub(super) enum Attempt {
    Done(DeliveryResult),
    /// Worth another try, no sooner than `after` if the backend said so.
    Again {
        failure: Failure,
        after: Option<Duration>,
    },
}

const TRIES: u32 = 4;
const FIRST_PAUSE: Duration = Duration::from_millis(100);

/// When to try again: `pause` behind every [`Attempt::Again`], until it says no.
pub(super) struct Retry {
    deadline: Instant,
    tried: u32,
}

impl Retry {
    pub(super) fn within(timeout: Duration) -> Self {
        Retry { deadline: Instant::now() + timeout, tried: 0 }
    }

    /// How long the next attempt may take.
    pub(super) fn remaining(&self) -> Duration {
        self.deadline.saturating_duration_since(Instant::now()).max(Duration::from_millis(1))
    }

    /// How long to wait before the next attempt; `None` if this was the last.
    pub(super) fn pause(&mut self, after: Option<Duration>) -> Option<Duration> {
        self.tried += 1;
        let backoff = FIRST_PAUSE * 2_u32.pow(self.tried - 1);
        let pause = after.unwrap_or(backoff + jitter(backoff));
        (self.tried < TRIES && pause < self.remaining()).then_some(pause)
    }
}

/// Up to a half of `pause`, so that many processes do not come back at once.
fn jitter(pause: Duration) -> Duration {
    // A fresh hasher state is a random number without a dependency.
    let random = RandomState::new().hash_one(0_u8) % 512;
    pause * u32::try_from(random).unwrap_or(0) / 1024
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_end() {
        let mut retry = Retry::within(Duration::from_secs(60));
        let pauses: Vec<_> = std::iter::from_fn(|| retry.pause(None)).collect();
        assert_eq!(pauses.len(), 3);
        assert!(pauses.windows(2).all(|pair| pair[0] < pair[1]), "{pauses:?}");
    }

    #[test]
    fn a_pause_that_ends_behind_the_deadline_is_not_waited_for() {
        let mut retry = Retry::within(Duration::from_secs(1));
        assert_eq!(retry.pause(Some(Duration::from_secs(30))), None);
    }

    #[test]
    fn the_backend_sets_the_pause() {
        let mut retry = Retry::within(Duration::from_secs(60));
        assert_eq!(retry.pause(Some(Duration::from_secs(2))), Some(Duration::from_secs(2)));
    }
}
