//! The layer for `tracing_subscriber`, built on `tracing-opentelemetry`.

use super::GenAiSpans;
use super::tracer::NestingTracer;
use crate::openinference::keys;
use crate::register::Registration;
use opentelemetry::trace::TracerProvider as _;
use tracing_core::Subscriber;
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Filter;
use tracing_subscriber::registry::LookupSpan;

/// Requires the feature `tracing`.
impl Registration {
    /// Returns a layer for `tracing_subscriber::registry()`, which adds spans of the crate
    /// `tracing` to the traces if they describe calls of models, tools and agents ([`GenAiSpans`]):
    /// with `gen_ai.*` fields, or as `langchain-rust` and `swiftide` do.
    ///
    /// These spans nest with the spans of annotated functions in both directions, even if their
    /// crate requests a root (`parent: None`). They follow the sampler, limits and destinations of
    /// this registration, and are recorded as long as it is active. If tracing is disabled, the
    /// layer records nothing.
    ///
    /// ```
    /// use tracing_subscriber::layer::SubscriberExt;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let registration = trace_runtime::register().verbose(false).install()?;
    /// let subscriber = tracing_subscriber::registry().with(registration.tracing_layer());
    /// tracing::subscriber::set_global_default(subscriber)?;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn tracing_layer<S>(&self) -> impl Layer<S> + use<S>
    where
        S: Subscriber + for<'span> LookupSpan<'span>,
    {
        self.tracing_layer_with(GenAiSpans)
    }

    /// Returns the layer of [`tracing_layer`](Self::tracing_layer) with another filter: any filter
    /// of `tracing_subscriber`, such as [`Targets`](tracing_subscriber::filter::Targets), alone or
    /// [combined](tracing_subscriber::filter::FilterExt) with [`GenAiSpans`]. See the
    /// [example](crate::tracing).
    ///
    /// A span without `gen_ai.*` fields has no `openinference.span.kind`. Events of `tracing`
    /// become events of their span; an event of the level ERROR sets the status of the span.
    ///
    /// ```
    /// use tracing_subscriber::filter::LevelFilter;
    /// use tracing_subscriber::layer::SubscriberExt;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let registration = trace_runtime::register().verbose(false).install()?;
    /// let layer = registration.tracing_layer_with(LevelFilter::INFO);
    /// tracing::subscriber::set_global_default(tracing_subscriber::registry().with(layer))?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn tracing_layer_with<S, F>(&self, filter: F) -> impl Layer<S> + use<S, F>
    where
        S: Subscriber + for<'span> LookupSpan<'span>,
        F: Filter<S> + Send + Sync + 'static,
    {
        self.provider().map(|provider| {
            tracing_opentelemetry::layer()
                .with_tracer(NestingTracer(provider.tracer(keys::TRACING_SCOPE)))
                // Backends show all attributes of a span. The following would only be noise there:
                // source paths on the build machine, thread ids, busy and idle times.
                .with_location(false)
                .with_threads(false)
                // The tracer reads the target, and removes it.
                .with_target(true)
                .with_tracked_inactivity(false)
                .with_filter(filter)
        })
    }
}
