//! The error of a flush that did not deliver everything.

use crate::delivery::{DeliveryProcessor, Flushed};
use opentelemetry_sdk::error::OTelSdkResult;

/// The error of [`Registration::flush`](crate::Registration::flush) and
/// [`Registration::shutdown`](crate::Registration::shutdown) if not all spans were accepted.
///
/// It describes the first destination that has not accepted everything; see
/// [`Registration::stats`](crate::Registration::stats) for all of them. The counts are numbers of
/// spans since `install`. For an attached provider they are unknown, and 0.
///
/// ```
/// # use trace_runtime::Registration;
/// fn end_of_job(registration: &Registration) {
///     if let Err(error) = registration.flush() {
///         eprintln!("{} spans are lost: {}", error.lost, error.cause);
///     }
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{delivered} spans delivered, {pending} pending, {on_disk} on disk, {lost} lost: {cause}")]
#[non_exhaustive]
pub struct FlushError {
    /// The spans that the destination accepted.
    pub delivered: u64,
    /// The spans that have ended and are queued or in flight.
    pub pending: u64,
    /// The spans in the spool, to be sent later.
    pub on_disk: u64,
    /// The spans that were rejected, could not be delivered, or exceeded the queue.
    pub lost: u64,
    /// The address of the destination; `None` for an attached provider.
    pub endpoint: Option<String>,
    /// The annotations that were not delivered: pending, on disk or lost.
    pub annotations: u64,
    /// The reason, and advice on how to fix it.
    pub cause: String,
}

impl FlushError {
    /// Creates an error about something other than spans, or about spans whose numbers are unknown.
    pub(super) fn without_counts(endpoint: Option<String>, cause: String) -> Self {
        let (delivered, pending, on_disk, lost, annotations) = (0, 0, 0, 0, 0);
        FlushError { delivered, pending, on_disk, lost, endpoint, annotations, cause }
    }
}

/// Returns an error for the first destination that has not accepted all spans.
pub(super) fn delivery_result(
    processor: &DeliveryProcessor,
    flushed: &[Flushed],
) -> Result<(), FlushError> {
    let incomplete = flushed.iter().enumerate().find(|(_, flushed)| !flushed.is_complete());
    incomplete.map_or(Ok(()), |(index, flushed)| {
        Err(FlushError {
            delivered: flushed.delivered,
            pending: flushed.pending,
            on_disk: flushed.on_disk,
            lost: flushed.lost,
            endpoint: processor.address(index),
            annotations: 0,
            cause: flushed.cause_or_default(),
        })
    })
}

/// Returns an error for the first backend that has not accepted all annotations.
pub(super) fn feedback_result(flushed: Vec<(String, Flushed)>) -> Result<(), FlushError> {
    let incomplete = flushed.into_iter().find(|(_, flushed)| !flushed.is_complete());
    incomplete.map_or(Ok(()), |(endpoint, flushed)| {
        let cause = flushed.cause_or_default();
        let Flushed { pending, on_disk, lost, .. } = flushed;
        let cause =
            format!("{pending} annotations pending, {on_disk} on disk, {lost} lost: {cause}");
        let annotations = pending + on_disk + lost;
        Err(FlushError { annotations, ..FlushError::without_counts(Some(endpoint), cause) })
    })
}

/// Returns the result of an attached provider's flush; `None` means that it timed out.
pub(super) fn attached_result(flushed: Option<OTelSdkResult>) -> Result<(), FlushError> {
    let cause = match flushed {
        Some(Ok(())) => return Ok(()),
        Some(Err(error)) => format!("the attached provider could not flush: {error}"),
        None => "the attached provider did not flush in time".to_owned(),
    };
    Err(FlushError::without_counts(None, cause))
}
