//! The global propagator of OpenTelemetry.

use super::settings::Propagators;
use crate::propagation::TraceContext;
use crate::scope::with_received_session;
use opentelemetry::propagation::text_map_propagator::FieldIter;
use opentelemetry::propagation::{
    Extractor, Injector, TextMapCompositePropagator, TextMapPropagator,
};
use opentelemetry::{Context, global};
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
    if formats.session {
        propagators.push(Box::new(SessionFromBaggage::default()));
    } else if formats.baggage {
        propagators.push(Box::new(BaggagePropagator::new()));
    }
    global::set_text_map_propagator(TextMapCompositePropagator::new(propagators));
    true
}

/// The propagator for baggage, which also makes its session and user those of the spans below.
///
/// As part of the global propagator it also runs for the layers of other crates, which do not handle
/// sessions.
#[derive(Debug, Default)]
struct SessionFromBaggage(BaggagePropagator);

impl TextMapPropagator for SessionFromBaggage {
    fn inject_context(&self, context: &Context, injector: &mut dyn Injector) {
        self.0.inject_context(context, injector);
    }

    fn extract_with_context(&self, context: &Context, extractor: &dyn Extractor) -> Context {
        with_received_session(&self.0.extract_with_context(context, extractor))
    }

    fn fields(&self) -> FieldIter<'_> {
        self.0.fields()
    }
}

/// Sets a global propagator that reads and writes nothing, which is the initial one.
pub(super) fn reset_global() {
    set_global(Propagators { replace: true, ..Propagators::default() });
}
