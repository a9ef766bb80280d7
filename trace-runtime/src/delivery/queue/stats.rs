//! The account of one destination, as users see it.

use std::collections::BTreeMap;

/// Counts of the spans that ended since the registration began, for one destination, as
/// [`Registration::stats`](crate::Registration::stats) returns them.
///
/// At any time `ended == delivered + pending + on_disk + lost`.
///
/// ```
/// let registration = trace_runtime::register().verbose(false).install()?;
/// for stats in registration.stats() {
///     println!("{}: {} of {} delivered", stats.destination, stats.delivered, stats.ended);
///     assert_eq!(stats.ended, stats.delivered + stats.pending + stats.on_disk + stats.lost);
/// }
/// # Ok::<(), trace_runtime::RegisterError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// The destination: an endpoint without its query, a file, or words.
    pub destination: String,
    /// Spans that ended.
    pub ended: u64,
    /// Accepted by the destination.
    pub delivered: u64,
    /// In memory, on their way.
    pub pending: u64,
    /// In the spool, to be sent when the destination takes them, or by the next run.
    pub on_disk: u64,
    /// Refused, or beyond the bounds.
    pub lost: u64,
    /// `lost` by cause, such as `queue full`.
    pub lost_by_cause: BTreeMap<&'static str, u64>,
    /// Spans of earlier runs, found in the spool and delivered; in none of the other numbers.
    pub recovered: u64,
    /// Spans of earlier runs that were lost after all, each reported like any other.
    pub recovered_lost: u64,
    /// The memory that pending spans hold now, estimated.
    pub bytes: usize,
    /// The counts of annotations for this destination; zeros if there were none.
    pub feedback: FeedbackStats,
}

/// Counts of the annotations that were given for one destination, by
/// [`Registration::annotate`](crate::Registration::annotate) or a
/// [`Feedback`](crate::Feedback).
///
/// At any time `given == delivered + pending + on_disk + lost`.
///
/// ```
/// # use trace_runtime::Registration;
/// fn feedback_lost(registration: &Registration) -> u64 {
///     registration.stats().iter().map(|stats| stats.feedback.lost).sum()
/// }
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct FeedbackStats {
    /// Annotations that were given.
    pub given: u64,
    /// Accepted by the destination, or replaced by a later one with the same name, target and
    /// identifier before they were sent.
    pub delivered: u64,
    /// In memory, on their way.
    pub pending: u64,
    /// In the spool, to be sent when the destination takes them, or by the next run.
    pub on_disk: u64,
    /// Refused, for a span that the destination never learned of, or beyond the bounds.
    pub lost: u64,
    /// `lost` by cause, such as `unknown target`.
    pub lost_by_cause: BTreeMap<&'static str, u64>,
    /// Annotations of earlier runs, found in the spool and delivered; in none of the other numbers.
    pub recovered: u64,
    /// Annotations of earlier runs that were lost after all.
    pub recovered_lost: u64,
}

impl From<Stats> for FeedbackStats {
    fn from(stats: Stats) -> Self {
        FeedbackStats {
            given: stats.ended,
            delivered: stats.delivered,
            pending: stats.pending,
            on_disk: stats.on_disk,
            lost: stats.lost,
            lost_by_cause: stats.lost_by_cause,
            recovered: stats.recovered,
            recovered_lost: stats.recovered_lost,
        }
    }
}
