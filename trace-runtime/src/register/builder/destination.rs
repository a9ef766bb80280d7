//! Where spans go.

use super::Builder;
use crate::delivery::{FileSettings, Protocol, SdkExporter};
use opentelemetry_sdk::trace::{SdkTracerProvider, SpanExporter};
use std::path::PathBuf;

impl Builder {
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

    /// Whether each finished trace is printed on stderr as a tree (default: false).
    pub fn console(mut self, console: bool) -> Self {
        self.console = console;
        self
    }

    /// Another destination. It stands in for OTLP, unless [`endpoint`](Self::endpoint) is called
    /// too: then both receive every span. May be called several times.
    ///
    /// The exporter is driven by a thread of its own, without an async runtime. A batch that it fails
    /// to export is lost: its error does not tell whether the spans may be sent again without
    /// arriving twice, so it does its own retries.
    pub fn exporter(mut self, exporter: impl SpanExporter + 'static) -> Self {
        self.exporters.push(Box::new(SdkExporter::new(exporter)));
        self
    }

    /// Another OTLP backend, which receives every span too, from a queue of its own. Of `other` count
    /// [`endpoint`](Self::endpoint), [`protocol`](Self::protocol), [`header`](Self::header) and
    /// [`api_key`](Self::api_key); nothing of it comes from the environment, so that no key is sent
    /// to a backend that it is not for. A spool, a project or another such setting of `other` is an
    /// error of `install`. May be called several times.
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
    /// Other processes may append to it too: a line that could not be written whole is ended, not
    /// cut off, and [`replay`](Self::replay) counts it as damaged.
    ///
    /// While the file cannot be written, spans wait in memory as they do for a backend that is away.
    /// Needs the feature `file`.
    pub fn file(mut self, path: impl Into<PathBuf>) -> Self {
        self.files.push(FileSettings::new(path.into()));
        self
    }

    /// The length in bytes beyond which the [`file`](Self::file) given last is renamed, and how many
    /// renamed ones are kept. Without a file that was given before it is an error of `install`.
    pub fn file_rotation(mut self, bytes: u64, kept: u32) -> Self {
        match self.files.last_mut() {
            Some(file) => (file.bytes, file.kept) = (bytes, kept),
            None => self.rotation_of_no_file = Some((bytes, kept)),
        }
        self
    }

    /// Attaches to a provider that the application already has: spans go through it, and nothing
    /// of it, nor the global provider, is replaced. Dropping the
    /// [`Registration`](crate::Registration) flushes the provider and leaves it running.
    ///
    /// Its exporters get the spans as they ended. To have messages and token counts read from
    /// input and output, wrap them in an [`EnrichExporter`](crate::EnrichExporter).
    pub fn provider(mut self, provider: SdkTracerProvider) -> Self {
        self.provider = Some(provider);
        self
    }
}
