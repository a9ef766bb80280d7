//! How spans are delivered, and what is said of it.

use super::Builder;
use crate::delivery::Diagnostic;
use std::path::PathBuf;
use std::time::Duration;

impl Builder {
    /// Whether spans are sent in batches (the default), or each as soon as it has ended. Either
    /// way they are sent by a thread of their own and the traced function never waits.
    pub fn batch(mut self, batch: bool) -> Self {
        self.batch = batch;
        self
    }

    /// How much memory the spans that wait may take, for each destination, in bytes as estimated;
    /// 65536 at the least. Beyond it a span that ends is lost, and said to be; nobody ever waits.
    /// With a [`spool`](Self::spool), batches go to disk while the queue is full.
    ///
    /// Default: `TRACE_QUEUE_BYTES`, then 256 MiB.
    pub fn queue_bytes(mut self, bytes: usize) -> Self {
        self.queue_bytes = Some(bytes);
        self
    }

    /// A folder for spans that memory cannot hold while a backend is away, or that it has not taken
    /// when the program ends. They are sent when it is back, at the latest by the next run that
    /// names the same folder and endpoint. Several processes may share a folder: those that run
    /// send what one that has died has left.
    ///
    /// What is written is what would have been sent, without any header or key, readable by this
    /// user alone. It is sent with the headers of the program that sends it: programs whose keys lead
    /// to different projects need different folders. A span that was just being sent when a program died may arrive twice; its id
    /// tells.
    ///
    /// Of the [`shutdown_timeout`](Self::shutdown_timeout) half is then left for writing what a
    /// backend has not taken.
    ///
    /// Only for OTLP: no file and no exporter has a spool. Default: `TRACE_SPOOL_DIR`, then none.
    pub fn spool(mut self, folder: impl Into<PathBuf>) -> Self {
        self.spool = Some(folder.into());
        self
    }

    /// How many bytes the [`spool`](Self::spool) of one process and backend may take; 65536 at the
    /// least. Beyond it the oldest spans are lost, and said to be.
    ///
    /// Default: `TRACE_SPOOL_BYTES`, then 1 GiB.
    pub fn spool_bytes(mut self, bytes: usize) -> Self {
        self.spool_bytes = Some(bytes);
        self
    }

    /// Whether every span is written to the [`spool`](Self::spool) within 100 ms of its end, before
    /// it is sent (default: false). Then also a program that is killed loses no more than that.
    pub fn durable(mut self, durable: bool) -> Self {
        self.durable = durable;
        self
    }

    /// Receives what would be said on stderr: spans that were lost, and why.
    ///
    /// The callback runs on the thread that noticed, and the export waits for it. It may end spans,
    /// and panic; [`flush`](crate::Registration::flush) and
    /// [`shutdown`](crate::Registration::shutdown) are errors inside it.
    pub fn on_diagnostic(mut self, callback: impl Fn(&Diagnostic) + Send + Sync + 'static) -> Self {
        self.on_diagnostic = Some(Box::new(callback));
        self
    }

    /// How long [`flush`](crate::Registration::flush),
    /// [`shutdown`](crate::Registration::shutdown) and dropping the
    /// [`Registration`](crate::Registration) may take (default: 5 s).
    pub fn shutdown_timeout(mut self, timeout: Duration) -> Self {
        self.shutdown_timeout = timeout;
        self
    }
}
