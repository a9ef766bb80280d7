//! A destination of spans, seen from the worker.

use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{SpanData, SpanExporter};
use std::fmt::Debug;
use std::pin::Pin;

/// What became of a batch. `Ok` says how many of it were refused, usually none.
pub(crate) type DeliveryResult = Result<Refused, Failure>;

/// A delivery in progress; only the worker polls it, so it may block.
pub(crate) type Delivering<'a> = Pin<Box<dyn Future<Output = DeliveryResult> + Send + 'a>>;

/// Sends batches somewhere.
pub(crate) trait Deliver: Debug + Send + Sync {
    fn deliver(&self, batch: Vec<SpanData>) -> Delivering<'_>;

    fn set_resource(&mut self, resource: &Resource);

    /// Where it sends to, for messages.
    fn address(&self) -> String;

    /// Called when no batch will come any more.
    fn finish(&self) {}
}

/// The part of an accepted batch that the backend refused.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Refused {
    pub(crate) spans: u64,
    pub(crate) reason: String,
}

/// Why a whole batch was not delivered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    /// Groups failures of one cause, so that each is said once.
    pub(crate) cause: &'static str,
    /// What happened, with the address, for a person.
    pub(crate) what: String,
    /// What to do.
    pub(crate) advice: String,
}

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
