//! The guard of an active registration: install, flush and shutdown.

use super::active::{Active, forget_parent, is_registered};
use super::at_exit::shut_down_at_exit;
use super::banner;
use super::builder::Builder;
use super::flush_error::{FlushError, attached_result, feedback_error, result};
use super::propagator;
use super::provider::Pipeline;
use super::settings::{PropagationSettings, Settings, feedback};
#[cfg(all(unix, feature = "signals"))]
use super::signals::SignalWatch;
use super::time_limit::run_with_timeout;
use crate::capture;
use crate::config::{Environment, RegisterError};
use crate::delivery::{self, DeliveryProcessor, Diagnostics, Stats};
use crate::feedback::{AnnotateError, Annotation, Hub, Target};
use crate::panic;
use crate::sync::{self, FORKED, Process};
use opentelemetry_sdk::trace::SdkTracerProvider;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

/// The guard of an active registration, returned by [`Builder::install`](crate::Builder::install).
/// Spans are recorded until it is dropped.
///
/// Dropping it is a [`shutdown`](Self::shutdown), also during a panic and inside an async runtime. If
/// it still exists when the process exits, for example in a `static`, it is shut down then.
/// Undelivered spans are reported on stderr, or to
/// [`on_diagnostic`](crate::Builder::on_diagnostic).
///
/// ```no_run
/// fn main() -> Result<(), Box<dyn std::error::Error>> {
///     let registration = trace_runtime::register().install()?;
///     // .. the program ..
///     // Optional: dropping shuts down too, but cannot return the error.
///     registration.shutdown()?;
///     Ok(())
/// }
/// ```
#[derive(Debug)]
#[must_use = "dropping the registration ends tracing: bind it with `let _registration = ..`"]
pub struct Registration {
    /// `None` if tracing is switched off. The function that runs at the exit of the process finds it
    /// too.
    running: Option<Arc<Running>>,
}

/// A registration that is switched on.
#[derive(Debug)]
pub(super) struct Running {
    timeout: Duration,
    /// The process that installed it. A forked child neither flushes nor shuts down.
    process: Process,
    active: Arc<Active>,
    diagnostics: Arc<Diagnostics>,
    provider: SdkTracerProvider,
    /// `None` for an attached provider, which is left running.
    processor: Option<DeliveryProcessor>,
    feedback: Arc<Hub>,
    /// True if this registration has set the global provider.
    is_global: bool,
    /// The result of the first `shutdown`; the lock makes later calls wait for it.
    shut_down: Mutex<Option<Result<(), FlushError>>>,
    #[cfg(all(unix, feature = "signals"))]
    signals: Mutex<Option<SignalWatch>>,
}

impl Builder {
    /// Reads the environment, starts the delivery of spans and switches the macros on.
    ///
    /// Keep the [`Registration`]: dropping it shuts tracing down. With `OTEL_SDK_DISABLED=true`, or
    /// without any destination, the registration does nothing.
    ///
    /// ```no_run
    /// let _registration = trace_runtime::register().install()?;
    /// # Ok::<(), trace_runtime::RegisterError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns an error if a setting is invalid or excludes another one, if it needs a feature that
    /// is not enabled, if a file or folder cannot be opened, or if another registration is active.
    pub fn install(self) -> Result<Registration, RegisterError> {
        Registration::install(self, &Environment::from_process())
    }
}

