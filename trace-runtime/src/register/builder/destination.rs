//! Builder methods for the destinations of spans.

use super::{Backend, Builder};
use crate::config::Setting;
#[cfg(feature = "opentelemetry-otlp")]
use crate::delivery::given_otlp_exporter;
use crate::delivery::{FileFormat, FileSettings, Protocol, given_exporter};
use opentelemetry_sdk::trace::{SdkTracerProvider, SpanExporter};
use std::path::PathBuf;

impl Builder {
    /// Sets the address of the OTLP backend, an `http://` or `https://` URL without a user name and
    /// password. Over HTTP, `/v1/traces` is appended unless the path ends with it. The port is
    /// never changed; 4317 selects gRPC unless [`protocol`](Self::protocol) is called.
    ///
    /// Default: `PHOENIX_COLLECTOR_ENDPOINT`, then `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT` (used
    /// verbatim), then `OTEL_EXPORTER_OTLP_ENDPOINT`, then `http://localhost:6006`, or
    /// `http://localhost:4317` for gRPC. [`install`](Self::install) returns an error for an invalid
    /// URL.
    ///
    /// ```no_run
    /// let _registration = trace_runtime::register().endpoint("http://collector:4318").install()?;
    /// # Ok::<(), trace_runtime::RegisterError>(())
    /// ```
    pub fn endpoint(mut self, url: impl Into<String>) -> Self {
        self.endpoint = Some(url.into());
        self
    }

    /// Sets the protocol of the OTLP backend.
    ///
    /// Default: `OTEL_EXPORTER_OTLP_TRACES_PROTOCOL`, then `OTEL_EXPORTER_OTLP_PROTOCOL`, then gRPC
    /// if the port of the endpoint is 4317, otherwise HTTP. [`install`](Self::install) returns an
    /// error for gRPC without the feature `grpc`.
    ///
    /// ```no_run
    /// use trace_runtime::{delivery::Protocol, register};
    ///
    /// let _registration = register().protocol(Protocol::HttpProtobuf).install()?;
    /// # Ok::<(), trace_runtime::RegisterError>(())
    /// ```
    pub fn protocol(mut self, protocol: Protocol) -> Self {
        self.protocol = Some(protocol);
        self
    }

    /// Adds a header to every export, over gRPC as metadata. Can be called several times; for the
    /// same name the last call wins. The value may be a key, so it is never printed.
    ///
    /// Takes precedence over the same header in `PHOENIX_CLIENT_HEADERS`, then
    /// `OTEL_EXPORTER_OTLP_TRACES_HEADERS`, then `OTEL_EXPORTER_OTLP_HEADERS`.
    /// [`install`](Self::install) returns an error for an invalid name or value.
    ///
    /// ```no_run
    /// let _registration = trace_runtime::register().header("x-tenant", "travel").install()?;
    /// # Ok::<(), trace_runtime::RegisterError>(())
    /// ```
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Sets the API key, which is sent as `authorization: Bearer <key>` and never printed. An empty
    /// key counts as none.
    ///
    /// Default: a [`header`](Self::header) named `authorization`, then `PHOENIX_API_KEY`, then
    /// `authorization` in `PHOENIX_CLIENT_HEADERS`, `OTEL_EXPORTER_OTLP_TRACES_HEADERS` and
    /// `OTEL_EXPORTER_OTLP_HEADERS`.
    ///
    /// ```no_run
    /// let key = std::fs::read_to_string("/run/secrets/phoenix").unwrap_or_default();
    /// let _registration = trace_runtime::register().api_key(key).install()?;
    /// # Ok::<(), trace_runtime::RegisterError>(())
    /// ```
    pub fn api_key(mut self, key: impl Into<String>) -> Self {
        self.api_key = Some(key.into());
        self
    }

    /// Prints each finished trace on stderr as a tree, in addition to the other destinations
    /// (default: false). `OTEL_TRACES_EXPORTER` with `console` does the same.
    ///
    /// At a terminal each span is a line in colours, cut to the width: kind, name, model, duration,
    /// a bar for the time, tokens, cost, and the last message of the user or the answer. `COLUMNS`,
    /// `NO_COLOR` and `CLICOLOR_FORCE` are respected. If stderr is not a terminal, the lines are
    /// plain.
    ///
    /// ```no_run
    /// let _registration = trace_runtime::register().console(true).install()?;
    /// # Ok::<(), trace_runtime::RegisterError>(())
    /// ```
    pub fn console(mut self, console: bool) -> Self {
        self.console = console;
        self
    }

