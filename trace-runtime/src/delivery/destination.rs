//! The two kinds of destinations, as the threads that drive them see them.

use super::body::Body;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{SpanData, SpanExporter};
use std::fmt::Debug;
use std::pin::Pin;
use std::time::Duration;

/// A destination of spans.
#[derive(Debug)]
pub(crate) enum Destination {
    /// Takes spans as they are, and is not tried again.
    Exporter(Box<dyn Exporter>),
    /// Takes encoded batches, and is tried until it accepts one: an OTLP backend, or a file.
    Transport(Box<dyn Transport>),
}

impl Destination {
    /// The destination, for messages.
    pub(crate) fn address(&self) -> String {
        match self {
            Destination::Exporter(exporter) => exporter.address(),
            Destination::Transport(transport) => transport.address(),
        }
    }
}

/// The answer to a batch. An accepted batch may have rejected spans, usually none.
pub(crate) type SendResult = Result<PartialSuccess, SendError>;

/// An export in progress. Only the worker polls it, so it may block.
pub(crate) type ExportFuture<'a> = Pin<Box<dyn Future<Output = SendResult> + Send + 'a>>;

/// Exports spans in the form of the SDK.
pub(crate) trait Exporter: Debug + Send + Sync {
    fn export(&self, batch: Vec<SpanData>) -> ExportFuture<'_>;

    fn set_resource(&mut self, resource: &Resource);

    /// The destination, for messages.
    fn address(&self) -> String;

    /// Shuts the exporter down, after the last batch.
    fn finish(&self) {}
}

/// Sends encoded batches. Blocks its thread, no longer than it is told to.
pub(crate) trait Transport: Debug + Send {
    fn send(&mut self, body: &Body, within: Duration) -> Attempt;

    /// The time that one attempt may take.
    fn timeout(&self) -> Duration;

    /// Returns true if bodies are to be compressed before they are sent.
    fn wants_gzip(&self) -> bool;

    /// Returns true if batches that it does not take may go to the spool. A file has none: a disk
    /// does not stand in for a disk.
    fn wants_spool(&self) -> bool {
        true
    }

    /// The length of the longest body that it takes, before compression.
    fn longest(&self) -> usize;

    /// The destination, for messages.
    fn address(&self) -> String;

    /// The whole address, by which spools of different backends are told apart.
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
    /// The batch is worth another try, no sooner than `after` if the backend asked for a pause.
    Retry { error: SendError, after: Option<Duration> },
}

/// The part of an accepted batch that the backend rejected, as in OTLP's partial success.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct PartialSuccess {
    pub(crate) rejected_spans: u64,
    /// A reason, or a remark though no span was rejected.
    pub(crate) message: String,
}

/// The reason why spans were not delivered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SendError {
    /// Groups errors, so that each cause is reported once.
    pub(crate) cause: &'static str,
    /// The event in words, with the address.
    pub(crate) what: String,
    /// The remedy in words.
    pub(crate) advice: String,
}

/// The cause of a [`SendError`] when no connection could be made.
pub(crate) const UNREACHABLE: &str = "unreachable";

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
                advice: "see what it logs".to_owned(),
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
