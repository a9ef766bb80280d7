//! A registration that is switched on: its delivery, from the start to the shutdown.
//!
//! [`Registration`](super::Registration) owns it, and the functions that run on a signal or at the
//! exit of the process reach it too.

use super::active::Active;
use super::banner;
use super::builder::Builder;
use super::current;
use super::flush_error::{FlushError, attached_result, delivery_result, feedback_result};
use super::provider::Pipeline;
use super::settings::{PropagationSettings, Settings, feedback};
#[cfg(all(unix, feature = "signals"))]
use super::signals::SignalWatch;
use super::time_limit::run_with_timeout;
use crate::capture;
use crate::config::RegisterError;
use crate::delivery::{self, DeliveryProcessor, Diagnostics, Flushed, Stats};
use crate::feedback::{AnnotateError, Annotation, Hub, Target};
use crate::panic;
use crate::sync::{self, FORKED, Process};
use opentelemetry_sdk::trace::SdkTracerProvider;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

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

impl Running {
    /// Starts the delivery and switches the macros on.
    ///
    /// # Errors
    ///
    /// Returns an error if a destination cannot be opened, or if another thread has installed a
    /// registration in the meantime.
    pub(super) fn start(
        settings: &Settings,
        mut builder: Builder,
        propagation: PropagationSettings,
    ) -> Result<Self, RegisterError> {
        let timeout = builder.shutdown_timeout.min(delivery::MAX_TIMEOUT);
        let diagnostics = Arc::new(Diagnostics::new(builder.on_diagnostic.take()));
        let attached = builder.provider.is_some();
        let banner_text = banner::text(settings, &builder);
        let feedback_settings = feedback(settings, &builder);
        let (provider, processor) = if let Some(provider) = builder.provider.take() {
            (provider, None)
        } else {
            let built = Pipeline::build(settings, &mut builder, &diagnostics)?;
            (built.provider, Some(built.processor))
        };
        let feedback = Arc::new(Hub::start(&feedback_settings, &diagnostics, processor.as_ref())?);
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
        if !current::activate(&active, is_global.then_some(&provider)) {
            // Another thread has installed a registration since the check.
            return Err(RegisterError::AlreadyInstalled);
        }
        // Our delivery limits spans again before they are encoded. The exporters of an attached
        // provider may have no limit, so values are limited as they are captured.
        capture::set_value_limit(limits.value_bytes, !attached);
        panic::install_hook();
        if builder.verbose && !attached {
            banner::print(&banner_text);
        }
        Ok(Running {
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
        })
    }

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

    #[cfg(feature = "tracing")]
    pub(super) fn provider(&self) -> &SdkTracerProvider {
        &self.provider
    }

    pub(super) fn annotate(
        &self,
        target: &Target,
        annotation: Annotation,
    ) -> Result<(), AnnotateError> {
        self.feedback.annotate(target, annotation)
    }

    /// Returns the statistics of each destination, with those of its feedback.
    pub(super) fn stats(&self) -> Vec<Stats> {
        let mut all = self.processor.as_ref().map(DeliveryProcessor::stats).unwrap_or_default();
        for (destination, _, feedback) in self.feedback.stats() {
            if let Some(stats) = all.get_mut(destination) {
                stats.feedback = feedback;
            }
        }
        all
    }

    pub(super) fn flush(&self) -> Result<(), FlushError> {
        self.require_own_process()?;
        self.require_not_reentrant()?;
        if let Some(processor) = &self.processor {
            return self.flush_delivery(processor, DeliveryProcessor::flush);
        }
        let provider = self.provider.clone();
        // The processors of the provider have their own timeout, or none.
        let flush = move || provider.force_flush();
        attached_result(run_with_timeout("trace-runtime-flush", self.timeout, flush))
    }

    /// Flushes, and waits for the spans of earlier runs in the spool too.
    pub(super) fn flush_spool(&self) -> Result<(), FlushError> {
        let Some(processor) = &self.processor else { return self.flush() };
        self.require_own_process()?;
        self.require_not_reentrant()?;
        self.flush_delivery(processor, DeliveryProcessor::flush_all)
    }

    /// Flushes the spans, and then the annotations, which wait for their spans.
    fn flush_delivery(
        &self,
        processor: &DeliveryProcessor,
        flush: impl FnOnce(&DeliveryProcessor, Duration) -> Vec<Flushed>,
    ) -> Result<(), FlushError> {
        let deadline = Instant::now() + self.timeout;
        let spans = delivery_result(processor, &flush(processor, self.timeout));
        let annotations = feedback_result(self.feedback.flush(deadline));
        spans.and(annotations)
    }

    pub(super) fn shutdown(&self) -> Result<(), FlushError> {
        self.require_own_process()?;
        self.require_not_reentrant()?;
        // A second caller waits for the first, and returns the same result.
        let mut result = sync::lock(&self.shut_down);
        let result = result.get_or_insert_with(|| self.stop()).clone();
        #[cfg(all(unix, feature = "signals"))]
        drop(sync::lock(&self.signals).take());
        result
    }

    /// Returns an error in a forked child: the threads that deliver are the parent's, and so are
    /// the spans and their counts.
    fn require_own_process(&self) -> Result<(), FlushError> {
        if self.is_forked() {
            return Err(FlushError::without_counts(None, FORKED.to_owned()));
        }
        Ok(())
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
    fn stop(&self) -> Result<(), FlushError> {
        current::deactivate(&self.active, self.is_global);
        let Some(processor) = &self.processor else {
            let result = self.flush();
            self.diagnostics.report_repeated();
            return result;
        };
        let deadline = Instant::now() + self.timeout;
        let ended = processor.end(self.timeout, || self.active.close());
        let annotations = feedback_result(self.feedback.end(deadline));
        self.diagnostics.report_repeated();
        // The processor is stopped already. This only marks the provider as shut down.
        let _ = self.provider.shutdown_with_timeout(self.timeout);
        delivery_result(processor, &ended).and(annotations)
    }
}
