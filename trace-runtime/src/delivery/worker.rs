//! The thread that takes spans from a queue, brings them into their final form, and exports them
//! or encodes them for the sender.

use super::body::Body;
use super::destination::{Exporter, SendError, SendResult};
use super::queue::{Batch, BatchOutcome, Block, Queue, Spans};
use super::reentrancy::ExportScope;
use crate::enrich::{CountedOnce, Stages};
use crate::mask::scrub_resource;
use crate::panic::{catch, short_message};
use futures_executor::block_on;
use opentelemetry::{Context, KeyValue};
use opentelemetry_proto::transform::common::tonic::ResourceAttributesWithSchema;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SpanData;
use std::any::Any;
use std::sync::Arc;

/// Brings the spans of one queue into their final form. It runs masks of the user, which may be
/// slow or panic; that costs neither the traced functions nor other destinations anything.
#[derive(Debug)]
pub(super) struct Worker {
    pub(super) queue: Arc<Queue>,
    pub(super) stages: Stages,
    pub(super) counted: CountedOnce,
    pub(super) outlet: Outlet,
}

/// The next station of spans.
#[derive(Debug)]
pub(super) enum Outlet {
    /// The worker exports them itself.
    Exporter(Box<dyn Exporter>),
    /// The worker encodes them for the sender.
    Encoder(Encoder),
}

/// Encodes spans as batches.
#[derive(Debug)]
pub(super) struct Encoder {
    resource: ResourceAttributesWithSchema,
    /// The attributes of the resource that this destination needs besides those of the provider.
    additions: Vec<(&'static str, String)>,
    gzip: bool,
}

impl Encoder {
    pub(super) fn new(gzip: bool, additions: Vec<(&'static str, String)>) -> Self {
        Encoder { resource: ResourceAttributesWithSchema::default(), additions, gzip }
    }

    /// Returns the resource with the additions, which win over attributes with the same key.
    fn with_additions(&self, resource: &Resource) -> Resource {
        let own = resource.iter().map(|(key, value)| KeyValue::new(key.clone(), value.clone()));
        let added = self.additions.iter().map(|(key, value)| KeyValue::new(*key, value.clone()));
        let builder = Resource::builder_empty();
        match resource.schema_url() {
            Some(url) => builder.with_schema_url(own, url.to_owned()),
            None => builder.with_attributes(own),
        }
        .with_attributes(added)
        .build()
    }
}

impl Worker {
    /// Works until the queue is shut down.
    pub(super) fn run(mut self) {
        // Spans that an exporter or a mask records would be exported again, without an end.
        let _suppressed = Context::enter_telemetry_suppressed_scope();
        let _scope = ExportScope::enter();
        while let Some(block) = self.queue.next_block() {
            if let Some(resource) = self.queue.take_resource() {
                self.set_resource(&resource);
            }
            let (id, spans) = (block.id, block.spans.len() as u64);
            // A panic loses the spans of this block, which are counted, and not the thread.
            if let Err(payload) = catch(|| self.process(block)) {
                let outcome = BatchOutcome::lost(spans, panicked("the export", &*payload));
                self.queue.resolve(id, &outcome);
            }
        }
        if let Outlet::Exporter(exporter) = &self.outlet {
            let _ = catch(|| exporter.finish());
        }
        let _ = catch(|| self.queue.store_or_drop_rest());
        self.queue.finished();
    }

    /// Sets the resource of all later batches. A provider sets it once, before the first span.
    fn set_resource(&mut self, resource: &Resource) {
        let extended = match &self.outlet {
            Outlet::Encoder(encoder) if !encoder.additions.is_empty() => {
                Some(encoder.with_additions(resource))
            }
            _ => None,
        };
        let resource = extended.as_ref().unwrap_or(resource);
        let scrubs = self.stages.scrubs_secrets();
        let scrubbed = scrubs.then(|| scrub_resource(resource)).flatten();
        let resource = scrubbed.as_ref().unwrap_or(resource);
        match &mut self.outlet {
            Outlet::Exporter(exporter) => drop(catch(|| exporter.set_resource(resource))),
            Outlet::Encoder(encoder) => {
                encoder.resource = resource.into();
                // The map inside a resource has another order for each destination.
                encoder.resource.attributes.0.sort_by(|one, other| one.key.cmp(&other.key));
            }
        }
    }

    /// Brings one block of spans to the exporter, the sender or the spool. Not inlined, because
    /// `benches/instructions.py` counts the instructions of this function.
    #[inline(never)]
    fn process(&mut self, mut block: Block) {
        let (id, spans) = (block.id, block.spans.len() as u64);
        match &self.outlet {
            Outlet::Exporter(exporter) => {
                let data = self.take_spans(&mut block.spans);
                self.queue.reuse(block.spans);
                let result = export(&**exporter, data);
                let address = self.queue.address();
                self.queue.resolve(id, &BatchOutcome::from_result(result, spans, address));
            }
            Outlet::Encoder(encoder) => {
                if self.queue.is_past_saving() {
                    return self.queue.abandon(id, spans);
                }
                self.queue.reserve_for_encoding(id);
                let data = self.take_spans(&mut block.spans);
                self.queue.reuse(block.spans);
                self.encode(encoder, id, spans, data);
            }
        }
    }

    /// Takes spans out of a block and brings each into the form in which it leaves the process.
    fn take_spans(&self, spans: &mut Spans) -> Vec<SpanData> {
        let mut taken = spans.take();
        self.stages.apply(&mut taken, &self.counted);
        taken
    }

    /// Encodes spans, and hands the batch to the spool or the sender.
    fn encode(&self, encoder: &Encoder, id: u64, spans: u64, data: Vec<SpanData>) {
        let body = Body::encode(data, &encoder.resource);
        if self.queue.store_if_needed(id, &body) {
            return;
        }
        match if encoder.gzip { body.compressed() } else { Ok(body) } {
            Ok(body) => self.queue.post(Batch { id, spans, body }),
            Err(error) => self.queue.resolve(id, &BatchOutcome::lost(spans, unencodable(&error))),
        }
    }
}

/// Exports spans. An exporter that panics loses the batch, not the thread.
fn export(exporter: &dyn Exporter, spans: Vec<SpanData>) -> SendResult {
    catch(|| block_on(exporter.export(spans)))
        .unwrap_or_else(|payload| Err(panicked("the exporter", &*payload)))
}

/// Describes a panic in code that is not part of this crate.
fn panicked(culprit: &str, payload: &dyn Any) -> SendError {
    SendError {
        cause: "exporter panicked",
        what: format!("{culprit} panicked ({})", short_message(payload)),
        advice: "report it to the exporter's authors".to_owned(),
    }
}

fn unencodable(error: &std::io::Error) -> SendError {
    SendError {
        cause: "encoding",
        what: format!("a batch could not be compressed ({error})"),
        advice: "switch compression off".to_owned(),
    }
}
