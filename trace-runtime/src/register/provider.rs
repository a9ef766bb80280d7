//! From settings to a tracer provider: one processor, with a queue for each destination.

use super::builder::Builder;
use super::settings::{ResourceSettings, Sampling, Settings, otlp};
use crate::config::{Environment, RegisterError};
use crate::delivery::{self, DeliveryProcessor, Destination, Diagnostics, ReplayError, Replayed};
use crate::openinference::keys;
use crate::scope::ContextAttributesProcessor;
use opentelemetry::KeyValue;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::resource::TelemetryResourceDetector;
use opentelemetry_sdk::trace::{IdGenerator, RandomIdGenerator, Sampler, SdkTracerProvider};
use std::path::Path;
use std::sync::Arc;

/// A provider and what delivers its spans.
pub(super) struct Pipeline {
    pub(super) provider: SdkTracerProvider,
    pub(super) processor: DeliveryProcessor,
}

impl Pipeline {
    pub(super) fn build(
        settings: &Settings,
        builder: &mut Builder,
        diagnostics: &Arc<Diagnostics>,
    ) -> Result<Self, RegisterError> {
        let processor = start(settings, builder, diagnostics)?;
        let provider = SdkTracerProvider::builder()
            .with_sampler(sampler(settings.sampling))
            .with_resource(resource(&settings.resource))
            // Spans cut themselves, keeping what matters; the SDK would drop what comes last.
            .with_max_attributes_per_span(u32::MAX)
            .with_span_processor(ContextAttributesProcessor)
            .with_span_processor(processor.clone());
        Ok(Pipeline { provider: provider.build(), processor })
    }
}

impl Builder {
    /// Starts the export alone, as a span processor for a provider of your own. The macros are not
    /// switched on, and resource and sampler are that provider's.
    ///
    /// # Errors
    ///
    /// As [`install`](Self::install), but other registrations do not matter. With
    /// `OTEL_SDK_DISABLED=true`, or with no destination left, the processor does nothing.
    pub fn processor(self) -> Result<DeliveryProcessor, RegisterError> {
        processor(self, &Environment::of_process())
    }

    /// Sends what is in a [`file`](Self::file) or a [`spool`](Self::spool) to the endpoint of this
    /// builder, and returns when that is done. Nothing is registered, and no file is changed.
    ///
    /// `path` is a file, or a folder with everything below it. Do not name the spool of a program
    /// that runs: its spans would arrive twice.
    ///
    /// ```no_run
    /// let replayed = trace_runtime::register().endpoint("http://localhost:6006").replay("spool")?;
    /// println!("{} spans delivered", replayed.delivered);
    /// # Ok::<(), trace_runtime::ReplayError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// A setting or a file that cannot be read, or a backend that does not take a batch.
    pub fn replay(self, path: impl AsRef<Path>) -> Result<Replayed, ReplayError> {
        replay(&self, path.as_ref(), &Environment::of_process())
    }
}

/// The delivery alone.
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

/// Sends what is at `path` to the backend of the settings.
fn replay(
    builder: &Builder,
    path: &Path,
    environment: &Environment,
) -> Result<Replayed, ReplayError> {
    let otlp = otlp(builder, environment)?;
    delivery::replay(path, delivery::transport(&otlp)?)
}

fn start(
    settings: &Settings,
    builder: &mut Builder,
    diagnostics: &Arc<Diagnostics>,
) -> Result<DeliveryProcessor, RegisterError> {
    let exporters = std::mem::take(&mut builder.exporters);
    let mut destinations: Vec<_> = exporters.into_iter().map(Destination::Exporter).collect();
    if let Some(otlp) = &settings.otlp {
        destinations.push(delivery::otlp(otlp)?);
    }
    for otlp in &settings.others {
        destinations.push(delivery::otlp(otlp)?);
    }
    for file in &settings.files {
        destinations.push(delivery::file(file)?);
    }
    if settings.console {
        destinations.push(delivery::console());
    }
    let diagnostics = Arc::clone(diagnostics);
    DeliveryProcessor::start(destinations, diagnostics, &settings.delivery)
}

fn sampler(sampling: Sampling) -> Sampler {
    let own = match sampling.ratio {
        ratio if ratio >= 1.0 => Sampler::AlwaysOn,
        ratio if ratio <= 0.0 => Sampler::AlwaysOff,
        ratio => Sampler::TraceIdRatioBased(ratio),
    };
    if sampling.parent_based { Sampler::ParentBased(Box::new(own)) } else { own }
}

fn resource(settings: &ResourceSettings) -> Resource {
    let others =
        settings.others.iter().map(|(key, value)| KeyValue::new(key.clone(), value.clone()));
    Resource::builder_empty()
        .with_detector(Box::new(TelemetryResourceDetector))
        .with_attribute(KeyValue::new(keys::SERVICE_INSTANCE_ID, instance_id()))
        .with_attributes(others)
        .with_attribute(KeyValue::new(keys::PROJECT_NAME, settings.project.clone()))
        .with_attribute(KeyValue::new(keys::SERVICE_NAME, settings.service_name.clone()))
        .build()
}

/// A random UUID, version 4.
fn instance_id() -> String {
    let mut bytes = RandomIdGenerator::default().new_trace_id().to_bytes();
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
    fn grpc_without_its_feature_names_the_feature() {
        let by_method = register().protocol(Protocol::Grpc).install().unwrap_err();
        assert_eq!(
            by_method.to_string(),
            "`protocol(..)` asks for gRPC: enable the feature `grpc` of trace-runtime"
        );
        let by_port = register().endpoint("http://h:4317").install().unwrap_err();
        assert!(by_port.to_string().starts_with("`endpoint(..)` asks for gRPC"), "{by_port}");
    }
}
