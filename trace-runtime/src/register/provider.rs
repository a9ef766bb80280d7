//! Builds a tracer provider from the settings: one processor, with a queue for each destination.

use super::builder::Builder;
#[cfg(feature = "testing")]
use super::recording_processor::RecordingProcessor;
use super::settings::{ResourceSettings, Sampling, Settings, backend, otlp};
use crate::config::{Environment, RegisterError};
use crate::delivery::{self, DeliveryProcessor, Diagnostics, OtlpSettings, ReplayError, Replayed};
use crate::openinference::keys;
use crate::scope::ContextAttributesProcessor;
use opentelemetry::KeyValue;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::resource::TelemetryResourceDetector;
use opentelemetry_sdk::trace::{IdGenerator, RandomIdGenerator, Sampler, SdkTracerProvider};
use std::path::Path;
use std::sync::Arc;

/// A provider and the processor that delivers its spans.
pub(super) struct Pipeline {
    pub(super) provider: SdkTracerProvider,
    pub(super) processor: DeliveryProcessor,
}

impl Pipeline {
    /// Starts the threads of all destinations. Moves the exporters out of the builder, because they
    /// cannot be cloned.
    pub(super) fn build(
        settings: &Settings,
        builder: &mut Builder,
        diagnostics: &Arc<Diagnostics>,
    ) -> Result<Self, RegisterError> {
        let processor = start(settings, builder, diagnostics)?;
        Ok(Pipeline { provider: provider(settings, processor.clone()), processor })
    }
}

/// Creates a provider for the spans of other instrumentation, with the given processor.
pub(super) fn provider(settings: &Settings, processor: DeliveryProcessor) -> SdkTracerProvider {
    let provider = SdkTracerProvider::builder()
        .with_sampler(sampler(settings.sampling))
        .with_resource(resource(&settings.resource))
        // Our own limit keeps the important attributes. The SDK would drop the last ones,
        // among them the output.
        .with_max_attributes_per_span(u32::MAX)
        .with_span_processor(ContextAttributesProcessor);
    #[cfg(feature = "testing")]
    let provider =
        provider.with_span_processor(RecordingProcessor::new(settings.delivery.stages.clone()));
    provider.with_span_processor(processor).build()
}

impl Builder {
    /// Starts only the delivery of spans, as a span processor for a provider that the application
    /// builds. The macros stay switched off, and the provider's resource and sampler apply.
    ///
    /// With `OTEL_SDK_DISABLED=true`, or without any destination, the processor does nothing.
    ///
    /// ```no_run
    /// use trace_runtime::opentelemetry_sdk::trace::SdkTracerProvider;
    ///
    /// let processor = trace_runtime::register().endpoint("http://localhost:6006").processor()?;
    /// let provider = SdkTracerProvider::builder().with_span_processor(processor).build();
    /// # Ok::<(), trace_runtime::RegisterError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns the errors of [`install`](Self::install), except
    /// [`AlreadyInstalled`](RegisterError::AlreadyInstalled).
    pub fn processor(self) -> Result<DeliveryProcessor, RegisterError> {
        processor(self, &Environment::from_process())
    }

    /// Sends the spans of a [`file`](Self::file) or a [`spool`](Self::spool) to the endpoint of
    /// this builder, or to its first [`backend`](Self::backend), and blocks until that is done.
    /// Spans are sent as they were written: without the attributes that only this backend needs.
    /// Registers nothing, and changes no file.
    ///
    /// `path` is a file, or a folder that is searched with all folders in it. Do not name the spool
    /// of a running program: its spans would arrive twice. JSON lines need the feature `file`.
    ///
    /// ```no_run
    /// let replayed = trace_runtime::register().endpoint("http://localhost:6006").replay("spool")?;
    /// println!("{} spans delivered", replayed.delivered);
    /// # Ok::<(), trace_runtime::delivery::ReplayError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns an error for an invalid setting, for a file that cannot be read, and for a batch
    /// that the backend does not accept. Batches before it were delivered.
    pub fn replay(self, path: impl AsRef<Path>) -> Result<Replayed, ReplayError> {
        replay(&self, path.as_ref(), &Environment::from_process())
    }
}

/// Starts the delivery, or returns a processor that does nothing if tracing is switched off.
fn processor(
    mut builder: Builder,
    environment: &Environment,
) -> Result<DeliveryProcessor, RegisterError> {
    builder.require_no_conflict()?;
    let diagnostics = Arc::new(Diagnostics::new(builder.on_diagnostic.take()));
    match Settings::resolve(&builder, environment)? {
        Some(settings) => start(&settings, &mut builder, &diagnostics),
        None => Ok(DeliveryProcessor::idle(diagnostics)),
    }
}

