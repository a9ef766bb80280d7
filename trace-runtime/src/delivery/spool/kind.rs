//! The two kinds of records that a spool keeps: requests with spans, and annotations.

use super::names::folder_name;
use super::span_count::count_spans;
use crate::delivery::diagnostics::Lost;

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
    /// Counts the things in a record; `None` if it is not a record of this kind.
    pub(crate) count: fn(&[u8]) -> Option<u64>,
    /// A number of things, which is written in words.
    pub(crate) number: fn(u64) -> Lost,
    /// The advice for things that no destination of the program sends. Takes their folder.
    pub(crate) advice: fn(&str) -> String,
}

impl Kind {
    /// Returns the name of the folder for a backend, whose address is `identity`.
    pub(super) fn folder(&self, identity: &str) -> String {
        format!("{}{}", self.prefix, folder_name(identity))
    }
}

/// Requests with spans.
pub(crate) const SPANS: Kind = Kind {
    prefix: "",
    extension: "otlp",
    things: "spans",
    count: count_spans,
    number: Lost::Spans,
    advice: |folder| {
        format!(
            "configure the endpoint again, send them with \
             `register().endpoint(..).replay({folder:?})`, or delete the folder"
        )
    },
};
