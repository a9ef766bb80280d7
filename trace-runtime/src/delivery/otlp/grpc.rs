//! OTLP over gRPC.

use super::framed::{FramedChannel, ResponseCodec};
use super::retry_info::retry_delay;
use super::settings::OtlpSettings;
use super::{Client, identity, partial_success, send_error};
use crate::config::RegisterError;
use crate::delivery::body::Body;
use crate::delivery::destination::{Attempt, PartialSuccess};
use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::runtime::Runtime;
use tonic::client::Grpc;
use tonic::metadata::{MetadataKey, MetadataMap, MetadataValue};
use tonic::transport::{Certificate, Channel, ClientTlsConfig, Endpoint};
use tonic::{Code, Request, Status};
use ureq::http::uri::PathAndQuery;

/// The path of the trace service's only method.
const EXPORT_PATH: &str = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";

/// A gRPC client with its own async runtime. Programs without a runtime can use it, and a program
/// whose runtime is blocked or shut down still delivers its spans.
#[derive(Debug)]
pub(super) struct GrpcClient {
    metadata: MetadataMap,
    channel: Channel,
    /// `None` only while it is being dropped.
    runtime: Option<Runtime>,
}

impl GrpcClient {
    /// Builds the client without connecting. Fails if the certificate file is unusable, or the
    /// runtime cannot be started.
    pub(super) fn new(settings: &OtlpSettings) -> Result<Self, RegisterError> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_io()
            .enable_time()
            .build()
            .map_err(|error| failed(&error))?;
        let channel = {
            let _in_runtime = runtime.enter();
            channel(settings)?
        };
        Ok(GrpcClient { metadata: metadata(settings), channel, runtime: Some(runtime) })
    }

    /// Makes one attempt. The limit covers connecting too, which `ready` waits for.
    async fn attempt(&self, settings: &OtlpSettings, body: &Body, within: Duration) -> Attempt {
        let (channel, message) = (self.channel.clone(), body.bytes.clone());
        let (is_gzip, is_answered) = (body.is_gzip, Arc::<AtomicBool>::default());
        let answered = Arc::clone(&is_answered);
        let mut client = Grpc::new(FramedChannel { channel, message, is_gzip, is_answered });
        // The message is in the channel, so the request itself carries only the headers.
        let mut request = Request::new(());
        *request.metadata_mut() = self.metadata.clone();
        let sending = async {
            client.ready().await.map_err(|error| Status::from_error(error.into()))?;
            client.unary(request, PathAndQuery::from_static(EXPORT_PATH), ResponseCodec).await
        };
        match tokio::time::timeout(within, sending).await {
            Ok(Ok(response)) => Attempt::Accepted(partial_success(settings, response.into_inner())),
            // The message of the answer is longer than `tonic` reads. As over HTTP, the
            // spans were accepted: a request that is refused is answered without a message.
            Ok(Err(status)) if answered.load(Ordering::Relaxed) && is_unreadable(&status) => {
                Attempt::Accepted(PartialSuccess::default())
            }
            Ok(Err(status)) => classify(settings, &status),
            Err(_) => Attempt::Retry {
                error: send_error::unreachable(settings, "no answer in time"),
                after: None,
            },
        }
    }
}

impl Client for GrpcClient {
    /// The default of gRPC servers.
    const MAX_REQUEST_BYTES: usize = 4 << 20;

    fn send(&mut self, settings: &OtlpSettings, body: &Body, within: Duration) -> Attempt {
        match &self.runtime {
            Some(runtime) => runtime.block_on(self.attempt(settings, body, within)),
            // Never reached: the runtime is taken by `drop` alone.
            None => Attempt::Accepted(PartialSuccess::default()),
        }
    }
}

/// Builds the channel, which spawns its connection task on the runtime that is entered.
pub(super) fn channel(settings: &OtlpSettings) -> Result<Channel, RegisterError> {
    let mut endpoint =
        Endpoint::from_shared(settings.endpoint.url.clone()).map_err(|error| failed(&error))?;
    if settings.endpoint.url.starts_with("https://") {
        endpoint = endpoint.tls_config(tls(settings)?).map_err(|error| failed(&error))?;
    }
    Ok(endpoint.connect_lazy())
}

fn failed(error: &dyn Error) -> RegisterError {
    RegisterError::Exporter(error.to_string())
}

