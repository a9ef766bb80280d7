//! What can be said in code before `install`.

use super::error::{RegisterError, Setting};
use super::registration::Registration;
use super::settings::{Environment, Protocol};
use crate::export::{Deliver, Diagnostic, DiagnosticCallback, ExporterDelivery};
use opentelemetry_sdk::trace::{SdkTracerProvider, SpanExporter};
use std::fmt;
use std::time::Duration;

/// Begins a registration; [`Builder::install`] ends it.
///
/// Everything has a default and can come from the environment; see the [table of environment
/// variables](crate#environment).
///
/// ```no_run
/// # fn main() -> Result<(), trace_runtime::RegisterError> {
/// let _registration = trace_runtime::register().project_name("hinbox").install()?;
/// # Ok(())
/// # }
/// ```
pub fn register() -> Builder {
    Builder::default()
}

/// The settings of a registration, made by [`register`].
///
/// Code wins over the environment. Nothing is checked before [`install`](Builder::install), which
/// reports the first setting that cannot be read.
#[must_use = "nothing is registered before `install()`"]
#[expect(clippy::struct_excessive_bools, reason = "each is a setting of its own")]
pub struct Builder {
    pub(super) project_name: Option<String>,
    pub(super) service_name: Option<String>,
    pub(super) endpoint: Option<String>,
    pub(super) protocol: Option<Protocol>,
    pub(super) headers: Vec<(String, String)>,
    pub(super) api_key: Option<String>,
    pub(super) batch: bool,
    pub(super) set_global_tracer_provider: bool,
    pub(super) verbose: bool,
    pub(super) console: bool,
    pub(super) resource_attributes: Vec<(String, String)>,
    pub(super) sample_ratio: Option<f64>,
    pub(super) gen_ai: Option<bool>,
    pub(super) exporters: Vec<Box<dyn Deliver>>,
    pub(super) provider: Option<SdkTracerProvider>,
    pub(super) on_diagnostic: Option<DiagnosticCallback>,
    pub(super) shutdown_timeout: Duration,
}

