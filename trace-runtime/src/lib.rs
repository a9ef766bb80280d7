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
mod capture;
mod config;
mod delivery;
mod enrich;
mod in_current_span;
mod instrument;
mod macros;
mod mask;
mod memory;
mod openinference;
mod panic;
pub mod record;
mod register;
mod scope;
mod span;
mod sync;
mod tool;
#[cfg(feature = "tracing")]
pub mod tracing;

pub use config::{RegisterError, Setting};
pub use delivery::{DeliveryProcessor, Diagnostic, Protocol, ReplayError, Replayed, Stats};
pub use enrich::EnrichExporter;
pub use in_current_span::{InCurrentSpan, WithCurrentSpan, in_current_span};
pub use instrument::{CurrentSpan, Parent, SpanName, current_span};
pub use mask::{Mask, Masked};
pub use openinference::OpenInferenceSpanKind;
pub use record::AttributeValue;
pub use register::{Builder, FlushError, Registration, register};
pub use scope::{
    Scope, suppress_tracing, using_baggage, using_metadata, using_prompt_template, using_session,
    using_tags, using_user,
};
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
