//! From settings to a tracer provider: one processor, queue and worker for each destination.

use super::error::RegisterError;
use super::settings::{ResourceSettings, Sampling, Settings};
use crate::export::{self, CountedProcessor, Deliver, Delivery, Diagnostics, Transform};
use crate::semconv;
use opentelemetry::KeyValue;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::resource::TelemetryResourceDetector;
use opentelemetry_sdk::trace::{IdGenerator, RandomIdGenerator, Sampler, SdkTracerProvider};
use std::sync::Arc;

/// A provider and the ledgers of its destinations.
pub(super) struct Pipeline {
    pub(super) provider: SdkTracerProvider,
    pub(super) deliveries: Vec<Arc<Delivery>>,
}

impl Pipeline {
    pub(super) fn build(
        settings: &Settings,
        exporters: Vec<Box<dyn Deliver>>,
        diagnostics: &Arc<Diagnostics>,
    ) -> Result<Self, RegisterError> {
        let mut destinations = exporters;
        if let Some(otlp) = &settings.otlp {
            destinations.push(export::otlp(otlp)?);
        }
        if settings.console {
            destinations.push(export::console());
        }
        let mut provider = SdkTracerProvider::builder()
            .with_sampler(sampler(settings.sampling))
            .with_resource(resource(&settings.resource))
            // Spans cut themselves, keeping what matters; the SDK would drop what comes last.
            .with_max_attributes_per_span(u32::MAX);
        let transform = Transform { limits: settings.limits, gen_ai: settings.gen_ai };
        let mut deliveries = Vec::new();
        for destination in destinations {
            let delivery = Arc::new(Delivery::new(destination.address(), Arc::clone(diagnostics)));
            let batch = settings.batch;
            let processor = CountedProcessor::new(destination, &delivery, transform, batch);
            provider = provider.with_span_processor(processor);
            deliveries.push(delivery);
        }
        Ok(Pipeline { provider: provider.build(), deliveries })
    }
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
        .with_attribute(KeyValue::new(semconv::SERVICE_INSTANCE_ID, instance_id()))
        .with_attributes(others)
        .with_attribute(KeyValue::new(semconv::PROJECT_NAME, settings.project.clone()))
        .with_attribute(KeyValue::new(semconv::SERVICE_NAME, settings.service_name.clone()))
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
