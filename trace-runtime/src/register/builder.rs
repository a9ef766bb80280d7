//! What can be said in code before `install`.

use super::error::{RegisterError, Setting};
use super::pipeline;
use super::registration::Registration;
use super::settings::{Environment, FileSettings, Protocol};
use crate::export::{
    Deliver, DeliveryProcessor, Diagnostic, DiagnosticCallback, ExporterDelivery, ReplayError,
    Replayed,
};
use crate::mask::Mask;
use opentelemetry_sdk::trace::{SdkTracerProvider, SpanExporter};
use std::fmt;
use std::path::{Path, PathBuf};
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
    pub(super) others: Vec<Builder>,
    pub(super) files: Vec<FileSettings>,
    pub(super) queue_bytes: Option<usize>,
    pub(super) spool: Option<PathBuf>,
    pub(super) spool_bytes: Option<usize>,
    pub(super) durable: bool,
    pub(super) provider: Option<SdkTracerProvider>,
    pub(super) mask: Option<Mask>,
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
            others: Vec::new(),
            files: Vec::new(),
            queue_bytes: None,
            spool: None,
            spool_bytes: None,
            durable: false,
            provider: None,
            mask: None,
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
    /// The exporter is driven by a thread of its own, without an async runtime, and does its own
    /// retries: a batch that it fails to export is lost.
    pub fn exporter(mut self, exporter: impl SpanExporter + 'static) -> Self {
        self.exporters.push(Box::new(ExporterDelivery::new(exporter)));
        self
    }

    /// Another OTLP backend, which receives every span too, from a queue of its own. Of `other` count
    /// [`endpoint`](Self::endpoint), [`protocol`](Self::protocol), [`header`](Self::header) and
    /// [`api_key`](Self::api_key); nothing of it comes from the environment, so that no key is sent
    /// to a backend that it is not for. May be called several times.
    ///
    /// ```no_run
    /// use trace_runtime::register;
    ///
    /// let archive = register().endpoint("https://collector.example.com").api_key("..");
    /// let _registration = register().also(archive).install()?;
    /// # Ok::<(), trace_runtime::RegisterError>(())
    /// ```
    pub fn also(mut self, other: Builder) -> Self {
        self.others.push(other);
        self
    }

    /// Writes spans to a file too, as OTLP JSON with a request on each line: the form that the file
    /// exporter of the OpenTelemetry Collector writes and its `otlpjsonfile` receiver reads, and
    /// [`replay`](Self::replay) sends. May be called several times.
    ///
    /// The file is appended to, readable by this user alone, and renamed to `<path>.1` when it would
    /// become longer than 100 MiB; 100 of those are kept, see [`file_rotation`](Self::file_rotation).
    /// Needs the feature `file`.
    pub fn file(mut self, path: impl Into<PathBuf>) -> Self {
        self.files.push(FileSettings::new(path.into()));
        self
    }

    /// The length in bytes beyond which the [`file`](Self::file) given last is renamed, and how many
    /// renamed ones are kept.
    pub fn file_rotation(mut self, bytes: u64, kept: u32) -> Self {
        if let Some(file) = self.files.last_mut() {
            (file.bytes, file.kept) = (bytes, kept);
        }
        self
    }

    /// How much memory the spans that wait may take, for each destination, in bytes as estimated;
    /// 65536 at the least. Beyond it a span that ends is lost, and said to be; nobody ever waits.
    ///
    /// Default: `TRACE_QUEUE_BYTES`, then 256 MiB.
    pub fn queue_bytes(mut self, bytes: usize) -> Self {
        self.queue_bytes = Some(bytes);
        self
    }

    /// A folder for spans that memory cannot hold while a backend is away, or that it has not taken
    /// when the program ends. They are sent when it is back, at the latest by the next run that
    /// names the same folder and endpoint. Several processes may share a folder.
    ///
    /// What is written is what would have been sent, without any header or key, readable by this
    /// user alone. A span that was just being sent when a program died may arrive twice; its id
    /// tells.
    ///
    /// Only for OTLP; other destinations deliver once. Default: `TRACE_SPOOL_DIR`, then none.
    pub fn spool(mut self, folder: impl Into<PathBuf>) -> Self {
        self.spool = Some(folder.into());
        self
    }

    /// How many bytes the [`spool`](Self::spool) of one process and backend may take; 65536 at the
    /// least. Beyond it the oldest spans are lost, and said to be.
    ///
    /// Default: `TRACE_SPOOL_BYTES`, then 1 GiB.
    pub fn spool_bytes(mut self, bytes: usize) -> Self {
        self.spool_bytes = Some(bytes);
        self
    }

    /// Whether every span is written to the [`spool`](Self::spool) within 100 ms of its end, before
    /// it is sent (default: false). Then also a program that is killed loses no more than that.
    pub fn durable(mut self, durable: bool) -> Self {
        self.durable = durable;
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

    /// What must not leave the process. Secrets are taken out also without it; see [`Mask`].
    pub fn mask(mut self, mask: Mask) -> Self {
        self.mask = Some(mask);
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

    /// Starts the export alone, as a span processor for a provider of your own. The macros are not
    /// switched on, and resource and sampler are that provider's.
    ///
    /// # Errors
    ///
    /// As [`install`](Self::install), but other registrations do not matter. With
    /// `OTEL_SDK_DISABLED=true`, or with no destination left, the processor does nothing.
    pub fn processor(self) -> Result<DeliveryProcessor, RegisterError> {
        pipeline::processor(self, &Environment::of_process())
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
        pipeline::replay(&self, path.as_ref(), &Environment::of_process())
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
            ("also", !self.others.is_empty()),
            ("file", !self.files.is_empty()),
            ("queue_bytes", self.queue_bytes.is_some()),
            ("spool", self.spool.is_some()),
            ("spool_bytes", self.spool_bytes.is_some()),
            ("durable", self.durable),
            ("console", self.console),
            ("mask", self.mask.is_some()),
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
