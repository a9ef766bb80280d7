#![doc = include_str!("../README.md")]
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
mod call_site;
mod capture;
mod enrich;
mod export;
mod in_span;
mod kind;
mod macros;
mod mask;
mod outcome;
pub mod record;
mod register;
mod scope;
mod semconv;
mod span;
mod tool;
#[cfg(feature = "tracing")]
pub mod tracing;

pub use enrich::EnrichExporter;
pub use export::{DeliveryProcessor, Diagnostic, ReplayError, Replayed, Stats};
pub use in_span::{InCurrentSpan, WithCurrentSpan, in_current_span};
pub use kind::OpenInferenceSpanKind;
pub use mask::{Mask, Masked};
pub use register::{Builder, FlushError, Protocol, RegisterError, Registration, Setting, register};
pub use scope::{
    Scope, suppress_tracing, using_baggage, using_metadata, using_prompt_template, using_session,
    using_tags, using_user,
};
pub use span::{AttributeValue, CurrentSpan, Parent, SpanName, current_span};

pub use tool::ToolDefinition;

/// Derive `JsonSchema` with this version: another one describes nothing here.
#[cfg(feature = "schema")]
pub use schemars;

/// The OpenTelemetry API this crate is built on: two versions of it in one program are two
/// unconnected worlds.
pub use opentelemetry;
/// The OpenTelemetry SDK this crate is built on.
pub use opentelemetry_sdk;

pub use macros::*;