impl Registration {
    fn install(mut builder: Builder, environment: &Environment) -> Result<Self, RegisterError> {
        builder.require_no_conflict()?;
        if !forget_parent() || is_registered() {
            return Err(RegisterError::AlreadyInstalled);
        }
        let timeout = builder.shutdown_timeout.min(delivery::MAX_TIMEOUT);
        let propagation = PropagationSettings::resolve(&builder, environment)?;
        let Some(settings) = Settings::resolve(&builder, environment)? else {
            // `OTEL_SDK_DISABLED` does not affect propagators, by the specification: the service
            // still passes on the span of its caller.
            if let Some(formats) = propagation.propagators {
                propagator::set_global(formats);
            }
            return Ok(Registration { running: None });
        };
        let diagnostics = Arc::new(Diagnostics::new(builder.on_diagnostic.take()));
        let attached = builder.provider.is_some();
        let banner = banner::text(&settings, &builder);
        let feedback = feedback(&settings, &builder);
        let (provider, processor) = if let Some(provider) = builder.provider.take() {
            (provider, None)
        } else {
            let built = Pipeline::build(&settings, &mut builder, &diagnostics)?;
            (built.provider, Some(built.processor))
        };
        let feedback = Arc::new(Hub::start(&feedback, &diagnostics, processor.as_ref())?);
        let limits = settings.delivery.stages.limits();
        let own = processor.clone().map(|processor| (settings.sampling, processor));
        let active = Arc::new(Active::new(
            &provider,
            &settings.delivery.stages,
            own,
            Some(Arc::clone(&feedback)),
            Arc::clone(&diagnostics),
            propagation,
        ));
        let is_global = builder.set_global_tracer_provider && !attached;
        if !active.activate(is_global.then_some(&provider)) {
            // Another thread has installed a registration since the check above.
            return Err(RegisterError::AlreadyInstalled);
        }
        // Our delivery limits spans again before they are encoded. The exporters of an attached
        // provider may have no limit, so values are limited as they are captured.
        capture::set_value_limit(limits.value_bytes, !attached);
        panic::install_hook();
        if builder.verbose && !attached {
            banner::print(&banner);
        }
        let running = Arc::new(Running {
            timeout,
            process: Process::current(),
            active,
            diagnostics,
            provider,
            processor,
            feedback,
            is_global,
            shut_down: Mutex::default(),
            #[cfg(all(unix, feature = "signals"))]
            signals: Mutex::default(),
        });
        shut_down_at_exit(&running);
        Ok(Registration { running: Some(running) })
    }

    /// Waits until every destination has accepted all spans that ended before the call, for at most
    /// the [`shutdown_timeout`](crate::Builder::shutdown_timeout).
    ///
    /// Can be called from any thread. It blocks the thread, also inside an async runtime.
    ///
    /// ```no_run
    /// let registration = trace_runtime::register().install()?;
    /// // .. a part of the program ..
    /// if let Err(error) = registration.flush() {
    ///     eprintln!("{} spans lost: {}", error.lost, error.cause);
    /// }
    /// # Ok::<(), trace_runtime::RegisterError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns an error if not all spans were accepted in time: with the numbers of delivered,
    /// pending, spooled and lost spans, the destination and the reason.
    ///
    /// Inside [`on_diagnostic`](crate::Builder::on_diagnostic), an exporter or a mask function it
    /// returns an error immediately: the flush would wait for the caller itself.
    pub fn flush(&self) -> Result<(), FlushError> {
        self.running.as_ref().map_or(Ok(()), |running| running.flush())
    }

    /// Flushes like [`flush`](Self::flush), and waits until the spans that earlier runs left in the
    /// [`spool`](crate::Builder::spool) are delivered too, for at most the
    /// [`shutdown_timeout`](crate::Builder::shutdown_timeout). The spans of this run are sent
    /// first. Without a spool it is the same as `flush`.
    ///
    /// A call is only needed to know that the spool is empty: it is also sent in the background,
    /// and in the time that [`shutdown`](Self::shutdown) has left. Spans in the folders of processes
    /// that still run are not waited for.
    ///
    /// ```no_run
    /// let registration = trace_runtime::register().spool("traces").install()?;
    /// // .. a job that runs every hour ..
    /// if let Err(error) = registration.flush_spool() {
    ///     eprintln!("the next job sends the rest: {}", error.cause);
    /// }
    /// # Ok::<(), trace_runtime::RegisterError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns the errors of [`flush`](Self::flush), and an error if spans of earlier runs were not
    /// accepted in time. The counts are those of this run.
    pub fn flush_spool(&self) -> Result<(), FlushError> {
        let Some(running) = &self.running else { return Ok(()) };
        let Some(processor) = &running.processor else { return running.flush() };
        running.require_not_reentrant()?;
        let deadline = Instant::now() + running.timeout;
        let spans = result(processor, &processor.flush_all(running.timeout));
        let feedback = feedback_error(running.feedback.flush(deadline));
        spans.and_then(|()| feedback.map_or(Ok(()), Err))
    }

