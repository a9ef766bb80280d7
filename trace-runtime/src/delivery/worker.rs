//! The thread that takes spans from a queue, brings them into their final form, and exports them
//! or encodes them for the sender.

use super::destination::{Exporter, SendError, SendResult};
use super::encoder::Encoder;
use super::queue::{Batch, BatchOutcome, Block, Queue};
use super::reentrancy::ExportScope;
use crate::enrich::{CountedOnce, Stages};
use crate::mask::scrub_resource;
use crate::panic::{catch, short_message};
use futures_executor::block_on;
use opentelemetry::Context;
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

impl Outlet {
    /// Frees memory that is kept for the next spans.
    fn free_buffers(&mut self) {
        if let Outlet::Encoder(encoder) = self {
            encoder.free_buffers();
        }
    }
}

impl Worker {
    /// Works until the queue is shut down.
    pub(super) fn run(mut self) {
        // Spans that an exporter or a mask records would be exported again, without an end.
        let _suppressed = Context::enter_telemetry_suppressed_scope();
        let _scope = ExportScope::enter();
        while let Some(block) = self.queue.next_block(|| self.outlet.free_buffers()) {
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
            Outlet::Encoder(encoder) => encoder.with_additions(resource),
            Outlet::Exporter(_) => None,
        };
        let resource = extended.as_ref().unwrap_or(resource);
        let scrubs = self.stages.scrubs_secrets();
        let scrubbed = scrubs.then(|| scrub_resource(resource)).flatten();
        let resource = scrubbed.as_ref().unwrap_or(resource);
        match &mut self.outlet {
            Outlet::Exporter(exporter) => drop(catch(|| exporter.set_resource(resource))),
            Outlet::Encoder(encoder) => encoder.set_resource(resource),
        }
    }

    /// Brings one block of spans to the exporter, the sender or the spool. Not inlined, because
    /// `benches/instructions.py` counts the instructions of this function.
    #[inline(never)]
    fn process(&mut self, mut block: Block) {
        let (id, spans) = (block.id, block.spans.len() as u64);
        match &mut self.outlet {
            Outlet::Exporter(exporter) => {
                let mut data = block.spans.take();
                self.stages.apply(&mut data, &self.counted);
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
                let body = encoder.encode(&mut block.spans, &self.stages, &self.counted);
                self.queue.reuse(block.spans);
                if self.queue.store_if_needed(id, &body) {
                    return;
                }
                match encoder.compressed(body) {
                    Ok(body) => self.queue.post(Batch { id, spans, body }),
                    Err(error) => {
                        self.queue.resolve(id, &BatchOutcome::lost(spans, unencodable(&error)));
                    }
                }
            }
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
