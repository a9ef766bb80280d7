//! The guard of an active registration: flush, shutdown, and the truth about both.

use super::active::{Active, is_enabled};
use super::banner;
use super::builder::Builder;
use super::error::RegisterError;
use super::pipeline::Pipeline;
use super::settings::{Environment, Limits, Settings};
use crate::capture;
use crate::export::{Delivery, Diagnostics};
use crate::outcome::panic;
use opentelemetry_sdk::trace::SdkTracerProvider;
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread;
use std::time::{Duration, Instant};

const A_YEAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);

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
    deliveries: Vec<Arc<Delivery>>,
    /// Whether the provider is the application's, and stays running.
    attached: bool,
    is_global: bool,
    /// What `shutdown` came to, once it was called.
    shut_down: Mutex<Option<Result<(), FlushError>>>,
}

/// What [`Registration::flush`] and [`Registration::shutdown`] could not deliver.
///
/// The counts are of spans, since `install`, at the first destination that has not accepted
/// everything. For an attached provider they are not known and stay 0.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{delivered} spans delivered, {pending} pending, {lost} lost: {cause}")]
#[non_exhaustive]
pub struct FlushError {
    /// Accepted by the backend.
    pub delivered: u64,
    /// Ended, and neither accepted nor lost yet.
    pub pending: u64,
    /// Refused, undeliverable, or beyond the bounds of the queue.
    pub lost: u64,
    /// That destination; `None` for an attached provider.
    pub endpoint: Option<String>,
    /// Why, in words.
    pub cause: String,
}

impl Registration {
    pub(super) fn install(
        mut builder: Builder,
        environment: &Environment,
    ) -> Result<Self, RegisterError> {
        builder.require_no_conflict()?;
        if is_enabled() {
            return Err(RegisterError::AlreadyInstalled);
        }
        // Longer than any program waits, and short enough to be added to the time of now.
        let timeout = builder.shutdown_timeout.min(A_YEAR);
        let Some(settings) = Settings::resolve(&builder, environment)? else {
            return Ok(Registration { running: None, timeout });
        };
        let diagnostics = Arc::new(Diagnostics::new(builder.on_diagnostic.take()));
        let attached = builder.provider.is_some();
        let Pipeline { provider, deliveries } = match builder.provider.take() {
            Some(provider) => Pipeline { provider, deliveries: Vec::new() },
            None => {
                Pipeline::build(&settings, std::mem::take(&mut builder.exporters), &diagnostics)?
            }
        };
        let limits: Limits = settings.limits;
        let sampling = (!attached).then_some(settings.sampling);
        let active = Arc::new(Active::new(provider, limits, sampling, Arc::clone(&diagnostics)));
        let is_global = builder.set_global_tracer_provider && !attached;
        if !active.activate(is_global) {
            // Another thread was faster.
            return Err(RegisterError::AlreadyInstalled);
        }
        capture::set_value_limit(limits.value_bytes);
        panic::install_hook();
        if builder.verbose && !attached {
            banner::print(&settings);
        }
        let shut_down = Mutex::default();
        let running = Running { active, diagnostics, deliveries, attached, is_global, shut_down };
        Ok(Registration { running: Some(running), timeout })
    }

    /// Waits until every span that ended before the call has been accepted by the backend, at most
    /// for the [`shutdown_timeout`](crate::Builder::shutdown_timeout).
    ///
    /// Works from any thread, inside and outside an async runtime, where it blocks the thread.
    ///
    /// # Errors
    ///
    /// `Ok` means that everything ended before the call has been accepted. Otherwise the error
    /// says how many spans were delivered, are pending and were lost, where, and why.
    pub fn flush(&self) -> Result<(), FlushError> {
        self.running.as_ref().map_or(Ok(()), |running| running.flush(self.timeout))
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
        self.running.as_ref().map(|running| running.active.provider())
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        // What was not delivered has been said by the diagnostics.
        let _ = self.shutdown();
    }
}

impl Running {
    fn flush(&self, timeout: Duration) -> Result<(), FlushError> {
        let deadline = Instant::now() + timeout;
        let provider = self.active.provider().clone();
        let ended: Vec<u64> = self.deliveries.iter().map(|delivery| delivery.ended()).collect();
        // The SDK's flush has a timeout of its own: wait for the ledgers instead.
        let flushed = within(timeout, move || provider.force_flush());
        if self.attached {
            return attached_result(flushed);
        }
        for (delivery, ended) in self.deliveries.iter().zip(&ended) {
            delivery.wait_until_settled(*ended, deadline);
        }
        self.result(&ended, timeout)
    }

    fn shutdown(&self, timeout: Duration) -> Result<(), FlushError> {
        // Whoever comes second waits for the first, and hears the same.
        let mut result = self.shut_down.lock().unwrap_or_else(PoisonError::into_inner);
        result.get_or_insert_with(|| self.end(timeout)).clone()
    }

    fn end(&self, timeout: Duration) -> Result<(), FlushError> {
        let deadline = Instant::now() + timeout;
        self.active.deactivate(self.is_global);
        let mut result = self.flush(timeout);
        if !self.attached {
            self.active.close();
            let ended: Vec<u64> = self.deliveries.iter().map(|delivery| delivery.ended()).collect();
            stop(self.active.provider(), deadline);
            self.deliveries.iter().for_each(|delivery| delivery.say_pending());
            result = result.and(self.result(&ended, timeout));
        }
        self.diagnostics.say_repeated();
        result
    }

    /// `Ok` only if everything has been accepted everywhere.
    fn result(&self, ended: &[u64], timeout: Duration) -> Result<(), FlushError> {
        for (delivery, ended) in self.deliveries.iter().zip(ended) {
            let counts = delivery.counts();
            let pending = ended.saturating_sub(counts.delivered + counts.lost);
            if pending + counts.lost > 0 {
                return Err(FlushError {
                    delivered: counts.delivered,
                    pending,
                    lost: counts.lost,
                    endpoint: Some(delivery.address().to_owned()),
                    cause: counts
                        .last_failure
                        .unwrap_or_else(|| format!("no answer within {timeout:?}")),
                });
            }
        }
        Ok(())
    }
}

fn stop(provider: &SdkTracerProvider, deadline: Instant) {
    let remaining =
        deadline.saturating_duration_since(Instant::now()).max(Duration::from_millis(50));
    let provider = provider.clone();
    within(remaining, move || provider.shutdown_with_timeout(remaining));
}

fn attached_result(
    flushed: Option<opentelemetry_sdk::error::OTelSdkResult>,
) -> Result<(), FlushError> {
    let cause = match flushed {
        Some(Ok(())) => return Ok(()),
        Some(Err(error)) => format!("the attached provider could not flush: {error}"),
        None => "the attached provider did not flush in time".to_owned(),
    };
    Err(FlushError { delivered: 0, pending: 0, lost: 0, endpoint: None, cause })
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
