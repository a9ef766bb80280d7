//! Delivery of finished spans: queues, batches, retries, the spool, and the counts of all of it.
//!
//! A registration delivers by itself. This module has the types of its reports ([`Stats`],
//! [`Diagnostic`], [`Replayed`]), and [`DeliveryProcessor`] for a tracer provider that your
//! application builds.
//!
//! ```
//! let registration = trace_runtime::register().verbose(false).install()?;
//! for stats in registration.stats() {
//!     println!("{}: {} of {} spans delivered", stats.destination, stats.delivered, stats.ended);
//! }
//! # Ok::<(), trace_runtime::RegisterError>(())
//! ```

// Each destination has a queue and two threads. A thread that ends a span pushes its record into
// the queue; the worker takes blocks of records, runs the stages, and encodes a batch; the sender
// sends the batch until the backend accepts or rejects it, or moves it to the spool.

mod body;
mod console;
mod destination;
mod diagnostics;
mod encode;
mod encoder;
#[cfg(any(feature = "file", feature = "html"))]
mod file;
#[cfg(feature = "file")]
pub mod json_lines;
mod otlp;
#[cfg(feature = "html")]
pub mod page;
mod processor;
mod queue;
mod reentrancy;
mod replay;
mod retry;
mod sender;
mod settings;
mod spool;
#[cfg(test)]
mod tests;
mod threads;
mod worker;

pub(crate) use destination::{Destination, GivenExporter};
pub(crate) use destination::{SendError, UNKNOWN_TARGET};
pub use diagnostics::Diagnostic;
pub(crate) use diagnostics::{DiagnosticCallback, Diagnostics, Lost};
pub use otlp::Protocol;
pub(crate) use otlp::{
    AUTHORIZATION, ClientIdentity, Compression, Endpoint, Headers, JsonAttempt, JsonCall,
    JsonClient, NamedBackend, OtlpSettings, Verb,
};
pub use processor::DeliveryProcessor;
pub(crate) use queue::{
    Ended, Flushed, Ledger, Location, Outage, PENDING_AT_SHUTDOWN, QueuedSpan, SpanGate,
};
pub use queue::{FeedbackStats, Stats};
pub(crate) use reentrancy::{ExportScope, REENTRANT, in_export_scope};
pub(crate) use replay::replay;
pub use replay::{ReplayError, Replayed};
pub(crate) use retry::Backoff;
pub(crate) use settings::{
    BatchSettings, DeliverySettings, FileFormat, FileSettings, MAX_TIMEOUT, SpoolSettings,
};

pub(crate) use spool::{Kind, Store, Stranded, Takeover};
pub(crate) use threads::{numbered, spawn};

use crate::config::RegisterError;
use destination::{Exporter, SdkExporter, Transport};
use opentelemetry_sdk::trace::SpanExporter;
use std::path::Path;

/// Creates the console as a destination. It links to the page, if there is one.
pub(crate) fn console(page: Option<&Path>) -> Destination {
    Destination::Exporter(Box::new(console::Console::from_environment(page)))
}

/// Makes an exporter in the SDK's form a destination.
pub(crate) fn given_exporter(exporter: impl SpanExporter + 'static) -> GivenExporter {
    let exporter: Box<dyn Exporter> = Box::new(SdkExporter::new(exporter));
    Box::new(|| Ok(Destination::Exporter(exporter)))
}

/// Makes an exporter of `opentelemetry-otlp` a destination with retries and a spool.
#[cfg(feature = "opentelemetry-otlp")]
pub(crate) fn given_otlp_exporter(
    name: String,
    build: impl FnOnce() -> Result<opentelemetry_otlp::SpanExporter, otlp::BuildError>
    + Send
    + Sync
    + 'static,
) -> GivenExporter {
    Box::new(|| otlp::given(name, build).map(Destination::Transport))
}

/// Creates an OTLP backend as a destination.
pub(crate) fn otlp(settings: &OtlpSettings) -> Result<Destination, RegisterError> {
    otlp::connect(settings).map(Destination::Transport)
}

/// Creates the transport of an OTLP backend, to send to it without a queue.
pub(crate) fn transport(settings: &OtlpSettings) -> Result<Box<dyn Transport>, RegisterError> {
    otlp::connect(settings)
}

/// Opens a file as a destination.
pub(crate) fn file(settings: &FileSettings) -> Result<Destination, RegisterError> {
    settings.require_feature()?;
    open_file(settings).map(Destination::Transport)
}

#[cfg(any(feature = "file", feature = "html"))]
fn open_file(settings: &FileSettings) -> Result<Box<dyn Transport>, RegisterError> {
    let opened = file::FileTransport::open(settings.clone());
    let file = opened.map_err(|error| RegisterError::Folder {
        setting: settings.setting,
        path: settings.path.display().to_string(),
        reason: error.to_string(),
    })?;
    Ok(Box::new(file))
}

#[cfg(not(any(feature = "file", feature = "html")))]
fn open_file(_settings: &FileSettings) -> Result<Box<dyn Transport>, RegisterError> {
    Err(RegisterError::Exporter("no file format is enabled".to_owned()))
}
