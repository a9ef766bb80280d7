//! How long to wait before the next try.

use std::hash::{BuildHasher, RandomState};
use std::time::{Duration, SystemTime};

const FIRST: Duration = Duration::from_millis(100);
const LONGEST: Duration = Duration::from_secs(30);
/// A backend that asks for more than this is asked again all the same.
const LONGEST_ASKED: Duration = Duration::from_secs(600);

/// Pauses that grow from try to try.
#[derive(Debug, Default)]
pub(super) struct Backoff {
    tried: u32,
    flushes: u64,
}

impl Backoff {
    pub(super) fn reset(&mut self) {
        self.tried = 0;
    }

    /// The next pause: what the backend asked for, else twice the last one. A flush, which is
    /// noticed by their number, begins with short pauses again.
    pub(super) fn pause(&mut self, asked: Option<Duration>, flushes: u64) -> Duration {
        if std::mem::replace(&mut self.flushes, flushes) != flushes {
            self.tried = 0;
        }
        let pause = FIRST.saturating_mul(1 << self.tried.min(10)).min(LONGEST);
        self.tried += 1;
        asked.map_or(pause + jitter(pause), |asked| asked.min(LONGEST_ASKED))
    }
}

/// Up to a half of `pause`, so that many processes do not come back at once.
fn jitter(pause: Duration) -> Duration {
    // A fresh hasher state is a random number without a dependency.
    let random = RandomState::new().hash_one(0_u8) % 512;
    pause * u32::try_from(random).unwrap_or(0) / 1024
}

/// The value of the header `retry-after`: seconds, or a date. What is over already, as it is for a
/// clock that is fast, asks for nothing: our own pauses grow.
pub(super) fn retry_after(value: &str, now: SystemTime) -> Option<Duration> {
    let value = value.trim();
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds)).filter(|asked| !asked.is_zero());
    }
    let date = httpdate::parse_http_date(value).ok()?;
    date.duration_since(now).ok().filter(|asked| !asked.is_zero())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_up_to_a_bound_and_begin_anew() {
        let mut backoff = Backoff::default();
        let pauses: Vec<_> = (0..4).map(|_| backoff.pause(None, 0)).collect();
        assert!(pauses.windows(2).all(|pair| pair[0] < pair[1]), "{pauses:?}");
        let many = (0..100).map(|_| backoff.pause(None, 0)).max().unwrap();
        assert!((LONGEST..=LONGEST * 3 / 2).contains(&many), "{many:?}");
        backoff.reset();
        assert!(backoff.pause(None, 0) < FIRST * 2, "after a success");
        backoff.pause(None, 0);
        assert!(backoff.pause(None, 1) < FIRST * 2, "for a flush");
    }

    #[test]
    fn the_backend_sets_the_pause() {
        let mut backoff = Backoff::default();
        let (two, days) = (Duration::from_secs(2), Duration::from_secs(200_000));
        assert_eq!(backoff.pause(Some(two), 0), two);
        assert_eq!(backoff.pause(Some(days), 0), LONGEST_ASKED);
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now = httpdate::parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT").unwrap();
        assert_eq!(retry_after(" 120", now), Some(Duration::from_secs(120)));
        let in_a_minute = "Sun, 06 Nov 1994 08:50:37 GMT";
        assert_eq!(retry_after(in_a_minute, now), Some(Duration::from_secs(60)));
        let past = "Sun, 06 Nov 1994 08:00:00 GMT";
        assert_eq!((retry_after(past, now), retry_after("0", now)), (None, None), "no hurry");
        assert_eq!(retry_after("99999999999999999999", now), None);
        assert_eq!(retry_after("soon", now), None);
    }
}
