//! The layer, as `tracing-opentelemetry` makes it.

use super::GenAiSpans;
use super::tracer::NestingTracer;
use crate::Registration;
use opentelemetry::trace::TracerProvider as _;
use tracing_core::Subscriber;
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Filter;
use tracing_subscriber::registry::LookupSpan;

/// The scope of the spans: which crate began one, `tracing` does not tell OpenTelemetry.
const SCOPE: &str = "tracing";

/// With the feature `tracing`.
impl Registration {
    /// A layer for `tracing_subscriber::registry()`, through which the spans of the crate `tracing`
    /// that describe calls of models, tools and agents ([`GenAiSpans`]) join the traces.
    ///
    /// They nest below and above the spans of annotated functions, also where their crate asks for
    /// a root (`parent: None`). They follow this registration's
    /// sampler, limits and destinations, and are recorded for as long as it is active. If tracing
    /// is switched off, the layer takes nothing.
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
    pub fn tracing_layer<S>(&self) -> impl Layer<S> + use<S>
    where
        S: Subscriber + for<'span> LookupSpan<'span>,
    {
        self.tracing_layer_with(GenAiSpans)
    }

    /// The same with another filter: any of `tracing_subscriber`, such as
    /// [`Targets`](tracing_subscriber::filter::Targets), alone or
    /// [combined](tracing_subscriber::filter::FilterExt) with [`GenAiSpans`]; see the [example](crate::tracing).
    ///
    /// A span without `gen_ai.*` fields gets no span kind. Events become events of their span, and
    /// one of the level ERROR sets its status.
    pub fn tracing_layer_with<S, F>(&self, filter: F) -> impl Layer<S> + use<S, F>
    where
        S: Subscriber + for<'span> LookupSpan<'span>,
        F: Filter<S> + Send + Sync + 'static,
    {
        self.provider().map(|provider| {
            tracing_opentelemetry::layer()
                .with_tracer(NestingTracer(provider.tracer(SCOPE)))
                // What backends show for every span should be worth it: no paths of other people's
                // machines, no thread ids, no busy and idle times.
                .with_location(false)
                .with_threads(false)
                .with_target(false)
                .with_tracked_inactivity(false)
                .with_filter(filter)
        })
    }
}
