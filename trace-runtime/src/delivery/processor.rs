//! Every destination behind one span processor.

use super::deliver::Destination;
use super::diagnostics::Diagnostics;
use super::inside::{REFUSED, is_inside};
use super::queue::{Flushed, Queue, QueuedSpan, Stats};
use super::settings::{DeliverySettings, MAX_TIMEOUT};
use super::threads::{spawn, spool_name, start};
use crate::config::RegisterError;
use crate::span::recycle;
use opentelemetry::Context;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::{OTelSdkError, OTelSdkResult};
use opentelemetry_sdk::trace::{Span, SpanData, SpanProcessor};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Delivers spans: a [`SpanProcessor`] whose queue is bounded in bytes, whose batches are tried
/// again until a backend takes them, and which accounts for every span.
///
/// It is what [`install`](crate::Builder::install) puts into its own provider. For a provider of
/// your own, make one with [`processor`](crate::Builder::processor): the settings are the same,
/// but for the resource and the sampler, which are the provider's. Spans that end after it was shut
/// down are counted as lost, and said; those that end after their provider was, the SDK tells
/// nobody of.
///
/// ```
/// use opentelemetry_sdk::trace::SdkTracerProvider;
/// # use trace_runtime::opentelemetry_sdk;
///
/// let processor = trace_runtime::register().endpoint("http://localhost:6006").processor()?;
/// let provider = SdkTracerProvider::builder().with_span_processor(processor.clone()).build();
/// // ..
/// for stats in processor.stats() {
///     println!("{} of {} spans delivered", stats.delivered, stats.ended);
/// }
/// provider.shutdown().ok();
/// # Ok::<(), trace_runtime::RegisterError>(())
/// ```
#[derive(Clone, Debug)]
pub struct DeliveryProcessor {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    queues: Vec<Arc<Queue>>,
    diagnostics: Arc<Diagnostics>,
    timeout: Duration,
    /// Whether backends have a spool.
    stores: bool,
    /// What the end came to, once it was asked for.
    ended: Mutex<Option<Vec<Flushed>>>,
    /// Whether nothing is delivered any more.
    is_over: AtomicBool,
}

impl DeliveryProcessor {
    /// Starts the threads of every destination.
    pub(crate) fn start(
        destinations: Vec<Destination>,
        diagnostics: Arc<Diagnostics>,
        settings: &DeliverySettings,
    ) -> Result<Self, RegisterError> {
        let mut shared = Shared::new(diagnostics, settings.timeout, settings.spool.is_some());
        let mut spools = Vec::new();
        for destination in destinations {
            let address = destination.address();
            let spool = spool_name(&destination, &spools);
            let queue = Queue::new(address, settings.batch, Arc::clone(&shared.diagnostics));
            let queue = Arc::new(queue);
            start(destination, &spool, Arc::clone(&queue), settings)
                .inspect_err(|_| queue.stop(Duration::ZERO))?;
            shared.queues.push(queue);
            spools.push(spool);
        }
        Ok(DeliveryProcessor { shared: Arc::new(shared) })
    }

    /// A processor without a destination.
    pub(crate) fn idle(diagnostics: Arc<Diagnostics>) -> Self {
        let shared = Shared::new(diagnostics, Duration::ZERO, false);
        DeliveryProcessor { shared: Arc::new(shared) }
    }

    /// Takes a span that has ended and is to be exported. It costs the same whatever waits in the
    /// queues: the span is handed over as it was recorded, and other threads do the rest.
    #[inline]
    pub(crate) fn push(&self, span: QueuedSpan) {
        let Some((last, others)) = self.shared.queues.split_last() else { return };
        for queue in others {
            recycle(queue.push(span.clone()));
        }
        recycle(last.push(span));
    }

    /// The account of each destination, in the order they were given.
    #[must_use]
    pub fn stats(&self) -> Vec<Stats> {
        self.shared.queues.iter().map(|queue| queue.stats()).collect()
    }

    /// Waits until everything that has ended so far is delivered everywhere.
    pub(crate) fn flush(&self, timeout: Duration) -> Vec<Flushed> {
        self.shared.flush(deadline(timeout))
    }

    /// Flushes and ends; `before_stop` runs when no span can be sent any more. Whoever comes second
    /// waits for the first, and hears the same.
    pub(crate) fn end(&self, timeout: Duration, before_stop: impl FnOnce()) -> Vec<Flushed> {
        self.shared.end(timeout, before_stop)
    }

    pub(crate) fn address(&self, index: usize) -> Option<String> {
        self.shared.queues.get(index).map(|queue| queue.address().to_owned())
    }

