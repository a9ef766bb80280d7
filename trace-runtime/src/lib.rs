//! Attribute macros that trace LLM applications.
//!
//! Annotate functions with [`agent`], [`chain`], [`llm`], [`tool`](macro@tool) or one of their
//! siblings. Each call becomes an OpenTelemetry span that follows the OpenInference conventions,
//! nested as the calls are nested: prompts, answers, tool calls, token counts, errors. Arize
//! Phoenix, MLflow, Langfuse and any other OTLP backend show a run as one tree. Until [`register`]
//! is called, an annotated function only reads one flag, which takes a few nanoseconds.
//!
//! ```no_run
//! use trace_runtime::{agent, llm, register};
//!
//! #[llm(model = "gpt-4o")]
//! fn ask(question: &str) -> String {
//!     format!("an answer to {question}")
//! }
//!
//! #[agent]
//! fn plan_trip(city: &str) -> String {
//!     ask(&format!("What is worth seeing in {city}?"))
//! }
//!
//! fn main() -> Result<(), trace_runtime::RegisterError> {
//!     let _registration = register().project_name("travel").install()?;
//!     println!("{}", plan_trip("Rome"));
//!     Ok(())
//! }
//! ```
//!
//! # Map
//!
//! - The macros: [`agent`], [`chain`], [`decision`], [`embedding`], [`evaluator`], [`guardrail`],
//!   [`llm`], [`prompt`], [`reranker`], [`retriever`], [`tool`](macro@tool); and
//!   [`traced!`](macro@traced) for a call, without a function around it.
//! - [`register`] returns a [`Builder`], which sets the destinations of spans and the way they are
//!   sent; [`Backend`] names the common ones. [`Builder::install`] returns the [`Registration`], which
//!   flushes and shuts down.
//! - [`current_span`] and [`record`](mod@record): values that your code records explicitly.
//! - [`InCurrentSpan`] and [`in_current_span`]: the current span in other tasks and threads.
//! - [`propagation`]: the current span in requests, messages and child processes.
//! - [`scope`]: session, user, metadata and tags for all spans inside.
//! - [`mask`]: values that must not leave the process.
//! - [`tool`](mod@tool): tool definitions to pass to a model.
//! - [`feedback`]: scores of users and evaluators, for spans that ended long ago.
//! - [`delivery`]: the queue, its counts, and a span processor for your own provider.
//! - [`enrich`]: messages and token counts for spans of your own pipeline.
//! - [`http`]: model calls over HTTP, without annotations.
//! - [`mcp`]: tool calls over the Model Context Protocol.
//! - [`instrument`]: traits that bound the options of the macros.
#![cfg_attr(
    any(feature = "reqwest", feature = "reqwest-0-12"),
    doc = "- [`reqwest`](mod@reqwest): model calls with `reqwest`."
)]
#![cfg_attr(
    feature = "async-openai",
    doc = "- [`async_openai`](mod@async_openai): model calls with `async-openai`."
)]
#![cfg_attr(feature = "testing", doc = "- [`testing`]: the spans of one test.")]
#![cfg_attr(feature = "tracing", doc = "- [`tracing`](mod@tracing): spans of the crate `tracing`.")]
//!
//! # Guide
//!
//! The chapters are in the folder `docs/guide` of the repository. Each has the items that it uses:
//!
//! | chapter | items |
//! |---|---|
//! | The first trace | [`register`], [`agent`], [`llm`], [`tool`](macro@tool) |
//! | An existing program | [`current_span`], [`traced!`](macro@traced), [`http::Exchange`] |
//! | Nesting, tasks and threads | [`InCurrentSpan`], [`in_current_span`], [`CurrentSpan::in_scope`] |
//! | Streams | the option `collect`, on the page of [`llm`] |
//! | The content of a span | [`CurrentSpan::set_output`], [`record`](mod@record) |
//! | Model calls and clients | [`http`], and the modules `reqwest`, `async_openai` and `tracing` |
//! | Cost | [`record::Cost`], `Builder::prices` |
//! | Sessions, users, metadata | [`scope::using_session`], [`scope::Scope`] |
//! | Secrets and masks | [`mask::Mask`], [`Builder::mask`] |
//! | Delivery | [`Builder::spool`], [`Builder::durable`], [`Registration::stats`] |
//! | Testing an agent (`docs/testing.md`) | the module `testing` |
//! | Feedback and evaluation (`docs/feedback.md`) | [`Registration::annotate`], [`evaluator`] |
//! | Across services (`docs/services.md`) | [`propagation`], [`mcp::ToolCall`] |
//! | Backends (`docs/backends.md`) | [`Backend`], [`Builder::backend`] |
//! | Troubleshooting | [`Builder::verbose`], [`Builder::on_diagnostic`] |
//!
//! # Environment
//!
#![doc = include_str!("environment.md")]
// The features that an item needs, on docs.rs.
#![cfg_attr(docsrs, feature(doc_cfg))]
#![forbid(unsafe_code)]
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr
)]

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;
#[cfg(feature = "async-openai")]
pub mod async_openai;
mod capture;
mod config;
pub mod delivery;
pub mod enrich;
pub mod feedback;
pub mod http;
mod in_current_span;
pub mod instrument;
mod macros;
pub mod mask;
pub mod mcp;
mod memory;
mod openinference;
mod panic;
pub mod propagation;
mod readable;
pub mod record;
#[cfg(feature = "testing")]
mod recording;
mod register;
#[cfg(any(feature = "reqwest", feature = "reqwest-0-12"))]
pub mod reqwest;
pub mod scope;
mod span;
mod sync;
#[cfg(feature = "testing")]
pub mod testing;
pub mod tool;
#[cfg(feature = "tracing")]
pub mod tracing;

pub use config::{RegisterError, Setting};
#[cfg(feature = "html")]
pub use delivery::page;
pub use in_current_span::{InCurrentSpan, in_current_span};
pub use instrument::{CurrentSpan, current_span};
pub use macros::*;
pub use openinference::OpenInferenceSpanKind;
pub use propagation::{extract, inject};
pub use register::{Backend, Builder, Feedback, FlushError, Registration, register};

/// The OpenTelemetry API that this crate uses. Another version in the same program has its own
/// current span and its own global provider.
pub use opentelemetry;
/// The official OTLP exporter, for [`Builder::otlp_exporter`].
#[cfg(feature = "opentelemetry-otlp")]
pub use opentelemetry_otlp;
/// The OpenTelemetry SDK that this crate uses.
pub use opentelemetry_sdk;
/// The version of `schemars` whose `JsonSchema` this crate reads.
#[cfg(feature = "schema")]
pub use schemars;

/// Compiles the examples of the document about the page.
#[cfg(all(doctest, feature = "html"))]
#[doc = include_str!("../../docs/page.md")]
struct PageExamples;

/// Compiles and runs the examples of the page about tests.
#[cfg(all(doctest, feature = "testing"))]
#[doc = include_str!("../../docs/testing.md")]
struct TestingExamples;
