//! The async runtime of an official exporter.

use crate::config::RegisterError;
use crate::delivery::reentrancy::ExportScope;
use futures_executor::block_on;
use opentelemetry::Context;
use std::time::Duration;
use tokio::runtime::{EnterGuard, Runtime};

/// A runtime with its own thread, so that an export does not depend on the runtime of the
/// program, which may be blocked, or end first.
///
/// The sender thread enters the runtime and drives the export itself. An async client finds the
/// runtime that way, and a blocking client is allowed, which it is not on a thread that tokio drives.
#[derive(Debug)]
pub(super) struct ExportRuntime {
    /// `None` only while it is being dropped.
    runtime: Option<Runtime>,
}

impl ExportRuntime {
    pub(super) fn start() -> Result<Self, RegisterError> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("trace-runtime-otlp")
            .on_thread_start(|| {
                // Spans that a client records would be exported again, without an end. The guards
                // last as long as the thread.
                std::mem::forget(Context::enter_telemetry_suppressed_scope());
                std::mem::forget(ExportScope::enter());
            })
            .enable_io()
            .enable_time()
            .build()
            .map_err(|error| RegisterError::Exporter(error.to_string()))?;
        Ok(ExportRuntime { runtime: Some(runtime) })
    }

    /// Makes this the current runtime of the thread.
    pub(super) fn enter(&self) -> Option<EnterGuard<'_>> {
        self.runtime.as_ref().map(Runtime::enter)
    }

    /// Blocks until the future is ready, or returns `None` after the time. A blocking client
    /// keeps its own limit.
    pub(super) fn run<F: Future>(
        &self,
        within: Duration,
        start: impl FnOnce() -> F,
    ) -> Option<F::Output> {
        let _inside = self.enter();
        block_on(async { tokio::time::timeout(within, start()).await.ok() })
    }
}

impl Drop for ExportRuntime {
    fn drop(&mut self) {
        // Dropping a runtime waits for its tasks, which panics inside another async runtime. No
        // export is running any more, so there is nothing to wait for.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}