/// Decides by the status whether a request is retried, as in the section "OTLP/gRPC Response" of
/// the OTLP specification: `Cancelled`, `DeadlineExceeded`, `Aborted`, `OutOfRange`, `Unavailable`
/// and `DataLoss` are retryable. `ResourceExhausted` is retried even without a `RetryInfo`,
/// unless its message is about the size of the request: then the batch is split.
///
/// Messages use the HTTP status of the same meaning, so that both protocols report an error in the
/// same words.
pub(super) fn classify(settings: &OtlpSettings, status: &Status) -> Attempt {
    let unreachable = || send_error::unreachable(settings, &innermost_cause(status));
    let rejected = |code| send_error::status(settings, code, status.message());
    let after = retry_delay(status.details());
    match status.code() {
        Code::Unauthenticated | Code::PermissionDenied => Attempt::Rejected(rejected(401)),
        Code::Unimplemented => Attempt::Rejected(rejected(404)),
        // Servers use `ResourceExhausted` for a request above their limit; `tonic` uses
        // `OutOfRange`.
        Code::ResourceExhausted | Code::OutOfRange if is_too_large(status) => {
            Attempt::TooLarge(rejected(413))
        }
        Code::ResourceExhausted => Attempt::Retry { error: rejected(429), after },
        Code::Unavailable
        | Code::DeadlineExceeded
        | Code::Cancelled
        | Code::Aborted
        | Code::OutOfRange
        | Code::DataLoss => Attempt::Retry { error: unreachable(), after },
        // With a source, the status was made by `tonic` and not by the backend: the connection
        // broke.
        Code::Unknown | Code::Internal if status.source().is_some() => {
            Attempt::Retry { error: unreachable(), after: None }
        }
        // The peer does not speak gRPC, for example an HTTP server on this port.
        Code::Unknown | Code::Internal => Attempt::Rejected(unreachable()),
        _ => Attempt::Rejected(rejected(400)),
    }
}

/// Returns true if `tonic` made the status because the message of an answer is too long. The
/// connection was intact, so the status has no source.
fn is_unreadable(status: &Status) -> bool {
    status.code() == Code::OutOfRange && status.source().is_none()
}

/// Returns true if the status reports a request that is too large. gRPC has no code for it, so
/// this matches the messages of the servers: Go, C++ and Python ("received message larger than
/// max"), Java ("message exceeds maximum size"), .NET ("message exceeds the maximum configured
/// message size") and tonic ("message length too large").
fn is_too_large(status: &Status) -> bool {
    let message = status.message();
    message.contains("too large")
        || message.contains("larger than max")
        || message.contains("exceeds maximum")
        || message.contains("exceeds the maximum")
}

impl Drop for GrpcClient {
    fn drop(&mut self) {
        // Dropping a runtime waits for its tasks, which panics inside another async runtime. No
        // request is running any more, so there is nothing to wait for.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// Returns the headers as gRPC metadata. Names that end with `-bin` are skipped: gRPC reserves
/// them for binary values.
pub(super) fn metadata(settings: &OtlpSettings) -> MetadataMap {
    let mut metadata = MetadataMap::new();
    for (name, value) in settings.headers.iter() {
        let key = MetadataKey::from_bytes(name.as_bytes());
        if let (Ok(key), Ok(value)) = (key, MetadataValue::try_from(value.as_bytes())) {
            metadata.insert(key, value);
        }
    }
    metadata
}

/// Trusts the authorities of the configured PEM file, or Mozilla's if none is configured, and
/// presents the certificate that is configured.
fn tls(settings: &OtlpSettings) -> Result<ClientTlsConfig, RegisterError> {
    let tls = match &settings.certificate {
        None => ClientTlsConfig::new().with_webpki_roots(),
        Some((setting, path)) => {
            let pem = identity::read(*setting, path)?;
            ClientTlsConfig::new().ca_certificate(Certificate::from_pem(pem))
        }
    };
    match &settings.identity {
        None => Ok(tls),
        Some(identity) => Ok(tls.identity(identity.for_grpc()?)),
    }
}

/// Returns the text of the innermost error: "Connection refused" is more useful than "transport
/// error".
fn innermost_cause(status: &Status) -> String {
    let mut text = status.message().to_owned();
    let mut source = status.source();
    while let Some(error) = source {
        text = error.to_string();
        source = error.source();
    }
    text
}
