//! One span processor for all destinations.

use super::destination::Destination;
use super::diagnostics::Diagnostics;
use super::queue::{Flushed, Queue, QueuedSpan, SpanGate, Stats};
use super::reentrancy::{REENTRANT, in_export_scope};
use super::settings::{DeliverySettings, MAX_TIMEOUT};
use super::spool::{SPANS, Stranded};
use super::threads::{open_spool, spawn, spool_name, start};
use crate::capture::bound_attributes;
use crate::config::RegisterError;
use crate::span::{SpanRecord, watched};
use crate::sync::{FORKED, Process, lock};
use opentelemetry::Context;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::{OTelSdkError, OTelSdkResult};
use opentelemetry_sdk::trace::{Span, SpanData, SpanProcessor};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// Delivers spans: a [`SpanProcessor`] whose queue is bounded in bytes, whose batches are tried
/// again until a backend takes them, and which accounts for every span.
///
/// [`install`](crate::Builder::install) adds one to the provider that it creates. To use it with
/// your provider, create it with [`processor`](crate::Builder::processor): the settings are the
/// same, except for the resource and the sampler, which are the provider's. Spans that end after
/// the processor was shut down are counted and reported as lost. After the provider itself was
/// shut down, the SDK drops spans silently.
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
    /// The process with the threads of the queues.
    process: Process,
    timeout: Duration,
    /// True if backends have a spool.
    has_spool: bool,
    /// Spans in the spool that no destination sends.
    stranded: Option<Arc<Stranded>>,
    /// The result of the shutdown, once there was one. A second caller waits for the first at this
    /// lock, and gets the same result.
    shutdown: Mutex<Option<Vec<Flushed>>>,
    /// True once nothing is delivered any more.
    is_shut_down: AtomicBool,
}

impl DeliveryProcessor {
    /// Starts the threads of every destination.
    pub(crate) fn start(
        destinations: Vec<Destination>,
        diagnostics: Arc<Diagnostics>,
        settings: &DeliverySettings,
    ) -> Result<Self, RegisterError> {
        let mut shared = Shared::new(diagnostics, settings.timeout, settings.spool.is_some());
        let mut names = Vec::new();
        for destination in &destinations {
            names.push(spool_name(destination, &names));
        }
        shared.stranded = settings.spool.as_ref().and_then(|spool| {
            let diagnostics = Arc::clone(&shared.diagnostics);
            Some(Arc::new(Stranded::new(SPANS, &spool.path, &names, diagnostics).ok()?))
        });
        for (destination, name) in destinations.into_iter().zip(&names) {
            let (diagnostics, stranded) =
                (Arc::clone(&shared.diagnostics), shared.stranded.as_ref());
            let spool = open_spool(&destination, name, settings, stranded, &diagnostics)?;
            let queue = Queue::new(destination.address(), settings.batch, diagnostics, spool);
            let queue = Arc::new(queue);
            // The sender may run though the worker could not be started.
            start(destination, Arc::clone(&queue), settings)
                .inspect_err(|_| queue.stop(Duration::ZERO))?;
            shared.queues.push(queue);
        }
        Ok(DeliveryProcessor { shared: Arc::new(shared) })
    }

    /// Creates a processor without a destination. It drops every span.
    pub(crate) fn idle(diagnostics: Arc<Diagnostics>) -> Self {
        let shared = Shared::new(diagnostics, Duration::ZERO, false);
        DeliveryProcessor { shared: Arc::new(shared) }
    }

    /// Takes a span that has ended and is to be exported. It costs the same whatever waits in the
    /// queues: the span is handed over as it was recorded, and other threads do the rest.
    ///
    /// Returns the memory of an earlier record, for the next span of this thread.
    #[inline]
    pub(crate) fn push(&self, span: QueuedSpan) -> Option<Box<SpanRecord>> {
        match &*self.shared.queues {
            [queue] => queue.push(span),
            queues => push_to_all(queues, span),
        }
    }

    /// Returns the account of each destination, in the order they were given. Empty in a process
    /// that was forked.
    ///
    /// ```
    /// let processor = trace_runtime::register().processor()?;
    /// assert_eq!(processor.stats()[0].ended, 0);
    /// # Ok::<(), trace_runtime::RegisterError>(())
    /// ```
    #[must_use]
    pub fn stats(&self) -> Vec<Stats> {
        if self.shared.process.is_forked() {
            return Vec::new();
        }
        self.shared.queues.iter().map(|queue| queue.stats()).collect()
    }

