//! Runs a program with its own registration and keeps its spans in memory.

use crate::tree::tree;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use trace_runtime::opentelemetry_sdk::error::OTelSdkResult;
use trace_runtime::opentelemetry_sdk::trace::{SpanData, SpanExporter};
use trace_runtime::{Builder, Registration, register};

/// A process has at most one registration, so tests that install one hold this lock.
static REGISTRATION: Mutex<()> = Mutex::new(());

/// An exporter that keeps spans in memory. Clones share the spans, so a test keeps one clone and
/// passes another to the registration.
#[derive(Clone, Debug, Default)]
pub struct InMemoryExporter(Arc<Mutex<Vec<SpanData>>>);

impl InMemoryExporter {
    /// Returns the spans exported so far.
    #[must_use]
    pub fn spans(&self) -> Vec<SpanData> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Adds a span.
    pub fn add(&self, span: SpanData) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(span);
    }
}

impl SpanExporter for InMemoryExporter {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend(batch);
        Ok(())
    }
}

/// A registration whose spans are kept in memory. It holds the registration lock until it drops.
pub struct Program {
    /// The installed registration.
    pub registration: Registration,
    exporter: InMemoryExporter,
    _lock: MutexGuard<'static, ()>,
}

impl Program {
    /// Installs a registration whose spans are kept in memory.
    #[must_use]
    pub fn start() -> Self {
        Program::start_with(|builder| builder)
    }

    /// Installs a registration with more settings.
    #[must_use]
    pub fn start_with(configure: impl FnOnce(Builder) -> Builder) -> Self {
        let lock = Program::lock();
        let exporter = InMemoryExporter::default();
        let builder = register().verbose(false).exporter(exporter.clone());
        let registration = configure(builder).install().expect("nothing else is registered");
        Program { registration, exporter, _lock: lock }
    }

    /// Takes the registration lock without installing anything, for tests that install themselves.
    ///
    /// A failed test poisons the lock. Its registration is dropped by then, so other tests can
    /// continue.
    pub fn lock() -> MutexGuard<'static, ()> {
        REGISTRATION.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Flushes and returns the spans that have ended.
    #[must_use]
    pub fn spans(&self) -> Vec<SpanData> {
        self.registration.flush().expect("the exporter accepts everything");
        self.exporter.spans()
    }

    /// Returns the traces as text, see [`tree`].
    #[must_use]
    pub fn tree(&self) -> String {
        tree(&self.spans())
    }

    /// Returns an attribute of the span with this name, as text. Panics if several spans have the
    /// name or the attribute is set twice.
    #[must_use]
    pub fn attribute(&self, span: &str, key: &str) -> Option<String> {
        let spans = self.spans();
        let mut named = spans.iter().filter(|candidate| candidate.name == span);
        let (span, None) = (named.next().expect("a span of this name"), named.next()) else {
            panic!("several spans are named {span}");
        };
        let mut found = span.attributes.iter().filter(|attribute| attribute.key.as_str() == key);
        let first = found.next().map(|attribute| attribute.value.to_string());
        assert!(found.next().is_none(), "{key} is set twice");
        first
    }
}

/// Runs a program and returns its traces as text, see [`tree`].
pub fn traced<T>(program: impl FnOnce() -> T) -> String {
    let running = Program::start();
    let _ = program();
    running.tree()
}

/// Runs a future on a single-threaded tokio runtime.
pub fn block_on<F: Future>(future: F) -> F::Output {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(future)
}

/// Runs a future on a multi-threaded tokio runtime.
pub fn block_on_threads<F: Future>(future: F) -> F::Output {
    tokio::runtime::Runtime::new().expect("a runtime").block_on(future)
}
