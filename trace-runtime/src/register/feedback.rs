//! Feedback without tracing, for a process that never had the span.

use super::builder::{Builder, register};
use super::flush_error::{FlushError, feedback_result};
use super::settings::{Settings, feedback};
use crate::config::{Environment, RegisterError};
use crate::delivery::{self, Diagnostics, Stats};
use crate::feedback::{AnnotateError, Annotation, Hub, Target};
use crate::sync::Process;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Sends feedback from a process that traces nothing: a web server that receives the clicks, a job
/// that scores traces at night.
///
/// It has the settings of a registration, and can exist beside one, or several times. Dropping it
/// flushes.
///
/// ```no_run
/// use trace_runtime::feedback::{Annotation, SpanRef};
/// use trace_runtime::Feedback;
///
/// let feedback = Feedback::from_env()?;
/// let span: SpanRef = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".parse()?;
/// feedback.annotate(&span, Annotation::new("user_feedback").score(1.0).human())?;
/// feedback.flush()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use = "dropping it flushes: bind it with `let feedback = ..`"]
pub struct Feedback {
    /// `None` if tracing is switched off.
    hub: Option<Hub>,
    diagnostics: Arc<Diagnostics>,
    timeout: Duration,
    process: Process,
}

impl Builder {
    /// Starts only the delivery of feedback, to the backends of this builder. Nothing is traced.
    ///
    /// With `OTEL_SDK_DISABLED=true` annotations are ignored.
    ///
    /// ```no_run
    /// use trace_runtime::{Backend, register};
    ///
    /// let feedback = register().backend(Backend::langfuse()).spool("feedback").feedback()?;
    /// # Ok::<(), trace_runtime::RegisterError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns the errors of [`install`](Self::install), except
    /// [`AlreadyInstalled`](RegisterError::AlreadyInstalled).
    pub fn feedback(self) -> Result<Feedback, RegisterError> {
        Feedback::new(self, &Environment::from_process())
    }
}

impl Feedback {
    /// Starts the delivery to the backends that the environment names: `TRACE_BACKENDS`, or Phoenix
    /// at `PHOENIX_COLLECTOR_ENDPOINT`. It is `register().feedback()`.
    ///
    /// ```no_run
    /// let feedback = trace_runtime::Feedback::from_env()?;
    /// # drop(feedback);
    /// # Ok::<(), trace_runtime::RegisterError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns an error for an invalid variable, or one that is missing.
    pub fn from_env() -> Result<Self, RegisterError> {
        register().feedback()
    }

    fn new(mut builder: Builder, environment: &Environment) -> Result<Self, RegisterError> {
        builder.require_no_conflict()?;
        let timeout = builder.shutdown_timeout.min(delivery::MAX_TIMEOUT);
        let diagnostics = Arc::new(Diagnostics::new(builder.on_diagnostic.take()));
        let settings = Settings::resolve(&builder, environment)?;
        let hub = settings.map(|it| Hub::start(&feedback(&it, &builder), &diagnostics, None));
        Ok(Feedback { hub: hub.transpose()?, diagnostics, timeout, process: Process::current() })
    }

    /// Gives feedback. It does not wait: see the module [`feedback`](mod@crate::feedback).
    ///
    /// ```
    /// use trace_runtime::feedback::{Annotation, SpanRef};
    ///
    /// # fn rate(feedback: &trace_runtime::Feedback) -> Result<(), Box<dyn std::error::Error>> {
    /// let span: SpanRef = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".parse()?;
    /// feedback.annotate(&span, Annotation::new("thumbs").score(1).human())?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// Returns an error for a value that no backend accepts, and if no backend takes feedback.
    pub fn annotate(
        &self,
        target: impl Into<Target>,
        annotation: Annotation,
    ) -> Result<(), AnnotateError> {
        self.hub.as_ref().map_or(Ok(()), |hub| hub.annotate(&target.into(), annotation))
    }

    /// Waits until every annotation has an outcome, at most for the
    /// [`shutdown_timeout`](Builder::shutdown_timeout).
    ///
    /// ```no_run
    /// let feedback = trace_runtime::Feedback::from_env()?;
    /// if let Err(losses) = feedback.flush() {
    ///     eprintln!("{losses}");
    /// }
    /// # Ok::<(), trace_runtime::RegisterError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns an error if a backend has not accepted all of them.
    pub fn flush(&self) -> Result<(), FlushError> {
        let Some(hub) = self.hub.as_ref().filter(|_| !delivery::in_export_scope()) else {
            return Ok(());
        };
        feedback_result(hub.flush(Instant::now() + self.timeout))
    }

    /// Returns the counts of each backend, in the field `feedback`; the counts of spans are zeros.
    ///
    /// ```no_run
    /// let feedback = trace_runtime::Feedback::from_env()?;
    /// println!("{} pending", feedback.stats().iter().map(|stats| stats.feedback.pending).sum::<u64>());
    /// # Ok::<(), trace_runtime::RegisterError>(())
    /// ```
    #[must_use]
    pub fn stats(&self) -> Vec<Stats> {
        let all = self.hub.iter().flat_map(Hub::stats);
        all.map(|(_, destination, feedback)| {
            let mut stats = Stats::default();
            (stats.destination, stats.feedback) = (destination, feedback);
            stats
        })
        .collect()
    }
}

impl Drop for Feedback {
    fn drop(&mut self) {
        if self.process.is_forked() {
            return;
        }
        let timeout = if delivery::in_export_scope() { Duration::ZERO } else { self.timeout };
        if let Some(hub) = &self.hub {
            hub.end(Instant::now() + timeout);
        }
        self.diagnostics.report_repeated();
    }
}

impl fmt::Debug for Feedback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Feedback").finish_non_exhaustive()
    }
}
