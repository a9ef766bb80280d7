//! The guard of an active registration. Its owner flushes it, reads its statistics and ends it.

use super::at_exit::shut_down_at_exit;
use super::builder::Builder;
use super::current::{forget_parent, is_registered};
use super::flush_error::FlushError;
use super::propagator;
use super::running::Running;
use super::settings::{PropagationSettings, Settings};
use crate::config::{Environment, RegisterError};
use crate::delivery::{self, Stats};
use crate::feedback::{AnnotateError, Annotation, Target};
#[cfg(feature = "tracing")]
use opentelemetry_sdk::trace::SdkTracerProvider;
use std::sync::Arc;
use std::{fmt, thread};

/// The guard of an active registration, returned by [`Builder::install`](crate::Builder::install).
/// Spans are recorded until it is dropped.
///
/// Dropping it is a [`shutdown`](Self::shutdown), also during a panic and inside an async runtime.
/// If it still exists when the process exits, for example in a `static`, it is shut down then.
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
///
/// The compiler warns if it is not bound to a variable:
///
/// ```compile_fail
/// #![deny(unused_must_use)]
///
/// trace_runtime::register().install()?;
/// # Ok::<(), trace_runtime::RegisterError>(())
/// ```
#[must_use = "dropping the registration ends tracing: bind it with `let _registration = ..`"]
pub struct Registration {
    /// `None` if tracing is switched off. The function that runs at the exit of the process finds
    /// it too.
    running: Option<Arc<Running>>,
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
    fn install(builder: Builder, environment: &Environment) -> Result<Self, RegisterError> {
        builder.require_no_conflict()?;
        if !forget_parent() || is_registered() {
            return Err(RegisterError::AlreadyInstalled);
        }
        let propagation = PropagationSettings::resolve(&builder, environment)?;
        let Some(settings) = Settings::resolve(&builder, environment)? else {
            // `OTEL_SDK_DISABLED` does not affect propagators, by the specification: the service
            // still passes on the span of its caller.
            if let Some(formats) = propagation.propagators {
                propagator::set_global(formats);
            }
            return Ok(Registration { running: None });
        };
        let running = Arc::new(Running::start(&settings, builder, propagation)?);
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
    /// and in the time that [`shutdown`](Self::shutdown) has left. Spans in the folders of
    /// processes that still run are not waited for.
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
        self.running.as_ref().map_or(Ok(()), |running| running.flush_spool())
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
        self.running.as_ref().map_or_else(Vec::new, |running| running.stats())
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
    /// Returns an error for a value that no backend accepts, if no backend takes feedback, and
    /// after shutdown.
    pub fn annotate(
        &self,
        target: impl Into<Target>,
        annotation: Annotation,
    ) -> Result<(), AnnotateError> {
        self.running.as_ref().map_or(Ok(()), |running| running.annotate(&target.into(), annotation))
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
    /// ```no_run
    /// let registration = trace_runtime::register().install()?;
    /// // .. at the end of the program ..
    /// if let Err(error) = registration.shutdown() {
    ///     eprintln!("{error}");
    /// }
    /// # Ok::<(), trace_runtime::RegisterError>(())
    /// ```
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
        self.running.as_ref().map(|running| running.provider())
    }
}

/// Shows no spans that wait: a log is the wrong place for their prompts and answers.
impl fmt::Debug for Registration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_enabled = self.running.is_some();
        f.debug_struct("Registration").field("is_enabled", &is_enabled).finish_non_exhaustive()
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