    /// Adds an exporter, which receives every span. It replaces OTLP unless
    /// [`endpoint`](Self::endpoint) is called too. Can be called several times.
    ///
    /// The exporter runs on a separate thread, without an async runtime. It has to retry by itself:
    /// a batch that it fails to export is lost, because its error does not show whether sending the
    /// batch again would duplicate spans. For an exporter of `opentelemetry-otlp`, the method
    /// `otlp_exporter` of the feature `opentelemetry-otlp` knows.
    ///
    /// ```no_run
    /// use trace_runtime::opentelemetry_sdk::trace::{SpanData, SpanExporter};
    /// use trace_runtime::opentelemetry_sdk::error::OTelSdkResult;
    ///
    /// #[derive(Debug)]
    /// struct Names;
    ///
    /// impl SpanExporter for Names {
    ///     async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
    ///         batch.iter().for_each(|span| println!("{}", span.name));
    ///         Ok(())
    ///     }
    /// }
    ///
    /// let exporter = Names;
    /// let _registration = trace_runtime::register().exporter(exporter).install()?;
    /// # Ok::<(), trace_runtime::RegisterError>(())
    /// ```
    pub fn exporter(mut self, exporter: impl SpanExporter + 'static) -> Self {
        self.exporters.push(given_exporter(exporter));
        self
    }

    /// Adds an exporter of `opentelemetry-otlp`, which receives every span. Like
    /// [`exporter`](Self::exporter) it replaces OTLP unless [`endpoint`](Self::endpoint) is called
    /// too, and can be called several times. Needs the feature `opentelemetry-otlp`.
    ///
    /// Unlike with `exporter`, a batch that the collector does not take now is sent again: after no
    /// answer, and after an answer that the OTLP specification calls retryable. Spans wait in the
    /// queue, and in the [`spool`](Self::spool) if there is one. The `name` appears in messages and
    /// identifies the collector in the spool, so it should not change.
    ///
    /// [`install`](Self::install) calls `build` inside a tokio runtime that runs as long as the
    /// exporter, so every client works there, in programs without a runtime too. Choose the
    /// protocol and the client explicitly: the defaults of that crate depend on the features which
    /// other crates in the build enable.
    ///
    /// The exporter logs a partial success instead of returning it, so spans that the collector
    /// rejects that way count as delivered.
    ///
    /// ```no_run
    /// use trace_runtime::opentelemetry_otlp::{SpanExporter, WithExportConfig};
    ///
    /// let registration = trace_runtime::register()
    ///     .otlp_exporter("gateway", || {
    ///         SpanExporter::builder().with_tonic().with_endpoint("http://gateway:4317").build()
    ///     })
    ///     .install()?;
    /// # Ok::<(), trace_runtime::RegisterError>(())
    /// ```
    #[cfg(feature = "opentelemetry-otlp")]
    pub fn otlp_exporter<B>(mut self, name: impl Into<String>, build: B) -> Self
    where
        B: FnOnce() -> Result<
                opentelemetry_otlp::SpanExporter,
                opentelemetry_otlp::ExporterBuildError,
            > + Send
            + Sync
            + 'static,
    {
        self.exporters.push(given_otlp_exporter(name.into(), build));
        self
    }

    /// Adds a backend, which receives every span. Can be called several times. Each backend has a
    /// separate queue, so a slow one does not delay the others.
    ///
    /// Backends replace the collector that the environment names, unless
    /// [`endpoint`](Self::endpoint) is called too.
    ///
    /// Default: the backends in `TRACE_BACKENDS`, for example `langfuse,phoenix`, unless `endpoint`
    /// or [`exporter`](Self::exporter) is called. [`install`](Self::install) returns an error that
    /// names the variable if a credential is missing.
    ///
    /// ```no_run
    /// use trace_runtime::{Backend, register};
    ///
    /// let _registration =
    ///     register().backend(Backend::phoenix()).backend(Backend::braintrust()).install()?;
    /// # Ok::<(), trace_runtime::RegisterError>(())
    /// ```
    pub fn backend(mut self, backend: Backend) -> Self {
        self.backends.push(backend);
        self
    }

