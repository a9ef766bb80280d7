//! The thread behind a queue: brings spans into their final form, and hands them on.

use super::body::Body;
use super::deliver::{Deliver, DeliveryResult, Failure};
use super::inside::Inside;
use super::queue::{Batch, Block, Fate, Left, Queue, Spans};
use super::spool::Store;
use crate::enrich::Stages;
use crate::panic::{catch, message};
use futures_executor::block_on;
use opentelemetry::Context;
use opentelemetry_proto::transform::common::tonic::ResourceAttributesWithSchema;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SpanData;
use std::any::Any;
use std::sync::Arc;

/// Owns what the destination needs of this thread.
#[derive(Debug)]
pub(super) struct Worker {
    pub(super) queue: Arc<Queue>,
    pub(super) stages: Stages,
    pub(super) outlet: Outlet,
}

/// What the worker does with spans.
#[derive(Debug)]
pub(super) enum Outlet {
    /// Delivers them itself.
    Exporter(Box<dyn Deliver>),
    /// Encodes them for the sender.
    Encoder(Encoder),
}

/// From spans to batches.
#[derive(Debug, Default)]
pub(super) struct Encoder {
    pub(super) resource: ResourceAttributesWithSchema,
    pub(super) gzip: bool,
    pub(super) store: Option<Arc<Store>>,
}

impl Worker {
    /// Works until the queue has ended.
    pub(super) fn run(mut self) {
        let _suppressed = Context::enter_telemetry_suppressed_scope();
        let _inside = Inside::enter();
        while let Some(block) = self.queue.take() {
            if let Some(resource) = self.queue.take_resource() {
                self.set_resource(&resource);
            }
            let (id, spans) = (block.id, block.spans.len() as u64);
            // Whatever happens to a block, its spans are accounted for.
            if let Err(payload) = catch(|| self.handle(block)) {
                self.settle(id, &Fate::lost(spans, panicked("the export", &*payload)));
            }
        }
        let _ = catch(|| self.finish());
        self.queue.finished();
    }

    fn set_resource(&mut self, resource: &Resource) {
        match &mut self.outlet {
            Outlet::Exporter(exporter) => drop(catch(|| exporter.set_resource(resource))),
            Outlet::Encoder(encoder) => encoder.resource = resource.into(),
        }
    }

    fn handle(&mut self, mut block: Block) {
        let (id, spans) = (block.id, block.spans.len() as u64);
        if let Outlet::Encoder(encoder) = &self.outlet {
            // After the end nothing is sent any more, so without a spool there is no use in encoding.
            if encoder.store.is_none() && self.queue.is_stopped() {
                return self.queue.abandon(id, spans);
            }
            self.queue.hold_twice(&block);
        }
        let transformed = transformed(&mut block.spans, &self.stages);
        self.queue.reuse(block.spans);
        match &self.outlet {
            Outlet::Exporter(exporter) => {
                let result = export(&**exporter, transformed);
                let fate = Fate::of(result, spans, self.queue.address());
                self.queue.settle(id, &fate);
            }
            Outlet::Encoder(encoder) => {
                let body = Body::encode(transformed, &encoder.resource);
                if encoder.store(&self.queue, id, &body) {
                    return;
                }
                match encoder.wrap(body) {
                    Ok(body) => {
                        self.queue.hold_encoded(id, &body);
                        self.queue.post(Batch { id, spans, body });
                    }
                    Err(error) => self.settle(id, &Fate::lost(spans, unencodable(&error))),
                }
            }
        }
    }

    /// What the sender has not delivered by now is not delivered.
    fn finish(&mut self) {
        let store = match &self.outlet {
            Outlet::Exporter(exporter) => {
                exporter.finish();
                None
            }
            Outlet::Encoder(encoder) => encoder.store.as_deref(),
        };
        let Left { unstored, parts } = self.queue.take_over();
        if let Some(store) = store {
            // Before anything has to go for others.
            for part in &parts {
                store.separate(part);
            }
        }
        for batch in unstored {
            if !store.is_some_and(|store| store.keep(batch.id, &batch.body, false)) {
                self.queue.abandon(batch.id, batch.spans);
            }
        }
        if let Some(store) = store {
            store.close();
        }
    }

    fn settle(&self, id: u64, fate: &Fate) {
        match &self.outlet {
            Outlet::Encoder(Encoder { store: Some(store), .. }) => store.settle(id, fate),
            _ => self.queue.settle(id, fate),
        }
    }
}

impl Encoder {
    /// Whether a batch went into the spool and needs no memory any more.
    fn store(&self, queue: &Queue, id: u64, body: &Body) -> bool {
        let Some(store) = &self.store else { return false };
        let is_crowded = queue.is_crowded();
        if !(store.is_durable || is_crowded) {
            return false;
        }
        let is_stored = store.keep(id, body, !is_crowded);
        is_stored && is_crowded
    }

    fn wrap(&self, body: Body) -> std::io::Result<Body> {
        if self.gzip { body.compressed() } else { Ok(body) }
    }
}

/// Every span as it leaves the process.
fn transformed(spans: &mut Spans, stages: &Stages) -> Vec<SpanData> {
    let mut transformed = spans.take();
    for span in &mut transformed {
        stages.apply(span);
    }
    transformed
}

/// An exporter that panics loses the batch, not the thread.
fn export(exporter: &dyn Deliver, spans: Vec<SpanData>) -> DeliveryResult {
    catch(|| block_on(exporter.deliver(spans)))
        .unwrap_or_else(|payload| Err(panicked("the exporter", &*payload)))
}

fn panicked(who: &str, payload: &dyn Any) -> Failure {
    Failure {
        cause: "exporter panicked",
        what: format!("{who} panicked ({})", message(payload)),
        advice: "report it to the exporter's authors".to_owned(),
    }
}

fn unencodable(error: &std::io::Error) -> Failure {
    Failure {
        cause: "encoding",
        what: format!("a batch could not be compressed ({error})"),
        advice: "switch compression off".to_owned(),
    }
}