/// Sends the spans at `path` to the backend of the settings.
fn replay(
    builder: &Builder,
    path: &Path,
    environment: &Environment,
) -> Result<Replayed, ReplayError> {
    let otlp = replay_target(builder, environment)?;
    delivery::replay(path, delivery::transport(&otlp)?)
}

/// Returns the backend to replay to: the first one of `backend(..)`, unless an endpoint is given.
fn replay_target(
    builder: &Builder,
    environment: &Environment,
) -> Result<OtlpSettings, RegisterError> {
    builder.require_no_conflict()?;
    let first = builder.backends.first().filter(|_| builder.endpoint.is_none());
    let Some(first) = first else { return otlp(builder, environment) };
    let project = ResourceSettings::resolve(builder, environment)?.project;
    backend(first, builder, environment, &project)
}

/// Starts a queue and its threads for every destination. Their order is that of
/// [`Registration::stats`](crate::Registration::stats).
fn start(
    settings: &Settings,
    builder: &mut Builder,
    diagnostics: &Arc<Diagnostics>,
) -> Result<DeliveryProcessor, RegisterError> {
    let exporters = std::mem::take(&mut builder.exporters);
    let built = exporters.into_iter().map(|build| build());
    let mut destinations = built.collect::<Result<Vec<_>, _>>()?;
    if let Some(otlp) = &settings.otlp {
        destinations.push(delivery::otlp(otlp)?);
    }
    for otlp in &settings.backends {
        destinations.push(delivery::otlp(otlp)?);
    }
    for file in &settings.files {
        destinations.push(delivery::file(file)?);
    }
    if settings.console {
        destinations.push(delivery::console(settings.page()));
    }
    let diagnostics = Arc::clone(diagnostics);
    DeliveryProcessor::start(destinations, diagnostics, &settings.delivery)
}

/// Returns the sampler of the SDK. It samples the spans of other instrumentation. The spans of
/// annotated functions are sampled in the same way without the SDK.
fn sampler(sampling: Sampling) -> Sampler {
    let own = match sampling.ratio {
        ratio if ratio >= 1.0 => Sampler::AlwaysOn,
        ratio if ratio <= 0.0 => Sampler::AlwaysOff,
        ratio => Sampler::TraceIdRatioBased(ratio),
    };
    if sampling.parent_based { Sampler::ParentBased(Box::new(own)) } else { own }
}

/// Returns the resource. Project and service name are added last, because they win over the same
/// keys in `attributes`.
fn resource(settings: &ResourceSettings) -> Resource {
    let attributes = settings.attributes.iter().map(|(key, value)| match value.parse::<i64>() {
        Ok(number) if key == keys::PROCESS_PID => KeyValue::new(key.clone(), number),
        _ => KeyValue::new(key.clone(), value.clone()),
    });
    Resource::builder_empty()
        .with_detector(Box::new(TelemetryResourceDetector))
        .with_attribute(KeyValue::new(keys::SERVICE_INSTANCE_ID, instance_id()))
        .with_attributes(attributes)
        .with_attribute(KeyValue::new(keys::PROJECT_NAME, settings.project.clone()))
        .with_attribute(KeyValue::new(keys::SERVICE_NAME, settings.service_name.clone()))
        .build()
}

/// Returns a random UUID (version 4) for `service.instance.id`. It is formatted from a random trace
/// id: this is the only UUID, and the crate `uuid` is not a dependency otherwise.
fn instance_id() -> String {
    let mut bytes = RandomIdGenerator::default().new_trace_id().to_bytes();
    // The version in the high bits of byte 6, and the variant in those of byte 8.
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex = format!("{:032x}", u128::from_be_bytes(bytes));
    [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
}

#[cfg(all(test, not(feature = "grpc")))]
mod tests {
    use crate::delivery::Protocol;
    use crate::register::register;

    #[test]
    fn grpc_without_the_feature_is_an_error_that_names_it() {
        let by_method = register().protocol(Protocol::Grpc).install().unwrap_err();
        assert_eq!(
            by_method.to_string(),
            "`protocol(..)` requires gRPC: enable the feature `grpc` of trace-runtime"
        );
        let by_port = register().endpoint("http://h:4317").install().unwrap_err();
        assert!(by_port.to_string().starts_with("`endpoint(..)` requires gRPC"), "{by_port}");
    }
}
