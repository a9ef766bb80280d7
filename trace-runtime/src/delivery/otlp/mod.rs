//! Sends batches to an OTLP backend, over HTTP or gRPC.
//!
//! [`OtlpTransport`] implements everything that both protocols share. A [`Client`] speaks one
//! protocol: it makes a single attempt and classifies the response. Retrying, splitting and
//! spooling are decided by the sender, which only sees [`Attempt`]s.

mod answer;
mod endpoint;
#[cfg(feature = "grpc")]
mod framed;
#[cfg(feature = "grpc")]
mod grpc;
mod headers;
mod http;
mod identity;
mod json;
#[cfg(feature = "opentelemetry-otlp")]
mod official;
#[cfg(feature = "grpc")]
mod retry_info;
mod send_error;
mod settings;
mod shown_url;

use super::body::Body;
use super::destination::{Attempt, PartialSuccess, Transport};
use crate::config::RegisterError;
use crate::enrich::Additions;
pub(crate) use endpoint::Endpoint;
pub use endpoint::Protocol;
pub(crate) use headers::{AUTHORIZATION, Headers};
pub(crate) use identity::ClientIdentity;
pub(crate) use json::{JsonAttempt, JsonCall, JsonClient, Verb};
#[cfg(feature = "opentelemetry-otlp")]
pub(super) use official::{BuildError, given};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceResponse;
pub(crate) use settings::{Compression, NamedBackend, OtlpSettings};
use std::fmt::Debug;
use std::time::Duration;

/// Returns the transport for the backend that the settings describe. Connects lazily: an
/// unreachable backend is an error of the first attempt, not of this function.
pub(super) fn connect(settings: &OtlpSettings) -> Result<Box<dyn Transport>, RegisterError> {
    if settings.needs_official_exporter()? {
        return official(settings);
    }
    match settings.endpoint.protocol {
        Protocol::HttpProtobuf | Protocol::HttpJson => {
            let client = http::HttpClient::new(settings)?;
            Ok(Box::new(OtlpTransport { settings: settings.clone(), client }))
        }
        #[cfg(feature = "grpc")]
        Protocol::Grpc => {
            let client = grpc::GrpcClient::new(settings)?;
            Ok(Box::new(OtlpTransport { settings: settings.clone(), client }))
        }
        #[cfg(not(feature = "grpc"))]
        Protocol::Grpc => Err(RegisterError::MissingFeature {
            setting: settings.endpoint.protocol_setting,
            what: "gRPC",
            feature: "grpc",
        }),
    }
}

/// Returns the transport for settings that only the official exporter serves.
#[cfg(feature = "opentelemetry-otlp")]
fn official(settings: &OtlpSettings) -> Result<Box<dyn Transport>, RegisterError> {
    official::connect(settings)
}

#[cfg(not(feature = "opentelemetry-otlp"))]
fn official(_settings: &OtlpSettings) -> Result<Box<dyn Transport>, RegisterError> {
    Err(RegisterError::Exporter("the official exporter is not enabled".to_owned()))
}

/// A client of one OTLP protocol.
trait Client: Debug + Send {
    /// The largest request that backends accept in their default configuration, in bytes before
    /// compression.
    const MAX_REQUEST_BYTES: usize;

    /// Makes one attempt and blocks for at most `within`.
    fn send(&mut self, settings: &OtlpSettings, body: &Body, within: Duration) -> Attempt;
}

/// An OTLP backend and the client that reaches it.
#[derive(Debug)]
struct OtlpTransport<C> {
    settings: OtlpSettings,
    client: C,
}

impl<C: Client> Transport for OtlpTransport<C> {
    fn send(&mut self, body: &Body, within: Duration) -> Attempt {
        self.client.send(&self.settings, body, within)
    }

    /// Returns the timeout of one attempt, including connection and TLS handshake.
    fn timeout(&self) -> Duration {
        self.settings.timeout
    }

    /// Returns true if bodies are compressed before they are passed to `send`. They are compressed
    /// once, not for every attempt.
    fn wants_gzip(&self) -> bool {
        self.settings.compression == Compression::Gzip
    }

    fn additions(&self) -> Additions {
        self.settings.additions.clone()
    }

    fn max_request_bytes(&self) -> usize {
        C::MAX_REQUEST_BYTES
    }

    fn address(&self) -> String {
        self.settings.address()
    }

    /// Returns the complete URL, which identifies the backend in the spool: two endpoints that
    /// differ only in their query are two backends.
    fn identity(&self) -> &str {
        &self.settings.endpoint.url
    }
}

/// Returns the number of spans that a successful response rejected, and the reason as it may be
/// shown.
/// The specification calls this a partial success; the rejected spans must not be sent again.
fn partial_success(
    settings: &OtlpSettings,
    response: ExportTraceServiceResponse,
) -> PartialSuccess {
    response.partial_success.map_or_else(PartialSuccess::default, |partial| PartialSuccess {
        rejected_spans: u64::try_from(partial.rejected_spans).unwrap_or(0),
        message: answer::shown(settings, &partial.error_message),
    })
}
