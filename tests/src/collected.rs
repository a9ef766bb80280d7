//! Runs a program with a registration of its own and keeps its spans.

use crate::tree::tree;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use trace_runtime::opentelemetry_sdk::error::OTelSdkResult;
use trace_runtime::opentelemetry_sdk::trace::{SpanData, SpanExporter};
use trace_runtime::{Builder, Registration, register};

/// A process has one registration: tests that need one take turns.
static TURN: Mutex<()> = Mutex::new(());

/// An exporter that keeps what it gets.
#[derive(Clone, Debug, Default)]
pub struct Collected(Arc<Mutex<Vec<SpanData>>>);

impl Collected {
    /// What has been exported so far.
    #[must_use]
    pub fn spans(&self) -> Vec<SpanData> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Keeps a span.
    pub fn add(&self, span: SpanData) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(span);
    }
}

impl SpanExporter for Collected {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend(batch);
        Ok(())
    }
}

/// A turn at registering, and what was exported in it.
pub struct Program {
    /// The registration of this turn.
    pub registration: Registration,
    collected: Collected,
    _turn: MutexGuard<'static, ()>,
}

impl Program {
    /// Installs a registration whose spans are kept.
    #[must_use]
    pub fn start() -> Self {
        Program::start_with(|builder| builder)
    }

    /// The same, with more settings.
    #[must_use]
    pub fn start_with(configure: impl FnOnce(Builder) -> Builder) -> Self {
        let turn = Program::turn();
        let collected = Collected::default();
        let builder = register().verbose(false).exporter(collected.clone());
        let registration = configure(builder).install().expect("nothing else is registered");
        Program { registration, collected, _turn: turn }
    }

    /// Waits for a turn without registering anything.
    pub fn turn() -> MutexGuard<'static, ()> {
        TURN.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The spans that have ended.
    #[must_use]
    pub fn spans(&self) -> Vec<SpanData> {
        self.registration.flush().expect("the exporter keeps everything");
        self.collected.spans()
    }

    /// The traces as text.
    #[must_use]
    pub fn tree(&self) -> String {
        tree(&self.spans())
    }

    /// The attribute of the only span with this name, as text.
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

/// The traces that a program leaves, as text.
pub fn traced<T>(program: impl FnOnce() -> T) -> String {
    let running = Program::start();
    let _ = program();
    running.tree()
}

/// Runs a future on a tokio runtime of the current thread.
pub fn block_on<F: Future>(future: F) -> F::Output {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(future)
}

/// Runs a future on a tokio runtime with several threads.
pub fn block_on_threads<F: Future>(future: F) -> F::Output {
    tokio::runtime::Runtime::new().expect("a runtime").block_on(future)
}
