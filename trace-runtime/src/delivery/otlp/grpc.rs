//! OTLP over gRPC.

use super::framed::{AnswerCodec, Framed};
use super::refusal;
use super::refused;
use super::retry_info::retry_delay;
use crate::config::RegisterError;
use crate::delivery::body::Body;
use crate::delivery::destination::{Attempt, PartialSuccess, Transport};
use crate::delivery::settings::OtlpSettings;
use std::error::Error;
use std::time::Duration;
use tokio::runtime::Runtime;
use tonic::client::Grpc;
use tonic::metadata::{MetadataKey, MetadataMap, MetadataValue};
use tonic::transport::{Certificate, Channel, ClientTlsConfig, Endpoint};
use tonic::{Code, Request, Status};
use ureq::http::uri::PathAndQuery;

/// The method of the trace service.
const EXPORT: &str = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";

/// A backend reached over gRPC. It brings the async runtime that its client needs, so that it
/// works from every program, and none of the program's own can block it.
#[derive(Debug)]
pub(super) struct GrpcTransport {
    settings: OtlpSettings,
    metadata: MetadataMap,
    channel: Channel,
    /// `None` only while being dropped.
    runtime: Option<Runtime>,
}

impl GrpcTransport {
    pub(super) fn new(settings: OtlpSettings) -> Result<Self, RegisterError> {
        let failed = |error: &dyn Error| RegisterError::Exporter(error.to_string());
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_io()
            .enable_time()
            .build()
            .map_err(|error| failed(&error))?;
        let mut endpoint =
            Endpoint::from_shared(settings.endpoint.url.clone()).map_err(|error| failed(&error))?;
        if settings.endpoint.url.starts_with("https://") {
            endpoint = endpoint.tls_config(tls(&settings)?).map_err(|error| failed(&error))?;
        }
        let channel = {
            let _in_runtime = runtime.enter();
            endpoint.connect_lazy()
        };
        let metadata = metadata(&settings);
        Ok(GrpcTransport { settings, metadata, channel, runtime: Some(runtime) })
    }

    async fn attempt(&self, body: &Body, within: Duration) -> Attempt {
        let (channel, message) = (self.channel.clone(), body.bytes.clone());
        let mut client = Grpc::new(Framed { channel, message, is_gzip: body.is_gzip });
        let mut request = Request::new(());
        *request.metadata_mut() = self.metadata.clone();
        let sending = async {
            client.ready().await.map_err(|error| Status::from_error(error.into()))?;
            client.unary(request, PathAndQuery::from_static(EXPORT), AnswerCodec).await
        };
        match tokio::time::timeout(within, sending).await {
            Ok(Ok(response)) => Attempt::Accepted(refused(response.into_inner())),
            Ok(Err(status)) => self.refused(&status),
            Err(_) => Attempt::Retry {
                error: refusal::unreachable(&self.settings, "no answer in time"),
                after: None,
            },
        }
    }

    fn refused(&self, status: &Status) -> Attempt {
        let unreachable = || refusal::unreachable(&self.settings, &innermost(status));
        let after = retry_delay(status.details());
        let refused = |code| refusal::status(&self.settings, code, status.message());
        match status.code() {
            Code::Unauthenticated | Code::PermissionDenied => Attempt::Rejected(refused(401)),
            Code::Unimplemented => Attempt::Rejected(refused(404)),
            Code::ResourceExhausted | Code::OutOfRange if is_about_size(status) => {
                Attempt::TooLarge(refused(413))
            }
            Code::ResourceExhausted => Attempt::Retry { error: refused(429), after },
            Code::Unavailable
            | Code::DeadlineExceeded
            | Code::Cancelled
            | Code::Aborted
            | Code::OutOfRange
            | Code::DataLoss => Attempt::Retry { error: unreachable(), after },
            // Not said by the backend: the connection broke.
            Code::Unknown | Code::Internal if status.source().is_some() => {
                Attempt::Retry { error: unreachable(), after: None }
            }
            // Whatever answers at this port, gRPC it is not.
            Code::Unknown | Code::Internal => Attempt::Rejected(unreachable()),
            _ => Attempt::Rejected(refused(400)),
        }
    }
}

/// gRPC has no status for a message that is too large: each implementation says so
/// in its own words.
fn is_about_size(status: &Status) -> bool {
    let message = status.message();
    message.contains("too large")
        || message.contains("larger than max")
        || message.contains("exceeds maximum")
        || message.contains("exceeds the maximum")
}

/// What gRPC servers take unless told otherwise.
const LONGEST: usize = 4 << 20;

impl Transport for GrpcTransport {
    fn send(&mut self, body: &Body, within: Duration) -> Attempt {
        match &self.runtime {
            Some(runtime) => runtime.block_on(self.attempt(body, within)),
            None => Attempt::Accepted(PartialSuccess::default()),
        }
    }

    fn timeout(&self) -> Duration {
        self.settings.timeout
    }

    fn wants_gzip(&self) -> bool {
        self.settings.gzip
    }

    fn longest(&self) -> usize {
        LONGEST
    }

    fn address(&self) -> String {
        self.settings.endpoint.shown().to_owned()
    }

    fn identity(&self) -> &str {
        &self.settings.endpoint.url
    }
}

impl Drop for GrpcTransport {
    fn drop(&mut self) {
        // Waiting for a runtime inside another one panics; nothing of ours runs on it any more.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

fn metadata(settings: &OtlpSettings) -> MetadataMap {
    let mut metadata = MetadataMap::new();
    for (name, value) in settings.headers.iter() {
        let key = MetadataKey::from_bytes(name.as_bytes());
        if let (Ok(key), Ok(value)) = (key, MetadataValue::try_from(value.as_bytes())) {
            metadata.insert(key, value);
        }
    }
    metadata
}

fn tls(settings: &OtlpSettings) -> Result<ClientTlsConfig, RegisterError> {
    let Some((setting, path)) = &settings.certificate else {
        return Ok(ClientTlsConfig::new().with_webpki_roots());
    };
    let pem = std::fs::read(path).map_err(|error| RegisterError::Certificate {
        setting: *setting,
        path: path.clone(),
        reason: error.to_string(),
    })?;
    Ok(ClientTlsConfig::new().ca_certificate(Certificate::from_pem(pem)))
}

/// "Connection refused" says more than "transport error".
fn innermost(status: &Status) -> String {
    let mut text = status.message().to_owned();
    let mut source = status.source();
    while let Some(error) = source {
        text = error.to_string();
        source = error.source();
    }
    text
}
