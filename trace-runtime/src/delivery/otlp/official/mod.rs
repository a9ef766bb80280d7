//! The exporter of `opentelemetry-otlp` as a transport.
//!
//! It serves the settings that our clients do not: client certificates, JSON and zstd. The queue, the
//! retries and the spool stay ours: a batch arrives encoded, is turned into spans again, and the
//! exporter makes a single attempt. It gets a client in every case, because its own choice of a
//! client depends on the features that other crates enable (docs/decisions/0001).

mod client;
mod failure;
mod given;
mod runtime;
mod spans;
mod values;

use super::settings::{Compression, OtlpSettings};
use super::{Protocol, grpc, send_error};
use crate::config::RegisterError;
use crate::delivery::body::Body;
use crate::delivery::destination::{Attempt, PartialSuccess, SendError, Transport};
use crate::enrich::Additions;
use client::{ExplicitClient, LastAnswer};
pub(crate) use given::{BuildError, given};
use opentelemetry_otlp::{
    ExporterBuildError, RetryPolicy, SpanExporter, WithExportConfig, WithHttpConfig,
    WithTonicConfig,
};
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::SpanExporter as _;
use runtime::ExportRuntime;
use std::fmt::Debug;
use std::time::Duration;

/// Returns the transport for settings that need the official exporter. Connects lazily.
pub(super) fn connect(settings: &OtlpSettings) -> Result<Box<dyn Transport>, RegisterError> {
    let runtime = ExportRuntime::start()?;
    let (exporter, last) = {
        let _inside = runtime.enter();
        match settings.endpoint.protocol {
            Protocol::Grpc => (grpc_exporter(settings)?, None),
            Protocol::HttpProtobuf | Protocol::HttpJson => http_exporter(settings)?,
        }
    };
    let peer = Collector { settings: settings.clone(), last };
    Ok(Box::new(OfficialTransport { exporter: Some(exporter), runtime, peer }))
}

fn http_exporter(
    settings: &OtlpSettings,
) -> Result<(SpanExporter, Option<LastAnswer>), RegisterError> {
    let last = LastAnswer::default();
    let protocol = match settings.endpoint.protocol {
        Protocol::HttpJson => opentelemetry_otlp::Protocol::HttpJson,
        _ => opentelemetry_otlp::Protocol::HttpBinary,
    };
    let mut builder = SpanExporter::builder()
        .with_http()
        .with_http_client(ExplicitClient::new(settings, &last)?)
        .with_protocol(protocol)
        .with_endpoint(&settings.endpoint.url)
        .with_timeout(settings.timeout)
        .with_retry_policy(RetryPolicy::disabled())
        // The sender splits a batch that is too long; its own limit would lose it.
        .with_max_request_body_size(usize::MAX);
    if let Some(compression) = compression(settings) {
        builder = builder.with_compression(compression);
    }
    Ok((builder.build().map_err(|error| invalid(&error))?, Some(last)))
}

fn grpc_exporter(settings: &OtlpSettings) -> Result<SpanExporter, RegisterError> {
    let metadata = grpc::metadata(settings);
    let mut builder = SpanExporter::builder()
        .with_tonic()
        .with_channel(grpc::channel(settings)?)
        // The exporter adds headers from the environment, which win over those in code. Here the
        // resolved ones replace them all.
        .with_interceptor(move |mut request: tonic::Request<()>| {
            *request.metadata_mut() = metadata.clone();
            Ok(request)
        })
        .with_timeout(settings.timeout)
        .with_retry_policy(RetryPolicy::disabled());
    if let Some(compression) = compression(settings) {
        builder = builder.with_compression(compression);
    }
    builder.build().map_err(|error| invalid(&error))
}

fn compression(settings: &OtlpSettings) -> Option<opentelemetry_otlp::Compression> {
    match settings.compression {
        Compression::None => None,
        Compression::Gzip => Some(opentelemetry_otlp::Compression::Gzip),
        Compression::Zstd(_) => Some(opentelemetry_otlp::Compression::Zstd),
    }
}

fn invalid(error: &ExporterBuildError) -> RegisterError {
    RegisterError::Exporter(error.to_string())
}

