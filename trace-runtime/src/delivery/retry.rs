//! Exponential backoff, and the header `retry-after`.

use std::hash::{BuildHasher, RandomState};
use std::time::{Duration, SystemTime};

const FIRST_PAUSE: Duration = Duration::from_millis(100);
const MAX_PAUSE: Duration = Duration::from_secs(30);
/// The longest pause that a backend can ask for. A misconfigured backend could otherwise stop the
/// export for days.
const MAX_REQUESTED_PAUSE: Duration = Duration::from_secs(600);

/// Pauses between attempts, each twice as long as the last.
#[derive(Debug, Default)]
pub(crate) struct Backoff {
    /// The number of attempts since the last success.
    attempts: u32,
    /// The number of flushes that were requested before the last pause.
    flushes: u64,
}

impl Backoff {
    /// Starts over with the shortest pause, after a success.
    pub(crate) fn reset(&mut self) {
        self.attempts = 0;
    }

    /// Returns the pause before the next attempt: the one that the backend `requested`, or twice
    /// the last one plus jitter.
    ///
    /// `flushes` counts the flushes so far. A new flush starts over with short pauses, because a
    /// caller is waiting for it.
    pub(crate) fn pause(&mut self, requested: Option<Duration>, flushes: u64) -> Duration {
        if std::mem::replace(&mut self.flushes, flushes) != flushes {
            self.attempts = 0;
        }
        let pause = FIRST_PAUSE.saturating_mul(1 << self.attempts.min(10)).min(MAX_PAUSE);
        self.attempts += 1;
        requested.map_or(pause + jitter(pause), |requested| requested.min(MAX_REQUESTED_PAUSE))
    }
}

/// Returns up to half of `pause` at random, so that many processes do not retry at the same time
/// once a backend is back.
fn jitter(pause: Duration) -> Duration {
    // `RandomState` is seeded at random, which is enough here without a crate for it.
    let random = RandomState::new().hash_one(0_u8) % 512;
    pause * u32::try_from(random).unwrap_or(0) / 1024
}

/// Parses the value of the header `retry-after`: a number of seconds, or an HTTP date. Returns
/// `None` for a delay of zero and for a date in the past, which may be due to a fast local clock:
/// then the backoff applies instead of an immediate retry.
pub(super) fn retry_after(value: &str, now: SystemTime) -> Option<Duration> {
    let value = value.trim();
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds)).filter(|delay| !delay.is_zero());
    }
    let date = httpdate::parse_http_date(value).ok()?;
    date.duration_since(now).ok().filter(|delay| !delay.is_zero())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backoff_pauses_grow_to_a_maximum_and_start_over() {
        let mut backoff = Backoff::default();
        let pauses: Vec<_> = (0..4).map(|_| backoff.pause(None, 0)).collect();
        assert!(pauses.windows(2).all(|pair| pair[0] < pair[1]), "{pauses:?}");
        let longest = (0..100).map(|_| backoff.pause(None, 0)).max().unwrap();
        assert!((MAX_PAUSE..=MAX_PAUSE * 3 / 2).contains(&longest), "{longest:?}");
        backoff.reset();
        assert!(backoff.pause(None, 0) < FIRST_PAUSE * 2, "after a success");
        backoff.pause(None, 0);
        assert!(backoff.pause(None, 1) < FIRST_PAUSE * 2, "for a flush");
    }

    #[test]
    fn first_pauses_of_many_senders_differ() {
        let pauses: Vec<_> = (0..20).map(|_| Backoff::default().pause(None, 0)).collect();
        assert!(pauses.iter().any(|pause| *pause != pauses[0]), "{pauses:?}");
    }

    #[test]
    fn requested_pause_replaces_the_backoff_up_to_a_maximum() {
        let mut backoff = Backoff::default();
        let (two, days) = (Duration::from_secs(2), Duration::from_secs(200_000));
        assert_eq!(backoff.pause(Some(two), 0), two);
        assert_eq!(backoff.pause(Some(days), 0), MAX_REQUESTED_PAUSE);
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now = httpdate::parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT").unwrap();
        assert_eq!(retry_after(" 120", now), Some(Duration::from_secs(120)));
        let in_a_minute = "Sun, 06 Nov 1994 08:50:37 GMT";
        assert_eq!(retry_after(in_a_minute, now), Some(Duration::from_secs(60)));
        for soon in ["Sun, 06 Nov 1994 08:00:00 GMT", "Sun, 06 Nov 1994 08:49:37 GMT", "0"] {
            assert_eq!(retry_after(soon, now), None, "not at once: {soon}");
        }
        assert_eq!(retry_after("99999999999999999999", now), None);
        assert_eq!(retry_after("soon", now), None);
    }
}
