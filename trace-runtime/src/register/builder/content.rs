//! Builder methods for the data of spans and their resource.

use super::Builder;
use crate::mask::Mask;
use crate::openinference::keys;
use std::path::PathBuf;

impl Builder {
    /// Sets the project that the traces belong to: the resource attribute
    /// `openinference.project.name`, by which Phoenix groups traces.
    ///
    /// Default: `PHOENIX_PROJECT`, then `PHOENIX_PROJECT_NAME`, then `openinference.project.name`
    /// in `OTEL_RESOURCE_ATTRIBUTES`, then `default`.
    ///
    /// ```no_run
    /// let _registration = trace_runtime::register().project_name("travel").install()?;
    /// # Ok::<(), trace_runtime::RegisterError>(())
    /// ```
    pub fn project_name(mut self, name: impl Into<String>) -> Self {
        self.project_name = Some(name.into());
        self
    }

    /// Sets the name of the service: the resource attribute `service.name`.
    ///
    /// Default: `OTEL_SERVICE_NAME`, then `service.name` in `OTEL_RESOURCE_ATTRIBUTES`, then the
    /// name of the executable.
    ///
    /// ```no_run
    /// let _registration = trace_runtime::register().service_name("travel-api").install()?;
    /// # Ok::<(), trace_runtime::RegisterError>(())
    /// ```
    pub fn service_name(mut self, name: impl Into<String>) -> Self {
        self.service_name = Some(name.into());
        self
    }

    /// Adds an attribute to the resource, which every exported batch carries. Can be called several
    /// times. Takes precedence over the same key in `OTEL_RESOURCE_ATTRIBUTES`.
    ///
    /// ```
    /// let builder = trace_runtime::register().resource_attribute("host.name", "worker-1");
    /// ```
    pub fn resource_attribute(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.resource_attributes.push((key.into(), value.into()));
        self
    }

    /// Describes this process among many: the version of the service and the environment that it is
    /// deployed to, and the host and the number of the process. These are `service.version`,
    /// `deployment.environment.name`, `host.name` and `process.pid` of the resource.
    ///
    /// Without this method, `OTEL_RESOURCE_ATTRIBUTES` sets the first two, and
    /// `OTEL_EXPERIMENTAL_RESOURCE_DETECTORS=host,process` adds the others.
    ///
    /// ```
    /// let builder = trace_runtime::register().deployment(env!("CARGO_PKG_VERSION"), "production");
    /// ```
    pub fn deployment(
        mut self,
        version: impl Into<String>,
        environment: impl Into<String>,
    ) -> Self {
        self.describes_process = true;
        self.resource_attribute(keys::SERVICE_VERSION, version)
            .resource_attribute(keys::DEPLOYMENT_ENVIRONMENT_NAME, environment)
    }

    /// Sets the share of traces that are recorded, from 0.0 (none) to 1.0 (all). The decision is
    /// made for a whole trace: a span with a parent follows its parent.
    ///
    /// Default: the sampler of `OTEL_TRACES_SAMPLER` with `OTEL_TRACES_SAMPLER_ARG`, then 1.0.
    /// [`install`](Self::install) returns an error for any other number.
    ///
    /// ```no_run
    /// let _registration = trace_runtime::register().sample_ratio(0.1).install()?;
    /// # Ok::<(), trace_runtime::RegisterError>(())
    /// ```
    pub fn sample_ratio(mut self, ratio: f64) -> Self {
        self.sample_ratio = Some(ratio);
        self
    }

    /// Adds the attributes of OpenTelemetry's [GenAI conventions] (`gen_ai.*`) to every span, for
    /// backends that read those. They repeat the OpenInference attributes, so spans become about
    /// twice as large.
    ///
    /// Default: `OPENINFERENCE_ENABLE_GENAI_SEMCONV`, then false.
    ///
    /// [GenAI conventions]: https://github.com/open-telemetry/semantic-conventions-genai
    ///
    /// ```no_run
    /// let _registration = trace_runtime::register().gen_ai(true).install()?;
    /// # Ok::<(), trace_runtime::RegisterError>(())
    /// ```
    pub fn gen_ai(mut self, gen_ai: bool) -> Self {
        self.gen_ai = Some(gen_ai);
        self
    }

    /// Sets the file with the prices from which the cost of a call is estimated, with the feature
    /// `cost`: a newer `data.json` of [genai-prices], version 2.
    ///
    /// Default: `TRACE_PRICES`, then the prices at the time of the release of that crate.
    /// [`install`](Self::install) returns an error for a file that is not a table of prices.
    ///
    /// ```no_run
    /// let _registration = trace_runtime::register().prices("prices.json").install()?;
    /// # Ok::<(), trace_runtime::RegisterError>(())
    /// ```
    ///
    /// [genai-prices]: https://github.com/pydantic/genai-prices/blob/main/prices/new_data/v2/data.json
    pub fn prices(mut self, path: impl Into<PathBuf>) -> Self {
        self.prices = Some(path.into());
        self
    }

    /// Sets the rules for data that must not leave the process. Secrets are removed even without a
    /// mask; see [`Mask`] for everything else, and for the environment variables.
    ///
    /// ```no_run
    /// use trace_runtime::mask::Mask;
    ///
    /// let _registration = trace_runtime::register().mask(Mask::new().hide_inputs(true)).install()?;
    /// # Ok::<(), trace_runtime::RegisterError>(())
    /// ```
    pub fn mask(mut self, mask: Mask) -> Self {
        self.mask = Some(mask);
        self
    }
}
