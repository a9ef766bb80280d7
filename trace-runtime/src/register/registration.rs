//! The guard of an active registration: flush, shutdown, and the truth about both.

use super::active::{Active, is_enabled};
use super::banner;
use super::builder::Builder;
use super::provider::Pipeline;
use super::settings::Settings;
use crate::capture;
use crate::config::{Environment, RegisterError};
use crate::delivery::{self, DeliveryProcessor, Diagnostics, Flushed, Stats};
use crate::panic;
use opentelemetry_sdk::trace::SdkTracerProvider;
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread;
use std::time::Duration;

/// An active registration. Keep it for as long as spans are to be recorded.
///
/// Dropping it flushes and shuts down within
/// [`shutdown_timeout`](crate::Builder::shutdown_timeout), also during a panic and inside an async
/// runtime, and says on stderr what was not delivered.
#[derive(Debug)]
#[must_use = "dropping the registration ends tracing: bind it with `let _registration = ..`"]
pub struct Registration {
    /// `None` if tracing is switched off.
    running: Option<Running>,
    timeout: Duration,
}

#[derive(Debug)]
struct Running {
    active: Arc<Active>,
    diagnostics: Arc<Diagnostics>,
    provider: SdkTracerProvider,
    /// `None` if the provider is the application's, and stays running.
    processor: Option<DeliveryProcessor>,
    is_global: bool,
    /// What `shutdown` came to, once it was called.
    shut_down: Mutex<Option<Result<(), FlushError>>>,
}

/// What [`Registration::flush`] and [`Registration::shutdown`] could not deliver.
///
/// The counts are of spans, since `install`, at the first destination that has not accepted
/// everything. For an attached provider they are not known and stay 0.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{delivered} spans delivered, {pending} pending, {on_disk} on disk, {lost} lost: {cause}")]
#[non_exhaustive]
pub struct FlushError {
    /// Accepted by the backend.
    pub delivered: u64,
    /// Ended, and neither accepted nor lost yet.
    pub pending: u64,
    /// In the spool, to be sent later.
    pub on_disk: u64,
    /// Refused, undeliverable, or beyond the bounds of the queue.
    pub lost: u64,
    /// That destination; `None` for an attached provider.
    pub endpoint: Option<String>,
    /// Why, in words.
    pub cause: String,
}

impl Builder {
    /// Reads the environment, starts the export and switches the macros on.
    ///
    /// Keep the [`Registration`]: dropping it flushes and switches off again. With
    /// `OTEL_SDK_DISABLED=true`, or with no destination left, it does nothing at all.
    ///
    /// # Errors
    ///
    /// A setting that cannot be read or contradicts another, a feature that this build lacks, or
    /// another registration that is still active.
    pub fn install(self) -> Result<Registration, RegisterError> {
        Registration::install(self, &Environment::of_process())
    }
}

impl Registration {
    fn install(mut builder: Builder, environment: &Environment) -> Result<Self, RegisterError> {
        builder.require_no_conflict()?;
        if is_enabled() {
            return Err(RegisterError::AlreadyInstalled);
        }
        // Longer than any program waits, and short enough to be added to the time of now.
        let timeout = builder.shutdown_timeout.min(delivery::MAX_TIMEOUT);
        let Some(settings) = Settings::resolve(&builder, environment)? else {
            return Ok(Registration { running: None, timeout });
        };
        let diagnostics = Arc::new(Diagnostics::new(builder.on_diagnostic.take()));
        let attached = builder.provider.is_some();
        let banner = banner::text(&settings, &builder);
        let (provider, processor) = if let Some(provider) = builder.provider.take() {
            (provider, None)
        } else {
            let built = Pipeline::build(&settings, &mut builder, &diagnostics)?;
            (built.provider, Some(built.processor))
        };
        let limits = settings.delivery.stages.limits;
        let own = processor.clone().map(|processor| (settings.sampling, processor));
        let active = Arc::new(Active::new(&provider, limits, own, Arc::clone(&diagnostics)));
        let is_global = builder.set_global_tracer_provider && !attached;
        if !active.activate(is_global.then_some(&provider)) {
            // Another thread was faster.
            return Err(RegisterError::AlreadyInstalled);
        }
        // Whatever comes behind an attached provider may not cut at all.
        capture::set_value_limit(limits.value_bytes, !attached);
        panic::install_hook();
        if builder.verbose && !attached {
            banner::print(&banner);
        }
        let shut_down = Mutex::default();
        let running = Running { active, diagnostics, provider, processor, is_global, shut_down };
        Ok(Registration { running: Some(running), timeout })
    }

    /// Waits until every span that ended before the call has been accepted by the backend, at most
    /// for the [`shutdown_timeout`](crate::Builder::shutdown_timeout).
    ///
    /// Works from any thread, inside and outside an async runtime, where it blocks the thread.
    ///
    /// # Errors
    ///
    /// Inside [`on_diagnostic`](crate::Builder::on_diagnostic), an exporter or a mask function it
    /// is an error at once, and nothing is done: the export would wait for itself.
    ///
    /// `Ok` means that everything ended before the call has been accepted. Otherwise the error
    /// says how many spans were delivered, are pending and were lost, where, and why.
    pub fn flush(&self) -> Result<(), FlushError> {
        self.running.as_ref().map_or(Ok(()), |running| running.flush(self.timeout))
    }

