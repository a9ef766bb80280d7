//! The SDK's batch processor, with every span counted on its way in and out.

use super::deliver::{Deliver, DeliveryResult, Failure};
use super::delivery::Delivery;
use super::transform::Transform;
use crate::outcome::panic::message;
use crate::register::BatchSettings;
use opentelemetry::Context;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::{OTelSdkError, OTelSdkResult};
use opentelemetry_sdk::trace::{
    BatchConfigBuilder, BatchSpanProcessor, Span, SpanData, SpanExporter, SpanProcessor,
};
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

/// Lets spans into the SDK's queue only while it has room, so that none is lost uncounted.
#[derive(Debug)]
pub(crate) struct CountedProcessor {
    queue: BatchSpanProcessor,
    delivery: Arc<Delivery>,
    bound: u64,
}

impl CountedProcessor {
    pub(crate) fn new(
        destination: Box<dyn Deliver>,
        delivery: &Arc<Delivery>,
        transform: Transform,
        batch: BatchSettings,
    ) -> Self {
        let exporter = Worker { destination, delivery: Arc::clone(delivery), transform };
        let config = BatchConfigBuilder::default()
            .with_max_queue_size(batch.queue_spans)
            .with_max_export_batch_size(batch.batch_spans)
            .with_scheduled_delay(batch.delay)
            .build();
        CountedProcessor {
            queue: BatchSpanProcessor::new(exporter, config),
            delivery: Arc::clone(delivery),
            bound: batch.queue_spans as u64,
        }
    }
}

impl SpanProcessor for CountedProcessor {
    fn on_start(&self, _span: &mut Span, _context: &Context) {}

    fn on_end(&self, span: SpanData) {
        // The SDK would export spans that are recorded but not sampled.
        if span.span_context.is_sampled() && self.delivery.admit(self.bound) {
            self.queue.on_end(span);
        }
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.queue.force_flush()
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.queue.shutdown_with_timeout(timeout)
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.queue.set_resource(resource);
    }
}

/// What the processor's thread does with a batch.
#[derive(Debug)]
struct Worker {
    destination: Box<dyn Deliver>,
    delivery: Arc<Delivery>,
    transform: Transform,
}

impl Worker {
    /// Delivers a batch; an exporter that panics loses the batch, not the thread.
    async fn deliver(&self, mut batch: Vec<SpanData>) -> DeliveryResult {
        for span in &mut batch {
            self.transform.apply(span);
        }
        let begin = || self.destination.deliver(batch);
        let mut delivering = catch_unwind(AssertUnwindSafe(begin)).map_err(panicked)?;
        poll_fn(|context| {
            let poll = || delivering.as_mut().poll(context);
            catch_unwind(AssertUnwindSafe(poll))
                .unwrap_or_else(|payload| Poll::Ready(Err(panicked(payload))))
        })
        .await
    }
}

#[expect(clippy::needless_pass_by_value, reason = "the signature of `map_err`")]
fn panicked(payload: Box<dyn std::any::Any + Send>) -> Failure {
    Failure {
        cause: "exporter panicked",
        what: format!("the exporter panicked ({})", message(&*payload)),
        advice: "report it to the exporter's authors".to_owned(),
    }
}

impl SpanExporter for Worker {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        let spans = batch.len() as u64;
        let result = self.deliver(batch).await;
        self.delivery.settle(spans, &result);
        result.map(drop).map_err(|failure| OTelSdkError::InternalFailure(failure.what))
    }

    fn shutdown_with_timeout(&self, _timeout: Duration) -> OTelSdkResult {
        self.destination.finish();
        Ok(())
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.destination.set_resource(resource);
    }
}
