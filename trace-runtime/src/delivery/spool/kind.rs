//! The two kinds of records that a spool keeps: requests with spans, and annotations.

use super::span_count::count_spans;

/// The facts by which spools of spans and of annotations differ. Everything else is the same: the
/// files, the locks, the bound, and the takeover from processes that are gone.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kind {
    /// The beginning of the name of a folder of this kind.
    pub(crate) prefix: &'static str,
    /// The extension of segments. A replay of spans reads those with `otlp` alone.
    pub(crate) extension: &'static str,
    /// The content in words, for messages.
    pub(crate) things: &'static str,
    /// Counts the things in a record; `None` if it is no record of this kind.
    pub(crate) count: fn(&[u8]) -> Option<u64>,
}

/// Requests with spans.
pub(crate) const SPANS: Kind =
    Kind { prefix: "", extension: "otlp", things: "spans", count: count_spans };