    /// Returns the delivery statistics of each destination since `install`: exporters first, then
    /// OTLP backends, then files, then the console. Empty if tracing is switched off, and for an
    /// attached provider.
    ///
    /// ```no_run
    /// let registration = trace_runtime::register().install()?;
    /// let delivered: u64 = registration.stats().iter().map(|stats| stats.delivered).sum();
    /// # Ok::<(), trace_runtime::RegisterError>(())
    /// ```
    #[must_use]
    pub fn stats(&self) -> Vec<Stats> {
        let Some(running) = &self.running else { return Vec::new() };
        let mut all = running.processor.as_ref().map(DeliveryProcessor::stats).unwrap_or_default();
        for (destination, _, feedback) in running.feedback.stats() {
            if let Some(stats) = all.get_mut(destination) {
                stats.feedback = feedback;
            }
        }
        all
    }

    /// Gives feedback about a span, a trace or a session, to every backend that takes feedback. It
    /// does not wait: see the module [`feedback`](mod@crate::feedback).
    ///
    /// Does nothing if tracing is switched off, or if the span is not sampled.
    ///
    /// ```no_run
    /// use trace_runtime::feedback::{Annotation, SpanRef, Target};
    ///
    /// let registration = trace_runtime::register().install()?;
    /// let span: SpanRef = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".parse()?;
    /// let thumbs_up = Annotation::new("user_feedback").score(1.0).label("good").human();
    /// registration.annotate(&span, thumbs_up.clone())?;
    /// registration.annotate(Target::trace(&span), thumbs_up.clone())?;
    /// registration.annotate(Target::session("chat-7"), thumbs_up)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns an error for a value that no backend accepts, if no backend takes feedback, and after
    /// shutdown.
    pub fn annotate(
        &self,
        target: impl Into<Target>,
        annotation: Annotation,
    ) -> Result<(), AnnotateError> {
        let Some(running) = &self.running else { return Ok(()) };
        running.feedback.annotate(&target.into(), annotation)
    }

    /// Switches the macros off, delivers the remaining spans and stops the background threads,
    /// within the [`shutdown_timeout`](crate::Builder::shutdown_timeout). Spans that end later are
    /// lost, and reported. An attached provider is flushed and left running.
    ///
    /// With a [`spool`](crate::Builder::spool), the time that is left is used for the spans that
    /// earlier runs left there. They are not part of the result.
    ///
    /// Later calls return the result of the first one.
    ///
    /// # Errors
    ///
    /// Returns the errors of [`flush`](Self::flush).
    pub fn shutdown(&self) -> Result<(), FlushError> {
        self.running.as_ref().map_or(Ok(()), |running| running.shutdown())
    }

    #[cfg(all(unix, feature = "signals"))]
    pub(super) fn running(&self) -> Option<&Arc<Running>> {
        self.running.as_ref()
    }

    /// Returns the provider; `None` if tracing is switched off.
    #[cfg(feature = "tracing")]
    pub(crate) fn provider(&self) -> Option<&SdkTracerProvider> {
        self.running.as_ref().map(|running| &running.provider)
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        if !delivery::in_export_scope() {
            // The diagnostics have reported the undelivered spans.
            let _ = self.shutdown();
            return;
        }
        let running = self.running.take();
        // The registration is dropped inside a callback of the delivery, whose thread `shutdown`
        // would wait for. Another thread shuts it down instead.
        let ending = thread::Builder::new().name("trace-runtime-end".to_owned());
        let _ = ending.spawn(move || running.map(|running| running.shutdown()));
    }
}

