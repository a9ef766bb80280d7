//! What spans and their resource say.

use super::Builder;
use crate::mask::Mask;

impl Builder {
    /// The project that the traces belong to, the resource attribute `openinference.project.name`.
    ///
    /// Default: `PHOENIX_PROJECT`, `PHOENIX_PROJECT_NAME`, `openinference.project.name` in
    /// `OTEL_RESOURCE_ATTRIBUTES`, then `default`.
    pub fn project_name(mut self, name: impl Into<String>) -> Self {
        self.project_name = Some(name.into());
        self
    }

    /// The resource attribute `service.name`.
    ///
    /// Default: `OTEL_SERVICE_NAME`, `service.name` in `OTEL_RESOURCE_ATTRIBUTES`, then the name
    /// of the executable.
    pub fn service_name(mut self, name: impl Into<String>) -> Self {
        self.service_name = Some(name.into());
        self
    }

    /// An attribute of the resource. Wins over the same key in `OTEL_RESOURCE_ATTRIBUTES`.
    pub fn resource_attribute(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.resource_attributes.push((key.into(), value.into()));
        self
    }

    /// The share of traces that are recorded, from 0 to 1. A span with a parent follows it.
    ///
    /// Default: `OTEL_TRACES_SAMPLER` with `OTEL_TRACES_SAMPLER_ARG`, then every trace.
    pub fn sample_ratio(mut self, ratio: f64) -> Self {
        self.sample_ratio = Some(ratio);
        self
    }

    /// Whether spans also say in the [GenAI conventions] of OpenTelemetry (`gen_ai.*`) what they say
    /// in OpenInference, for backends that read those. It makes them about twice as long.
    ///
    /// Default: `OPENINFERENCE_ENABLE_GENAI_SEMCONV`, then false.
    ///
    /// [GenAI conventions]: https://github.com/open-telemetry/semantic-conventions-genai
    pub fn gen_ai(mut self, gen_ai: bool) -> Self {
        self.gen_ai = Some(gen_ai);
        self
    }

    /// What must not leave the process. Secrets are taken out also without it; see [`Mask`].
    pub fn mask(mut self, mask: Mask) -> Self {
        self.mask = Some(mask);
        self
    }
}