    fn result(flushed: &[Flushed]) -> OTelSdkResult {
        match flushed.iter().find(|flushed| !flushed.is_complete()) {
            None => Ok(()),
            Some(Flushed { delivered, pending, on_disk, lost, cause }) => {
                let cause = cause.as_deref().unwrap_or("no answer in time");
                Err(OTelSdkError::InternalFailure(format!(
                    "{delivered} spans delivered, {pending} pending, {on_disk} on disk, {lost} \
                     lost: {cause}"
                )))
            }
        }
    }
}

impl SpanProcessor for DeliveryProcessor {
    fn on_start(&self, _span: &mut Span, _context: &Context) {}

    fn on_end(&self, span: SpanData) {
        // Spans may be recorded without being sampled; those are not exported.
        if span.span_context.is_sampled() {
            self.shared.note_end();
            self.push(QueuedSpan::from(span));
        }
    }

    fn force_flush(&self) -> OTelSdkResult {
        not_inside()?;
        DeliveryProcessor::result(&self.flush(self.shared.timeout))
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        not_inside()?;
        DeliveryProcessor::result(&self.end(timeout, || {}))
    }

    fn set_resource(&mut self, resource: &Resource) {
        for queue in &self.shared.queues {
            queue.set_resource(resource);
        }
    }
}

/// A time beyond what a clock can tell is as far as a year.
fn deadline(timeout: Duration) -> Instant {
    let now = Instant::now();
    now.checked_add(timeout).unwrap_or(now + MAX_TIMEOUT)
}

fn not_inside() -> OTelSdkResult {
    if is_inside() { Err(OTelSdkError::InternalFailure(REFUSED.to_owned())) } else { Ok(()) }
}

/// The least that storing what is left may take, when the flush has taken everything.
const LAST_MOMENT: Duration = Duration::from_millis(250);

impl Shared {
    fn new(diagnostics: Arc<Diagnostics>, timeout: Duration, stores: bool) -> Self {
        let (queues, ended) = (Vec::new(), Mutex::default());
        let is_over = AtomicBool::new(false);
        Shared { queues, diagnostics, timeout, stores, ended, is_over }
    }

    /// A span that ends behind the shutdown has nowhere to go.
    fn note_end(&self) {
        if self.is_over.load(Ordering::Acquire) {
            self.diagnostics.lost("ended after shutdown", "", 1, &|spans| {
                format!(
                    "{spans} ended after the processor was shut down and went nowhere: shut it \
                     down when all work is done"
                )
            });
        }
    }

    fn end(&self, timeout: Duration, before_stop: impl FnOnce()) -> Vec<Flushed> {
        let mut ended = self.ended.lock().unwrap_or_else(PoisonError::into_inner);
        ended.get_or_insert_with(|| self.flush_and_stop(timeout, before_stop)).clone()
    }

    fn flush_and_stop(&self, timeout: Duration, before_stop: impl FnOnce()) -> Vec<Flushed> {
        // With a spool half of the time is for writing what backends have not taken: it may be all
        // that memory holds.
        let flush_until = deadline(if self.stores { timeout / 2 } else { timeout });
        let end = deadline(timeout);
        self.queues.iter().for_each(|queue| queue.close());
        let mut results = self.flush(flush_until);
        before_stop();
        // What ended meanwhile, unless a destination has shown that it does not answer.
        let all = self.queues.iter().zip(&mut results);
        let answering: Vec<_> = all
            .filter(|(_, result)| result.pending == 0)
            .map(|(queue, result)| (queue, result, queue.begin_flush()))
            .collect();
        for (queue, result, flush) in answering {
            *result = queue.wait_for(&flush, flush_until);
        }
        // All at once, since one that hangs takes all of the time.
        self.queues.iter().for_each(|queue| queue.begin_stop());
        for (queue, result) in self.queues.iter().zip(&mut results) {
            let rest = end.saturating_duration_since(Instant::now()).max(LAST_MOMENT);
            queue.stop(rest);
            queue.give_up();
            result.update(&queue.stats());
        }
        self.is_over.store(true, Ordering::Release);
        self.diagnostics.say_repeated();
        results
    }

    fn flush(&self, deadline: Instant) -> Vec<Flushed> {
        let begun: Vec<_> = self.queues.iter().map(|queue| queue.begin_flush()).collect();
        let begun = self.queues.iter().zip(&begun);
        begun.map(|(queue, flush)| queue.wait_for(flush, deadline)).collect()
    }
}

impl Drop for Shared {
    /// Nobody can flush any more: the threads end.
    fn drop(&mut self) {
        let timeout = self.timeout;
        if !is_inside() {
            self.end(timeout, || {});
            return;
        }
        let mut shared = Shared::new(self.diagnostics.clone(), timeout, self.stores);
        shared.queues = std::mem::take(&mut self.queues);
        shared.ended = std::mem::take(&mut self.ended);
        // The threads that would be waited for include this one.
        let _ = spawn("trace-runtime-end", move || drop(shared));
    }
}
