//! What the layer takes if nothing else is said.

use crate::openinference::keys::gen_ai::NAMESPACE;
use tracing_core::subscriber::Interest;
use tracing_core::{Metadata, Subscriber};
use tracing_subscriber::layer::{Context, Filter};

/// Spans and events that have a `gen_ai.*` field, or such a name, of any level and target.
///
/// That is what describes calls of models, tools and agents. Everything else that uses `tracing`,
/// such as an HTTP client and its connections, stays out of the trace; what it does still counts
/// for the span around it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GenAiSpans;

impl GenAiSpans {
    fn takes(metadata: &Metadata<'_>) -> bool {
        metadata.name().starts_with(NAMESPACE)
            || metadata.fields().iter().any(|field| field.name().starts_with(NAMESPACE))
    }
}

impl<S: Subscriber> Filter<S> for GenAiSpans {
    fn enabled(&self, metadata: &Metadata<'_>, _: &Context<'_, S>) -> bool {
        GenAiSpans::takes(metadata)
    }

    /// Decided once for each place in the code.
    fn callsite_enabled(&self, metadata: &'static Metadata<'static>) -> Interest {
        if GenAiSpans::takes(metadata) { Interest::always() } else { Interest::never() }
    }
}
