//! Destinations of spans, seen from the threads that drive them.

use super::body::Body;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{SpanData, SpanExporter};
use std::fmt::Debug;
use std::pin::Pin;
use std::time::Duration;

/// Where spans go.
#[derive(Debug)]
pub(crate) enum Destination {
    /// Takes spans as they are, once.
    Exporter(Box<dyn Deliver>),
    /// Takes encoded batches, again and again until one is accepted: OTLP, or a file.
    Backend(Box<dyn Transport>),
}

impl Destination {
    /// For messages.
    pub(crate) fn address(&self) -> String {
        match self {
            Destination::Exporter(exporter) => exporter.address(),
            Destination::Backend(transport) => transport.address(),
        }
    }
}

/// What became of a batch. `Ok` says how many of it were refused, usually none.
pub(crate) type DeliveryResult = Result<Refused, Failure>;

/// A delivery in progress; only the worker polls it, so it may block.
pub(crate) type Delivering<'a> = Pin<Box<dyn Future<Output = DeliveryResult> + Send + 'a>>;

/// Sends spans somewhere.
pub(crate) trait Deliver: Debug + Send + Sync {
    fn deliver(&self, batch: Vec<SpanData>) -> Delivering<'_>;

    fn set_resource(&mut self, resource: &Resource);

    /// Where it sends to, for messages.
    fn address(&self) -> String;

    /// Called when no batch will come any more.
    fn finish(&self) {}
}

/// Sends encoded batches to a backend. Blocks its thread, no longer than it is told to.
pub(crate) trait Transport: Debug + Send {
    fn send(&mut self, body: &Body, within: Duration) -> Attempt;

    /// How long one attempt may take.
    fn timeout(&self) -> Duration;

    /// Whether bodies are to be compressed before they are sent.
    fn wants_gzip(&self) -> bool;

    /// Whether what it does not take may go to the spool: a disk does not stand in for a disk.
    fn wants_spool(&self) -> bool {
        true
    }

    /// The longest body that backends take, before it is compressed.
    fn longest(&self) -> usize;

    /// Where it sends to, for messages.
    fn address(&self) -> String;

    /// The whole address, by which the spool tells backends apart.
    fn identity(&self) -> &str;
}

/// What one attempt to send came to.
#[derive(Debug)]
pub(crate) enum Attempt {
    /// Accepted, but for what the backend counted as refused.
    Accepted(Refused),
    /// Refused for good.
    Refused(Failure),
    /// Refused for its size: a part of it may be accepted.
    TooLarge(Failure),
    /// Worth another try, no sooner than `after` if the backend said so.
    Again { failure: Failure, after: Option<Duration> },
}

/// The part of an accepted batch that the backend refused.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Refused {
    pub(crate) spans: u64,
    pub(crate) reason: String,
}

/// Why spans were not delivered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    /// Groups failures of one cause, so that each is said once.
    pub(crate) cause: &'static str,
    /// What happened, with the address, for a person.
    pub(crate) what: String,
    /// What to do.
    pub(crate) advice: String,
}

/// The cause of a [`Failure`] to connect.
pub(crate) const UNREACHABLE: &str = "unreachable";

/// The cause of a [`Failure`] to write a file.
pub(crate) const UNWRITABLE: &str = "file";

/// A [`SpanExporter`] of the user's.
#[derive(Debug)]
pub(crate) struct ExporterDelivery<E>(E);

impl<E> ExporterDelivery<E> {
    pub(crate) fn new(exporter: E) -> Self {
        ExporterDelivery(exporter)
    }
}

impl<E: SpanExporter> Deliver for ExporterDelivery<E> {
    fn deliver(&self, batch: Vec<SpanData>) -> Delivering<'_> {
        Box::pin(async move {
            let exported = self.0.export(batch).await;
            exported.map(|()| Refused::default()).map_err(|error| Failure {
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
