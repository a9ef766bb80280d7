//! From ended spans to their destinations: queue, worker, limits, sender, and the account of it.

mod body;
mod console;
mod deliver;
mod diagnostics;
mod limit;
mod otlp;
mod processor;
mod queue;
mod retry;
mod sender;
mod spool;
mod worker;

pub(crate) use deliver::{Deliver, Destination, ExporterDelivery};
pub use diagnostics::Diagnostic;
pub(crate) use diagnostics::{DiagnosticCallback, Diagnostics};
pub use processor::DeliveryProcessor;
pub(crate) use queue::Flushed;
pub use queue::Stats;

use crate::register::{OtlpSettings, RegisterError};

/// The console, as a destination.
pub(crate) fn console() -> Destination {
    Destination::Exporter(Box::new(console::Console::default()))
}

/// An OTLP backend, as a destination.
pub(crate) fn otlp(settings: &OtlpSettings) -> Result<Destination, RegisterError> {
    otlp::connect(settings).map(Destination::Backend)
}