    /// Flushes like [`force_flush`](SpanProcessor::force_flush), and waits until the spans that
    /// earlier runs left in the [`spool`](crate::Builder::spool) are delivered too, at most for the
    /// [`shutdown_timeout`](crate::Builder::shutdown_timeout).
    ///
    /// ```no_run
    /// let processor = trace_runtime::register().spool("traces").processor()?;
    /// // .. at the end of a job ..
    /// if let Err(error) = processor.flush_spool() {
    ///     eprintln!("the next job sends the rest: {error}");
    /// }
    /// # Ok::<(), trace_runtime::RegisterError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns an error if a span of this run or of an earlier one was not delivered in time.
    pub fn flush_spool(&self) -> OTelSdkResult {
        reject_reentrant()?;
        self.reject_forked()?;
        DeliveryProcessor::result(&self.flush_all(self.shared.timeout))
    }

    /// Waits until every span that has ended so far is delivered to every destination.
    pub(crate) fn flush(&self, timeout: Duration) -> Vec<Flushed> {
        self.shared.flush(deadline(timeout))
    }

    /// Waits like a flush, and then until every span that earlier runs left in the spool is
    /// delivered.
    pub(crate) fn flush_all(&self, timeout: Duration) -> Vec<Flushed> {
        self.shared.flush_all(deadline(timeout))
    }

    /// Flushes and shuts down. `before_stop` runs after the flush; spans that end until it returns
    /// are still sent. A second call waits for the first, and returns the same.
    pub(crate) fn end(&self, timeout: Duration, before_stop: impl FnOnce()) -> Vec<Flushed> {
        self.shared.end(timeout, before_stop)
    }

    /// Returns the view on the queue of a destination, in the order they were given.
    pub(crate) fn gate(&self, index: usize) -> Option<SpanGate> {
        self.shared.queues.get(index).map(|queue| SpanGate::new(Arc::clone(queue)))
    }

    /// Returns the address of a destination, in the order they were given.
    pub(crate) fn address(&self, index: usize) -> Option<String> {
        self.shared.queues.get(index).map(|queue| queue.address().to_owned())
    }

    /// Returns an error in a forked child, which has none of the threads to wait for.
    fn reject_forked(&self) -> OTelSdkResult {
        if self.shared.process.is_forked() {
            return Err(OTelSdkError::InternalFailure(FORKED.to_owned()));
        }
        Ok(())
    }

