//! The outcome of a batch.

use crate::delivery::destination::{SendError, SendResult};

/// The cause of losses when a destination neither took nor rejected spans before the shutdown
/// ended.
pub(crate) const PENDING_AT_SHUTDOWN: &str = "pending at shutdown";

/// The number of spans of a batch that were lost, and why. The others were delivered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct BatchOutcome {
    pub(crate) lost: u64,
    pub(crate) error: Option<SendError>,
}

impl BatchOutcome {
    pub(crate) fn lost(spans: u64, error: SendError) -> Self {
        BatchOutcome { lost: spans, error: Some(error) }
    }

    /// Converts the answer to a batch of `spans` spans. A destination may accept a batch and
    /// reject some of its spans; it never rejects more than were sent, whatever it answers.
    pub(crate) fn from_result(result: SendResult, spans: u64, address: &str) -> Self {
        match result {
            Ok(partial) if partial.rejected_spans == 0 => BatchOutcome::default(),
            Ok(partial) => {
                let advice = match partial.message {
                    message if message.is_empty() => "it gave no reason".to_owned(),
                    message => message,
                };
                let what = format!("{address} refused a part of the spans");
                let error = SendError { cause: "partial success", what, advice };
                BatchOutcome::lost(partial.rejected_spans.min(spans), error)
            }
            Err(error) => BatchOutcome::lost(spans, error),
        }
    }
}
