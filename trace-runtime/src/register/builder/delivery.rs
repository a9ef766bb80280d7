//! Builder methods for queueing, spooling and shutdown.

use super::Builder;
use crate::delivery::Diagnostic;
use std::path::PathBuf;
use std::time::Duration;

impl Builder {
    /// Sends spans in batches (true, the default), or each span as soon as it has ended (false).
    /// Both happen on a background thread; the traced function never waits for a backend.
    ///
    /// The size and delay of batches come from `OTEL_BSP_MAX_EXPORT_BATCH_SIZE` (512 spans) and
    /// `OTEL_BSP_SCHEDULE_DELAY` (5000 ms).
    ///
    /// ```no_run
    /// let _registration = trace_runtime::register().batch(false).install()?;
    /// # Ok::<(), trace_runtime::RegisterError>(())
    /// ```
    pub fn batch(mut self, batch: bool) -> Self {
        self.batch = batch;
        self
    }

    /// Sets the memory that pending spans of each destination can take, in bytes (estimated), at
    /// least 65536. When the queue fills up, batches are moved to the [`spool`](Self::spool), if
    /// there is one. A span that does not fit is lost, and reported as lost.
    ///
    /// The thread that ends a span never waits for memory.
    ///
    /// Default: `TRACE_QUEUE_BYTES`, then 256 MiB. [`install`](Self::install) returns an error for
    /// a smaller number than 65536.
    ///
    /// ```no_run
    /// let _registration = trace_runtime::register().queue_bytes(64 << 20).install()?;
    /// # Ok::<(), trace_runtime::RegisterError>(())
    /// ```
    pub fn queue_bytes(mut self, bytes: usize) -> Self {
        self.queue_bytes = Some(bytes);
        self
    }

    /// Sets the folder of the spool: batches are written there when the queue fills up
    /// ([`queue_bytes`](Self::queue_bytes)), and spans that are undelivered at shutdown. They are
    /// sent when the backend is back, at the latest by the next run with the same folder and
    /// endpoint: after its own spans, in the background, in
    /// [`flush_spool`](crate::Registration::flush_spool), and in the time that its shutdown has
    /// left. Spans for an endpoint that is not configured any more are reported.
    ///
    /// Several processes can share a folder; the running ones send the spans that a crashed one
    /// left. A batch that was in flight during a crash may arrive twice, with the same span ids.
    ///
    /// The files contain the encoded requests, readable by their owner only, and no headers or
    /// keys. The name of a folder shows the endpoint without its path. Spans are sent with the
    /// headers of the process that sends them: use different folders for programs whose keys belong
    /// to different projects. A folder that other users may write to is reported.
    ///
    /// With a spool, half of [`shutdown_timeout`](Self::shutdown_timeout) is reserved for writing
    /// undelivered spans. Only OTLP destinations have a spool, not files and exporters.
    ///
    /// Default: `TRACE_SPOOL_DIR`, then no spool. [`install`](Self::install) returns an error if
    /// the folder cannot be written.
    ///
    /// ```no_run
    /// let _registration = trace_runtime::register().spool("/var/lib/travel/traces").install()?;
    /// # Ok::<(), trace_runtime::RegisterError>(())
    /// ```
    pub fn spool(mut self, folder: impl Into<PathBuf>) -> Self {
        self.spool = Some(folder.into());
        self
    }

    /// Sets the size limit of the [`spool`](Self::spool) for each backend of a process, in bytes,
    /// at least 65536. Beyond it the oldest spans are dropped, and reported as lost.
    ///
    /// Default: `TRACE_SPOOL_BYTES`, then 1 GiB. [`install`](Self::install) returns an error for a
    /// smaller number than 65536.
    ///
    /// ```no_run
    /// let _registration = trace_runtime::register().spool("traces").spool_bytes(256 << 20).install()?;
    /// # Ok::<(), trace_runtime::RegisterError>(())
    /// ```
    pub fn spool_bytes(mut self, bytes: usize) -> Self {
        self.spool_bytes = Some(bytes);
        self
    }

    /// Writes every span to the [`spool`](Self::spool) within 100 ms of its end, before it is sent
    /// (default: false). A program that is killed then loses at most the last 100 ms.
    ///
    /// [`install`](Self::install) returns an error without a spool.
    ///
    /// ```no_run
    /// let _registration = trace_runtime::register().spool("traces").durable(true).install()?;
    /// # Ok::<(), trace_runtime::RegisterError>(())
    /// ```
    pub fn durable(mut self, durable: bool) -> Self {
        self.durable = durable;
        self
    }

    /// Sets a callback that receives reports about lost and late spans, which otherwise go to
    /// stderr. Each cause is reported when it first happens, and summed up at shutdown.
    ///
    /// The callback runs on the thread that noticed the problem, and blocks the export of that
    /// destination. It may end spans, and it may panic. [`flush`](crate::Registration::flush) and
    /// [`shutdown`](crate::Registration::shutdown) return an error inside it, because they would
    /// wait for the callback itself.
    ///
    /// ```
    /// let builder = trace_runtime::register().on_diagnostic(|diagnostic| {
    ///     eprintln!("{} spans lost: {}", diagnostic.spans, diagnostic.message);
    /// });
    /// ```
    pub fn on_diagnostic(mut self, callback: impl Fn(&Diagnostic) + Send + Sync + 'static) -> Self {
        self.on_diagnostic = Some(Box::new(callback));
        self
    }

    /// Sets the time for which [feedback](mod@crate::feedback) is sent again while its span is
    /// unknown to the backend (default: an hour). It begins with the first answer of that kind;
    /// without an answer, feedback waits for as long as the backend is away.
    ///
    /// ```no_run
    /// let wait = std::time::Duration::from_secs(120);
    /// let _registration = trace_runtime::register().feedback_wait(wait).install()?;
    /// # Ok::<(), trace_runtime::RegisterError>(())
    /// ```
    pub fn feedback_wait(mut self, wait: Duration) -> Self {
        self.feedback_wait = Some(wait);
        self
    }

    /// Sets the time limit of [`flush`](crate::Registration::flush), of
    /// [`shutdown`](crate::Registration::shutdown), and of dropping the
    /// [`Registration`](crate::Registration). Default: 5 seconds.
    ///
    /// ```no_run
    /// let timeout = std::time::Duration::from_secs(10);
    /// let _registration = trace_runtime::register().shutdown_timeout(timeout).install()?;
    /// # Ok::<(), trace_runtime::RegisterError>(())
    /// ```
    pub fn shutdown_timeout(mut self, timeout: Duration) -> Self {
        self.shutdown_timeout = timeout;
        self
    }
}