impl Default for Builder {
    fn default() -> Self {
        Builder {
            project_name: None,
            service_name: None,
            endpoint: None,
            protocol: None,
            headers: Vec::new(),
            api_key: None,
            batch: true,
            set_global_tracer_provider: true,
            verbose: true,
            console: false,
            resource_attributes: Vec::new(),
            sample_ratio: None,
            gen_ai: None,
            exporters: Vec::new(),
            provider: None,
            on_diagnostic: None,
            shutdown_timeout: Duration::from_secs(5),
        }
    }
}

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

    /// The collector's address: an `http://` or `https://` URL. For HTTP it may be the base, then
    /// `/v1/traces` is appended. Ports are never changed.
    ///
    /// Default: `PHOENIX_COLLECTOR_ENDPOINT`, `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT` (taken
    /// verbatim), `OTEL_EXPORTER_OTLP_ENDPOINT`, then `http://localhost:6006`, for gRPC
    /// `http://localhost:4317`.
    pub fn endpoint(mut self, url: impl Into<String>) -> Self {
        self.endpoint = Some(url.into());
        self
    }

    /// The transport.
    ///
    /// Default: `OTEL_EXPORTER_OTLP_TRACES_PROTOCOL`, `OTEL_EXPORTER_OTLP_PROTOCOL`, then gRPC if
    /// the endpoint's port is 4317, else HTTP.
    pub fn protocol(mut self, protocol: Protocol) -> Self {
        self.protocol = Some(protocol);
        self
    }

    /// A header sent with every export, in gRPC as metadata. May be called several times; its
    /// value is never printed. Wins over the same header from the environment.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// The API key, sent as `authorization: Bearer <key>` and never printed.
    ///
    /// Default: an `authorization` [`header`](Self::header), `PHOENIX_API_KEY`, then
    /// `authorization` in `PHOENIX_CLIENT_HEADERS`, `OTEL_EXPORTER_OTLP_TRACES_HEADERS` and
    /// `OTEL_EXPORTER_OTLP_HEADERS`.
    pub fn api_key(mut self, key: impl Into<String>) -> Self {
        self.api_key = Some(key.into());
        self
    }

    /// Whether spans are sent in batches (the default), or each as soon as it has ended. Either
    /// way they are sent by a thread of their own and the traced function never waits.
    pub fn batch(mut self, batch: bool) -> Self {
        self.batch = batch;
        self
    }

    /// Whether `opentelemetry::global` gets this registration's provider (default: true), so that
    /// other instrumentation joins the same traces.
    pub fn set_global_tracer_provider(mut self, set: bool) -> Self {
        self.set_global_tracer_provider = set;
        self
    }

    /// Whether `install` says on stderr, in four lines, where the traces go (default: true).
    pub fn verbose(mut self, verbose: bool) -> Self {
        self.verbose = verbose;
        self
    }

    /// Whether each finished trace is printed on stderr as a tree (default: false).
    pub fn console(mut self, console: bool) -> Self {
        self.console = console;
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

    /// Another destination. It stands in for OTLP, unless [`endpoint`](Self::endpoint) is called
    /// too: then both receive every span. May be called several times.
    ///
    /// The exporter is driven by a thread of its own, without an async runtime.
    pub fn exporter(mut self, exporter: impl SpanExporter + 'static) -> Self {
        self.exporters.push(Box::new(ExporterDelivery::new(exporter)));
        self
    }

    /// Attaches to a provider that the application already has: spans go through it, and nothing
    /// of it, nor the global provider, is replaced. Dropping the [`Registration`] flushes the
    /// provider and leaves it running.
    ///
    /// Its exporters get the spans as they ended. To have messages and token counts read from
    /// input and output, wrap them in an [`EnrichExporter`](crate::EnrichExporter).
    pub fn provider(mut self, provider: SdkTracerProvider) -> Self {
        self.provider = Some(provider);
        self
    }

    /// Receives what would be said on stderr: spans that were lost, and why.
    pub fn on_diagnostic(mut self, callback: impl Fn(&Diagnostic) + Send + Sync + 'static) -> Self {
        self.on_diagnostic = Some(Box::new(callback));
        self
    }

    /// How long [`flush`](Registration::flush), [`shutdown`](Registration::shutdown) and dropping
    /// the [`Registration`] may take (default: 5 s).
    pub fn shutdown_timeout(mut self, timeout: Duration) -> Self {
        self.shutdown_timeout = timeout;
        self
    }

    /// Reads the environment, starts the export and switches the macros on.
    ///
    /// Keep the [`Registration`]: dropping it flushes and switches off again. With
    /// `OTEL_SDK_DISABLED=true`, or with no destination left, it does nothing at all.
    ///
    /// # Errors
    ///
    /// A setting that cannot be read or contradicts another, a feature that this build lacks, or
    /// another registration that is still active.
    pub fn install(self) -> Result<Registration, RegisterError> {
        Registration::install(self, &Environment::of_process())
    }
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Header values and keys are secrets.
        f.debug_struct("Builder")
            .field("project_name", &self.project_name)
            .field("service_name", &self.service_name)
            .field("protocol", &self.protocol)
            .field("batch", &self.batch)
            .field("sample_ratio", &self.sample_ratio)
            .field("shutdown_timeout", &self.shutdown_timeout)
            .finish_non_exhaustive()
    }
}

impl Builder {
    /// An attached provider brings its own resource, sampler and exporters.
    pub(super) fn require_no_conflict(&self) -> Result<(), RegisterError> {
        let given = [
            ("endpoint", self.endpoint.is_some()),
            ("protocol", self.protocol.is_some()),
            ("header", !self.headers.is_empty()),
            ("api_key", self.api_key.is_some()),
            ("exporter", !self.exporters.is_empty()),
            ("console", self.console),
            ("project_name", self.project_name.is_some()),
            ("service_name", self.service_name.is_some()),
            ("resource_attribute", !self.resource_attributes.is_empty()),
            ("sample_ratio", self.sample_ratio.is_some()),
            ("gen_ai", self.gen_ai.is_some()),
        ];
        match given.iter().find(|(_, given)| *given) {
            Some((method, _)) if self.provider.is_some() => Err(RegisterError::Conflict {
                first: Setting::Method("provider"),
                second: Setting::Method(method),
                advice: "an attached provider keeps its own resource, sampler and exporters, \
                         set them there",
            }),
            _ => Ok(()),
        }
    }
}
