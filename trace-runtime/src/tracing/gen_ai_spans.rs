//! The default filter of the layer.

use super::described_spans::kind_of;
use crate::openinference::keys::gen_ai::NAMESPACE;
use tracing_core::subscriber::Interest;
use tracing_core::{Metadata, Subscriber};
use tracing_subscriber::layer::{Context, Filter};

/// A filter for spans and events with a `gen_ai.*` field or name, of any level and target, and for
/// the spans with which `langchain-rust` and `swiftide` describe models, chains, agents and tools.
///
/// These describe calls of models, tools and agents. Other spans, such as those of an HTTP client,
/// stay out of the trace; their duration is part of the span around them. To accept more spans,
/// combine the filter with others: see the [example](crate::tracing).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GenAiSpans;

impl GenAiSpans {
    /// Returns true if a span or event passes. Fields count if they are declared, even if they have
    /// no value yet, since clients fill in the response later.
    fn accepts(metadata: &Metadata<'_>) -> bool {
        metadata.name().starts_with(NAMESPACE)
            || metadata.is_span() && kind_of(metadata.target(), metadata.name()).is_some()
            || metadata.fields().iter().any(|field| field.name().starts_with(NAMESPACE))
    }
}

impl<S: Subscriber> Filter<S> for GenAiSpans {
    fn enabled(&self, metadata: &Metadata<'_>, _: &Context<'_, S>) -> bool {
        GenAiSpans::accepts(metadata)
    }

    /// The decision depends on the metadata only, so `tracing` caches it for each call site.
    fn callsite_enabled(&self, metadata: &'static Metadata<'static>) -> Interest {
        if GenAiSpans::accepts(metadata) { Interest::always() } else { Interest::never() }
    }
}