    /// What became of the spans so far, for each destination in the order they were given. Empty if
    /// tracing is switched off, or goes through a provider of the application's.
    #[must_use]
    pub fn stats(&self) -> Vec<Stats> {
        let processor = self.running.as_ref().and_then(|running| running.processor.as_ref());
        processor.map(DeliveryProcessor::stats).unwrap_or_default()
    }

    /// Flushes, then stops the export and switches the macros off. Later calls, and dropping the
    /// registration, do nothing more and return the same. An attached provider is flushed and left running.
    ///
    /// # Errors
    ///
    /// As [`flush`](Self::flush).
    pub fn shutdown(&self) -> Result<(), FlushError> {
        self.running.as_ref().map_or(Ok(()), |running| running.shutdown(self.timeout))
    }

    /// `None` if tracing is switched off.
    #[cfg(feature = "tracing")]
    pub(crate) fn provider(&self) -> Option<&SdkTracerProvider> {
        self.running.as_ref().map(|running| &running.provider)
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        if !delivery::in_export_scope() {
            // What was not delivered has been said by the diagnostics.
            let _ = self.shutdown();
            return;
        }
        let (running, timeout) = (self.running.take(), self.timeout);
        // The threads that would be waited for include this one.
        let ending = thread::Builder::new().name("trace-runtime-end".to_owned());
        let _ = ending.spawn(move || running.map(|running| running.shutdown(timeout)));
    }
}

impl Running {
    fn flush(&self, timeout: Duration) -> Result<(), FlushError> {
        self.not_inside()?;
        if let Some(processor) = &self.processor {
            return result(processor, &processor.flush(timeout));
        }
        let provider = self.provider.clone();
        // The provider's flush has a timeout of its own, or none.
        attached_result(within(timeout, move || provider.force_flush()))
    }

    fn shutdown(&self, timeout: Duration) -> Result<(), FlushError> {
        self.not_inside()?;
        // Whoever comes second waits for the first, and hears the same.
        let mut result = self.shut_down.lock().unwrap_or_else(PoisonError::into_inner);
        result.get_or_insert_with(|| self.end(timeout)).clone()
    }

    /// An error for what the export itself calls: it would wait for itself.
    fn not_inside(&self) -> Result<(), FlushError> {
        if !delivery::in_export_scope() {
            return Ok(());
        }
        let all = self.processor.as_ref().map(DeliveryProcessor::stats).unwrap_or_default();
        let incomplete = all.iter().find(|stats| stats.delivered < stats.ended);
        let stats = incomplete.or(all.first()).cloned();
        let endpoint = stats.as_ref().map(|stats| stats.destination.clone());
        let Stats { delivered, pending, on_disk, lost, .. } = stats.unwrap_or_default();
        let cause = delivery::REENTRANT.to_owned();
        Err(FlushError { delivered, pending, on_disk, lost, endpoint, cause })
    }

    fn end(&self, timeout: Duration) -> Result<(), FlushError> {
        self.active.deactivate(self.is_global);
        let Some(processor) = &self.processor else {
            let result = self.flush(timeout);
            self.diagnostics.say_repeated();
            return result;
        };
        let ended = processor.end(timeout, || self.active.close());
        // The processor has ended already: this marks the provider, and takes no time.
        let _ = self.provider.shutdown_with_timeout(timeout);
        result(processor, &ended)
    }
}

/// `Ok` only if everything has been accepted everywhere.
fn result(processor: &DeliveryProcessor, flushed: &[Flushed]) -> Result<(), FlushError> {
    let incomplete = flushed.iter().enumerate().find(|(_, flushed)| !flushed.is_complete());
    incomplete.map_or(Ok(()), |(index, flushed)| {
        let cause = flushed.cause.clone();
        Err(FlushError {
            delivered: flushed.delivered,
            pending: flushed.pending,
            on_disk: flushed.on_disk,
            lost: flushed.lost,
            endpoint: processor.address(index),
            cause: cause.unwrap_or_else(|| "no answer in time".to_owned()),
        })
    })
}

fn attached_result(
    flushed: Option<opentelemetry_sdk::error::OTelSdkResult>,
) -> Result<(), FlushError> {
    let cause = match flushed {
        Some(Ok(())) => return Ok(()),
        Some(Err(error)) => format!("the attached provider could not flush: {error}"),
        None => "the attached provider did not flush in time".to_owned(),
    };
    Err(FlushError { delivered: 0, pending: 0, on_disk: 0, lost: 0, endpoint: None, cause })
}

/// Runs `work` on a thread of its own and waits for it no longer than `timeout`, since the SDK's
/// own calls may take longer than they were told to.
fn within<T: Send + 'static>(
    timeout: Duration,
    work: impl FnOnce() -> T + Send + 'static,
) -> Option<T> {
    let (sender, receiver) = mpsc::channel();
    let spawned = thread::Builder::new().name("trace-runtime-flush".to_owned()).spawn(move || {
        let _ = sender.send(work());
    });
    spawned.ok().and_then(|_| receiver.recv_timeout(timeout).ok())
}
