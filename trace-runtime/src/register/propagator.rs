//! The global propagator of OpenTelemetry.

use super::settings::Propagators;
use crate::propagation::TraceContext;
use opentelemetry::global;
use opentelemetry::propagation::{TextMapCompositePropagator, TextMapPropagator};
use opentelemetry_sdk::propagation::BaggagePropagator;

/// Sets the global propagator for these formats, and returns true. If the program has set one
/// before, it stays unless the settings replace it: it may use a format that other services need.
pub(super) fn set_global(formats: Propagators) -> bool {
    // The initial propagator has no fields.
    let is_initial = || global::get_text_map_propagator(|set| set.fields().next().is_none());
    if !formats.replace && !is_initial() {
        return false;
    }
    let mut propagators: Vec<Box<dyn TextMapPropagator + Send + Sync>> = Vec::new();
    if formats.trace_context {
        propagators.push(Box::new(TraceContext::default()));
    }
    if formats.baggage {
        propagators.push(Box::new(BaggagePropagator::new()));
    }
    global::set_text_map_propagator(TextMapCompositePropagator::new(propagators));
    true
}

/// Sets a global propagator that reads and writes nothing, which is the initial one.
pub(super) fn reset_global() {
    set_global(Propagators { replace: true, ..Propagators::default() });
}