    /// Converts the results of a flush: the first destination that misses spans is the error.
    fn result(flushed: &[Flushed]) -> OTelSdkResult {
        match flushed.iter().find(|flushed| !flushed.is_complete()) {
            None => Ok(()),
            Some(flushed) => {
                let cause = flushed.cause_or_default();
                let Flushed { delivered, pending, on_disk, lost, .. } = flushed;
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

    fn on_end(&self, mut span: SpanData) {
        // Spans may be recorded without being sampled; those are not exported.
        if span.span_context.is_sampled() {
            self.shared.report_if_shut_down();
            bound_attributes(&mut span.attributes);
            let id = span.span_context.span_id();
            self.push(QueuedSpan::from(span));
            watched::ended(id);
        }
    }

    fn force_flush(&self) -> OTelSdkResult {
        reject_reentrant()?;
        self.reject_forked()?;
        DeliveryProcessor::result(&self.flush(self.shared.timeout))
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        reject_reentrant()?;
        self.reject_forked()?;
        DeliveryProcessor::result(&self.end(timeout, || {}))
    }

    fn set_resource(&mut self, resource: &Resource) {
        for queue in &self.shared.queues {
            queue.set_resource(resource);
        }
    }
}

/// Pushes a copy of a span into each queue.
#[inline(never)]
fn push_to_all(queues: &[Arc<Queue>], span: QueuedSpan) -> Option<Box<SpanRecord>> {
    let (last, others) = queues.split_last()?;
    for queue in others {
        queue.push(span.clone());
    }
    last.push(span)
}

/// Returns the time after a timeout. A timeout too long for the clock is replaced by the longest
/// one.
fn deadline(timeout: Duration) -> Instant {
    let now = Instant::now();
    now.checked_add(timeout).unwrap_or(now + MAX_TIMEOUT)
}

/// Returns an error on a thread that the export waits for: waiting for it there would deadlock.
fn reject_reentrant() -> OTelSdkResult {
    if in_export_scope() {
        return Err(OTelSdkError::InternalFailure(REENTRANT.to_owned()));
    }
    Ok(())
}

/// The time that the worker has at least to store remaining spans, if the flush has used up the
/// timeout.
const MIN_STORE_TIME: Duration = Duration::from_millis(250);

impl Shared {
    fn new(diagnostics: Arc<Diagnostics>, timeout: Duration, has_spool: bool) -> Self {
        Shared {
            queues: Vec::new(),
            diagnostics,
            process: Process::current(),
            timeout,
            has_spool,
            stranded: None,
            shutdown: Mutex::default(),
            is_shut_down: AtomicBool::new(false),
        }
    }

    /// Reports a span that ends after the shutdown. The queues count it as lost.
    fn report_if_shut_down(&self) {
        if self.is_shut_down.load(Ordering::Acquire) {
            self.diagnostics.lost("ended after shutdown", "", 1, &|spans| {
                format!(
                    "{spans} lost, ended after the processor was shut down: shut it down when all \
                     work is done"
                )
            });
        }
    }

    fn end(&self, timeout: Duration, before_stop: impl FnOnce()) -> Vec<Flushed> {
        let mut result = lock(&self.shutdown);
        result.get_or_insert_with(|| self.flush_and_stop(timeout, before_stop)).clone()
    }

    fn flush_and_stop(&self, timeout: Duration, before_stop: impl FnOnce()) -> Vec<Flushed> {
        // With a spool, half of the time is for writing batches that backends have not taken. That
        // may be everything in memory.
        let flush_until = deadline(if self.has_spool { timeout / 2 } else { timeout });
        let end = deadline(timeout);
        self.queues.iter().for_each(|queue| queue.close());
        let mut results = self.flush(flush_until);
        before_stop();
        // Spans that ended meanwhile are sent too, except to a destination that did not answer:
        // the time is for the others.
        let all = self.queues.iter().zip(&mut results);
        let answering: Vec<_> = all
            .filter(|(_, result)| result.pending == 0)
            .map(|(queue, result)| (queue, result, queue.begin_flush()))
            .collect();
        for (queue, result, flush) in answering {
            *result = queue.wait_for(&flush, flush_until);
        }
        self.send_earlier(&results, timeout, end);
        for (queue, result) in self.queues.iter().zip(&mut results) {
            let rest = end.saturating_duration_since(Instant::now()).max(MIN_STORE_TIME);
            queue.stop(rest);
            queue.give_up();
            result.update(&queue.stats());
        }
        self.is_shut_down.store(true, Ordering::Release);
        // A program that runs for a moment, or whose backend is away, has not reported them yet.
        self.stranded.iter().for_each(|stranded| stranded.report_once());
        self.diagnostics.report_repeated();
        results
    }

    /// Stops all queues. One that has nothing left of this run first uses the time for the spans that
    /// earlier runs left, so that programs which run for a moment empty their spool too.
    ///
    /// All queues begin to stop before the end of one is waited for: a destination that hangs takes
    /// all of the remaining time.
    fn send_earlier(&self, results: &[Flushed], timeout: Duration, end: Instant) {
        let before_end = |rest| end.checked_sub(rest).unwrap_or(end);
        // No batch of an earlier run is begun after three quarters of the time: a batch that is being
        // sent should have its answer before the end.
        let send_until = before_end(timeout / 4);
        let answer_until = before_end(MIN_STORE_TIME.min(timeout / 8));
        let mut sending = Vec::new();
        for (queue, result) in self.queues.iter().zip(results) {
            let recovery = result.is_resolved().then(|| queue.begin_recovery(false)).flatten();
            match recovery {
                Some(recovery) => sending.push((queue, recovery)),
                None => queue.begin_stop(answer_until),
            }
        }
        for (queue, recovery) in sending {
            queue.wait_for_recovery(&recovery, send_until);
            queue.begin_stop(answer_until);
        }
    }

    fn flush_all(&self, deadline: Instant) -> Vec<Flushed> {
        let begun: Vec<_> = self.queues.iter().map(|queue| queue.begin_recovery(true)).collect();
        let mut results = self.flush(deadline);
        for ((queue, recovery), result) in self.queues.iter().zip(&begun).zip(&mut results) {
            if let (Some(recovery), Some(folder)) = (recovery, queue.spool_folder()) {
                result.include(queue.wait_for_recovery(recovery, deadline), &folder);
            }
        }
        results
    }

    fn flush(&self, deadline: Instant) -> Vec<Flushed> {
        let begun: Vec<_> = self.queues.iter().map(|queue| queue.begin_flush()).collect();
        let begun = self.queues.iter().zip(&begun);
        begun.map(|(queue, flush)| queue.wait_for(flush, deadline)).collect()
    }
}

impl Drop for Shared {
    /// Shuts down when the last handle is dropped, since no flush can come any more.
    fn drop(&mut self) {
        if self.process.is_forked() {
            return;
        }
        let timeout = self.timeout;
        if !in_export_scope() {
            self.end(timeout, || {});
            return;
        }
        let mut shared = Shared::new(self.diagnostics.clone(), timeout, self.has_spool);
        shared.queues = std::mem::take(&mut self.queues);
        shared.stranded = self.stranded.take();
        shared.shutdown = std::mem::take(&mut self.shutdown);
        // This thread is one of those that the shutdown waits for, so another one does it.
        let _ = spawn("trace-runtime-end", move || drop(shared));
    }
}
