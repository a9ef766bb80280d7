//! The two kinds of destinations, exporters and transports, and the results of sending to them.

use super::body::Body;
use crate::config::RegisterError;
use crate::enrich::Additions;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{SpanData, SpanExporter};
use std::fmt::Debug;
use std::pin::Pin;
use std::time::Duration;

/// A destination of spans.
#[derive(Debug)]
pub(crate) enum Destination {
    /// Receives spans in the SDK's form. A batch that it fails to export is not retried.
    Exporter(Box<dyn Exporter>),
    /// Receives encoded batches, each of which is retried until it is accepted or rejected: an OTLP
    /// backend, or a file.
    Transport(Box<dyn Transport>),
}

impl Destination {
    /// Returns the name of the destination, for messages.
    pub(crate) fn address(&self) -> String {
        match self {
            Destination::Exporter(exporter) => exporter.address(),
            Destination::Transport(transport) => transport.address(),
        }
    }
}

/// An exporter given in code. It is built by `install`, which reports an error; an exporter of a
/// registration that is switched off is not built.
pub(crate) type GivenExporter =
    Box<dyn FnOnce() -> Result<Destination, RegisterError> + Send + Sync>;

/// The result of exporting a batch. A batch that is accepted may contain rejected spans, but rarely
/// does.
pub(crate) type SendResult = Result<PartialSuccess, SendError>;

/// An export in progress. Only the worker polls it, so it may block.
pub(crate) type ExportFuture<'a> = Pin<Box<dyn Future<Output = SendResult> + Send + 'a>>;

/// Exports spans in the SDK's form.
pub(crate) trait Exporter: Debug + Send + Sync {
    fn export(&self, batch: Vec<SpanData>) -> ExportFuture<'_>;

    fn set_resource(&mut self, resource: &Resource);

    /// Returns the name of the destination, for messages.
    fn address(&self) -> String;

    /// Shuts the exporter down, after the last batch.
    fn finish(&self) {}
}

/// Sends encoded batches. A call blocks the thread of the caller.
pub(crate) trait Transport: Debug + Send {
    /// Makes one attempt. A network client gives up after `within`.
    fn send(&mut self, body: &Body, within: Duration) -> Attempt;

    /// Returns the time limit of one attempt.
    fn timeout(&self) -> Duration;

    /// Returns true if bodies are to be compressed before they are sent.
    fn wants_gzip(&self) -> bool;

    /// Returns true if undelivered batches may be moved to the spool. A file has no spool, because
    /// the spool is on a disk too.
    fn wants_spool(&self) -> bool {
        true
    }

    /// Returns the attributes that the spans and the resource need for this destination alone.
    fn additions(&self) -> Additions {
        Additions::default()
    }

    /// Returns the length of the longest body that it accepts, in bytes before compression.
    fn max_request_bytes(&self) -> usize;

    /// Returns the name of the destination, for messages.
    fn address(&self) -> String;

    /// Returns the complete address, which identifies the backend in the spool.
    fn identity(&self) -> &str;
}

/// The result of one attempt to send a batch.
#[derive(Debug)]
pub(crate) enum Attempt {
    /// The batch is accepted, except for the spans that the backend counted as rejected.
    Accepted(PartialSuccess),
    /// The batch is rejected for good.
    Rejected(SendError),
    /// The batch is rejected for its size; its halves may be accepted.
    TooLarge(SendError),
    /// The batch can be retried, no sooner than `after` if the backend requested a pause.
    Retry { error: SendError, after: Option<Duration> },
}

/// The part of an accepted batch that the backend rejected, as in OTLP's partial success.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct PartialSuccess {
    pub(crate) rejected_spans: u64,
    /// The reason for the rejection, or a warning if no span was rejected.
    pub(crate) message: String,
}

/// The reason why spans were not delivered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SendError {
    /// Groups errors, so that each cause is reported once.
    pub(crate) cause: &'static str,
    /// The failure in words, with the address.
    pub(crate) what: String,
    /// The remedy in words.
    pub(crate) advice: String,
}

/// The cause of a [`SendError`] when no connection could be made.
pub(crate) const UNREACHABLE: &str = "unreachable";

/// The cause of a [`SendError`] when a backend does not know the target of an annotation.
pub(crate) const UNKNOWN_TARGET: &str = "unknown target";

/// The cause of a [`SendError`] when a file could not be written.
pub(crate) const UNWRITABLE: &str = "file";

/// A [`SpanExporter`] given in code.
#[derive(Debug)]
pub(crate) struct SdkExporter<E>(E);

impl<E> SdkExporter<E> {
    pub(crate) fn new(exporter: E) -> Self {
        SdkExporter(exporter)
    }
}

impl<E: SpanExporter> Exporter for SdkExporter<E> {
    fn export(&self, batch: Vec<SpanData>) -> ExportFuture<'_> {
        Box::pin(async move {
            let exported = self.0.export(batch).await;
            exported.map(|()| PartialSuccess::default()).map_err(|error| SendError {
                cause: "exporter",
                what: format!("the exporter given to `exporter(..)` failed: {error}"),
                advice: "see its log".to_owned(),
            })
        })
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.0.set_resource(resource);
    }

    fn address(&self) -> String {
        "the exporter given in code".to_owned()
    }

    fn finish(&self) {
        let _ = self.0.shutdown();
    }
}