impl Running {
    pub(super) fn timeout(&self) -> Duration {
        self.timeout
    }

    /// Returns true in a child of the process that installed the registration.
    pub(super) fn is_forked(&self) -> bool {
        self.process.is_forked()
    }

    #[cfg(all(unix, feature = "signals"))]
    pub(super) fn watch_signals(&self, watch: SignalWatch) {
        *sync::lock(&self.signals) = Some(watch);
    }

    pub(super) fn flush(&self) -> Result<(), FlushError> {
        self.require_own_process()?;
        self.require_not_reentrant()?;
        let (timeout, deadline) = (self.timeout, Instant::now() + self.timeout);
        if let Some(processor) = &self.processor {
            // Annotations wait for their spans, so the spans come first.
            let spans = result(processor, &processor.flush(timeout));
            let feedback = feedback_error(self.feedback.flush(deadline));
            return spans.and_then(|()| feedback.map_or(Ok(()), Err));
        }
        let provider = self.provider.clone();
        // The processors of the provider have their own timeout, or none.
        attached_result(run_with_timeout(timeout, move || provider.force_flush()))
    }

    pub(super) fn shutdown(&self) -> Result<(), FlushError> {
        self.require_own_process()?;
        self.require_not_reentrant()?;
        // A second caller waits for the first, and returns the same result.
        let mut result = sync::lock(&self.shut_down);
        let result = result.get_or_insert_with(|| self.stop(self.timeout)).clone();
        #[cfg(all(unix, feature = "signals"))]
        drop(sync::lock(&self.signals).take());
        result
    }

    /// Returns an error in a forked child: the threads that deliver are the parent's, and so are the
    /// spans and their counts.
    fn require_own_process(&self) -> Result<(), FlushError> {
        if !self.is_forked() {
            return Ok(());
        }
        let (endpoint, cause) = (None, FORKED.to_owned());
        Err(FlushError {
            delivered: 0,
            pending: 0,
            on_disk: 0,
            lost: 0,
            endpoint,
            annotations: 0,
            cause,
        })
    }

    /// Returns an error if the caller runs inside a callback of the delivery: waiting for the
    /// delivery would be a deadlock.
    fn require_not_reentrant(&self) -> Result<(), FlushError> {
        if !delivery::in_export_scope() {
            return Ok(());
        }
        let all = self.processor.as_ref().map(DeliveryProcessor::stats).unwrap_or_default();
        let incomplete = all.iter().find(|stats| stats.delivered < stats.ended);
        let stats = incomplete.or(all.first()).cloned();
        let endpoint = stats.as_ref().map(|stats| stats.destination.clone());
        let Stats { delivered, pending, on_disk, lost, .. } = stats.unwrap_or_default();
        let cause = delivery::REENTRANT.to_owned();
        Err(FlushError { delivered, pending, on_disk, lost, endpoint, annotations: 0, cause })
    }

    /// Deactivates the registration, and then stops the delivery, so that no new span begins while
    /// the queues are drained.
    fn stop(&self, timeout: Duration) -> Result<(), FlushError> {
        self.active.deactivate(self.is_global);
        let Some(processor) = &self.processor else {
            let result = self.flush();
            self.diagnostics.report_repeated();
            return result;
        };
        let deadline = Instant::now() + timeout;
        let ended = processor.end(timeout, || self.active.close());
        let feedback = feedback_error(self.feedback.end(deadline));
        self.diagnostics.report_repeated();
        // The processor is stopped already. This only marks the provider as shut down.
        let _ = self.provider.shutdown_with_timeout(timeout);
        result(processor, &ended).and_then(|()| feedback.map_or(Ok(()), Err))
    }
}
