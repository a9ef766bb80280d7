//! From ended spans to their destinations: queue, worker, limits, delivery, and the account of it.

mod console;
mod deliver;
mod delivery;
mod diagnostics;
mod limit;
mod otlp;
mod processor;
mod transform;

pub(crate) use deliver::{Deliver, ExporterDelivery};
pub(crate) use delivery::Delivery;
pub use diagnostics::Diagnostic;
pub(crate) use diagnostics::{DiagnosticCallback, Diagnostics};
pub(crate) use processor::CountedProcessor;
pub(crate) use transform::Transform;

use crate::register::{OtlpSettings, RegisterError};

/// The console, as a destination.
pub(crate) fn console() -> Box<dyn Deliver> {
    Box::new(console::Console::default())
}

/// An OTLP backend, as a destination.
pub(crate) fn otlp(settings: &OtlpSettings) -> Result<Box<dyn Deliver>, RegisterError> {
    otlp::connect(settings)
}