/// The side of the exporter that knows its backend.
trait Peer: Debug + Send {
    const MAX_REQUEST_BYTES: usize;

    /// Decides on the result of an export.
    fn judge(&self, result: OTelSdkResult) -> Attempt;

    /// Describes an export that took too long.
    fn timed_out(&self) -> SendError;

    fn timeout(&self) -> Duration;

    fn address(&self) -> String;

    fn identity(&self) -> &str;

    fn additions(&self) -> Additions {
        Additions::default()
    }
}

/// The exporter, the runtime that its client needs, and the knowledge about its backend.
#[derive(Debug)]
struct OfficialTransport<P> {
    /// `None` only while it is being dropped.
    exporter: Option<SpanExporter>,
    runtime: ExportRuntime,
    peer: P,
}

impl<P: Peer> Transport for OfficialTransport<P> {
    /// Makes one attempt. A batch has one resource, except in a replay of a file that others wrote;
    /// if a later part of such a batch fails, all of it is sent again.
    fn send(&mut self, body: &Body, within: Duration) -> Attempt {
        let parts = match spans::decode(body) {
            Ok(parts) => parts,
            Err(error) => return Attempt::Rejected(undecodable(&error)),
        };
        let Some(exporter) = &mut self.exporter else {
            return Attempt::Accepted(PartialSuccess::default());
        };
        let mut accepted = PartialSuccess::default();
        for (resource, spans) in parts {
            exporter.set_resource(&resource);
            let result = self.runtime.run(within, || exporter.export(spans));
            let attempt = match result {
                Some(result) => self.peer.judge(result),
                None => Attempt::Retry { error: self.peer.timed_out(), after: None },
            };
            let Attempt::Accepted(partial) = attempt else { return attempt };
            accepted.rejected_spans += partial.rejected_spans;
            if !partial.message.is_empty() {
                accepted.message = partial.message;
            }
        }
        Attempt::Accepted(accepted)
    }

    fn timeout(&self) -> Duration {
        self.peer.timeout()
    }

    /// The exporter compresses by itself.
    fn wants_gzip(&self) -> bool {
        false
    }

    fn additions(&self) -> Additions {
        self.peer.additions()
    }

    fn max_request_bytes(&self) -> usize {
        P::MAX_REQUEST_BYTES
    }

    fn address(&self) -> String {
        self.peer.address()
    }

    fn identity(&self) -> &str {
        self.peer.identity()
    }
}

impl<P> Drop for OfficialTransport<P> {
    /// Some clients need the runtime to be dropped.
    fn drop(&mut self) {
        let _inside = self.runtime.enter();
        drop(self.exporter.take());
    }
}

fn undecodable(error: &std::io::Error) -> SendError {
    SendError {
        cause: "encoding",
        what: format!("a batch could not be decoded ({error})"),
        advice: "report it to the authors of trace-runtime".to_owned(),
    }
}

/// The backend that settings describe.
#[derive(Debug)]
struct Collector {
    settings: OtlpSettings,
    /// The answer that our HTTP client saw; `None` over gRPC.
    last: Option<LastAnswer>,
}

impl Peer for Collector {
    /// The default of gRPC servers, which is below that of HTTP servers. JSON is longer than the
    /// protobuf that is measured.
    const MAX_REQUEST_BYTES: usize = 4 << 20;

    fn judge(&self, result: OTelSdkResult) -> Attempt {
        // The client saw the complete answer; the error of the exporter has only a part of it.
        if let Some(answered) = self.last.as_ref().and_then(LastAnswer::take) {
            return answered;
        }
        match result {
            Ok(()) => Attempt::Accepted(PartialSuccess::default()),
            Err(error) => failure::of_collector(&self.settings, &error),
        }
    }

    fn timed_out(&self) -> SendError {
        send_error::unreachable(&self.settings, "no answer in time")
    }

    fn timeout(&self) -> Duration {
        self.settings.timeout
    }

    fn address(&self) -> String {
        self.settings.address()
    }

    fn identity(&self) -> &str {
        &self.settings.endpoint.url
    }

    fn additions(&self) -> Additions {
        self.settings.additions.clone()
    }
}