    /// Writes every span to a file too, as OTLP JSON with one request on each line. The file
    /// exporter of the OpenTelemetry Collector writes the same format, its `otlpjsonfile` receiver
    /// reads it, and [`replay`](Self::replay) sends it. Can be called several times. Needs the
    /// feature `file`.
    ///
    /// The file is readable by its owner only. It is appended to, and renamed to `<path>.1` before
    /// it would exceed 100 MiB; 100 renamed files are kept, see
    /// [`file_rotation`](Self::file_rotation). Other processes can append to it too: a partial line
    /// is terminated, not removed, and [`replay`](Self::replay) counts it as damaged.
    ///
    /// While the file cannot be written, for example on a full disk, spans wait in memory as they
    /// do for an unreachable backend. [`install`](Self::install) returns an error if the file
    /// cannot be opened.
    ///
    /// ```no_run
    /// let builder = trace_runtime::register().file("traces.jsonl").file_rotation(10 << 20, 5);
    /// ```
    pub fn file(self, path: impl Into<PathBuf>) -> Self {
        self.add_file("file", FileFormat::JsonLines, path.into())
    }

    /// Writes every span to a page too: an HTML file that shows the traces in any browser, from
    /// disk, without a server or a connection. Can be called several times. Needs the feature
    /// `html`.
    ///
    /// Spans are appended in blocks, so the page of a program that still runs, or that was killed,
    /// opens too; reload it to see more. Several processes, and several runs, may write to one
    /// page. It is readable by its owner only, and contains nothing that a [`mask`](Self::mask)
    /// hides. Before it would exceed 100 MiB it is renamed to `trace.1.html`, see
    /// [`file_rotation`](Self::file_rotation).
    ///
    /// Default: `TRACE_HTML`, then no page. [`install`](Self::install) returns an error if the file
    /// cannot be opened, or if it exists and is not a page.
    ///
    /// ```no_run
    /// let builder = trace_runtime::register().html("trace.html");
    /// ```
    pub fn html(self, path: impl Into<PathBuf>) -> Self {
        self.add_file("html", FileFormat::Page, path.into())
    }

    fn add_file(mut self, method: &'static str, format: FileFormat, path: PathBuf) -> Self {
        self.files.push(FileSettings::new(format, path, Setting::Method(method)));
        self
    }

    /// Sets the rotation of the [`file`](Self::file) or page ([`html`](Self::html)) that was added
    /// last: the size in bytes beyond which it is renamed, and the number of renamed files to keep.
    /// Default: 100 MiB and 100 files. [`install`](Self::install) returns an error if no file was
    /// added before.
    ///
    /// ```
    /// # #[cfg(feature = "html")] {
    /// let builder = trace_runtime::register().html("trace.html").file_rotation(16 << 20, 3);
    /// # drop(builder); }
    /// ```
    pub fn file_rotation(mut self, bytes: u64, kept: u32) -> Self {
        match self.files.last_mut() {
            Some(file) => (file.bytes, file.kept) = (bytes, kept),
            None => self.pending_rotation = Some((bytes, kept)),
        }
        self
    }

    /// Records spans through a provider that the application already has, instead of a new one.
    /// Neither the provider nor the global provider is replaced. Dropping the
    /// [`Registration`](crate::Registration) flushes the provider and leaves it running.
    ///
    /// The provider keeps its resource, sampler and exporters: [`install`](Self::install) returns
    /// an error if a method for one of those was called. Its exporters receive the spans as they
    /// ended; wrap them in an [`EnrichExporter`](crate::enrich::EnrichExporter) to have messages
    /// and token counts read from input and output.
    ///
    /// ```no_run
    /// use trace_runtime::opentelemetry_sdk::trace::SdkTracerProvider;
    ///
    /// let provider = SdkTracerProvider::builder().build();
    /// let _registration = trace_runtime::register().provider(provider).install()?;
    /// # Ok::<(), trace_runtime::RegisterError>(())
    /// ```
    pub fn provider(mut self, provider: SdkTracerProvider) -> Self {
        self.provider = Some(provider);
        self
    }
}
