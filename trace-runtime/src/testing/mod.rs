//! Records the spans of one test, to check them without a server.
//!
//! [`record`] runs a closure and returns its result with the [`Trace`] of that closure alone. Tests
//! of the same program run in parallel and do not see the spans of each other.
//!
//! ```
//! use trace_runtime::{agent, testing, tool};
//!
//! #[tool]
//! fn weather(city: &str) -> String {
//!     format!("sun in {city}")
//! }
//!
//! #[agent]
//! fn plan(city: &str) -> String {
//!     format!("Go out: {}", weather(city))
//! }
//!
//! let (plan, trace) = testing::record(|| plan("Oslo"));
//! assert_eq!(plan, "Go out: sun in Oslo");
//! assert_eq!(
//!     trace.tree(),
//!     "plan [AGENT] ok in=Oslo out=Go out: sun in Oslo\n\
//!      \x20 weather [TOOL] ok in=Oslo out=sun in Oslo\n"
//! );
//! assert_eq!(trace.span("weather").attribute("tool.name"), Some("weather"));
//! ```
//!
//! # Scope
//!
//! A span is recorded if it ends before the closure returns, or before the future is complete. The
//! recording belongs to the OpenTelemetry context, as the current span does: it reaches other tasks
//! and threads with [`in_current_span`](crate::in_current_span()) and
//! [`InCurrentSpan`](crate::InCurrentSpan). Spans of other OpenTelemetry instrumentation are
//! recorded if they use the global tracer provider.
//!
//! The program needs no [`register`](crate::register()). If it registers anyway, also inside the
//! test, its destinations receive the spans as usual, and its sampler and masks apply to the
//! recording too. Otherwise all spans are recorded with the default settings, whatever the
//! environment contains. The spans of an attached [`provider`](crate::Builder::provider) are not
//! recorded.
//!
//! # Failures
//!
//! If a test panics while it has a trace, for example in an `assert_eq!`, the tree of the trace is
//! printed, and appears in the output of the failed test. Below it is the link to a page of the
//! trace, `target/traces/<test>.html`, which opens in a browser: see
//! [`html`](crate::Builder::html).

mod page;
mod span;
mod trace;
mod tree;

pub use span::RecordedSpan;
pub use trace::Trace;

use crate::in_current_span::WithCurrentSpan;
use crate::recording::Recording;
use crate::register;
use opentelemetry::Context;

/// Calls a closure, and returns its result and its spans.
///
/// The closure begins without a current span, so its first span begins a trace.
///
/// ```
/// # #[trace_runtime::llm(model = "gpt-4o")] fn ask(question: &str) -> usize { question.len() }
/// let (length, trace) = trace_runtime::testing::record(|| ask("why"));
/// assert_eq!(length, 3);
/// assert_eq!(trace.span("ask").attribute("llm.model_name"), Some("gpt-4o"));
/// ```
pub fn record<R>(body: impl FnOnce() -> R) -> (R, Trace) {
    let recorder = Recorder::begin();
    let result = {
        let _attached = recorder.context().attach();
        body()
    };
    (result, recorder.finish())
}

/// Awaits a future, and returns its output and its spans. Can be used with any async runtime.
///
/// ```
/// # #[trace_runtime::llm] async fn ask(question: &str) -> usize { question.len() }
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// let (length, trace) = trace_runtime::testing::record_async(ask("why")).await;
/// assert_eq!(length, 3);
/// assert_eq!(trace.tree(), "ask [LLM] ok in=why out=3\n");
/// # }
/// ```
pub async fn record_async<F: Future>(body: F) -> (F::Output, Trace) {
    let recorder = Recorder::begin();
    let output = WithCurrentSpan::new(body, recorder.context()).await;
    (output, recorder.finish())
}

/// A recording that has begun. If it is dropped by a panic of the body, the trace is printed.
struct Recorder(Recording);

impl Recorder {
    fn begin() -> Self {
        register::install_for_tests();
        Recorder(Recording::default())
    }

    fn context(&self) -> Context {
        Context::new().with_value(self.0.clone())
    }

    fn finish(self) -> Trace {
        Trace::new(self.0.take())
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        if std::thread::panicking() {
            // Dropping the trace prints it.
            drop(Trace::new(self.0.take()));
        }
    }
}
