//! OTLP over gRPC.

use super::encode;
use super::refusal;
use super::retry::{Attempt, Retry};
use crate::export::deliver::{Deliver, Delivering, DeliveryResult, Refused};
use crate::register::{OtlpSettings, RegisterError};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_client::TraceServiceClient;
use opentelemetry_proto::transform::common::tonic::ResourceAttributesWithSchema;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SpanData;
use std::error::Error;
use std::time::Duration;
use tokio::runtime::Runtime;
use tonic::codec::CompressionEncoding;
use tonic::metadata::{MetadataKey, MetadataMap, MetadataValue};
use tonic::transport::{Certificate, Channel, ClientTlsConfig, Endpoint};
use tonic::{Code, Request, Status};

/// A backend reached over gRPC. It brings the async runtime that its client needs, so that it
/// works from every program, and none of the program's own can block it.
#[derive(Debug)]
pub(super) struct GrpcDelivery {
    settings: OtlpSettings,
    metadata: MetadataMap,
    channel: Channel,
    resource: ResourceAttributesWithSchema,
    /// `None` only while being dropped.
    runtime: Option<Runtime>,
}

impl GrpcDelivery {
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
        let resource = ResourceAttributesWithSchema::default();
        Ok(GrpcDelivery { settings, metadata, channel, resource, runtime: Some(runtime) })
    }

    async fn send(&self, batch: Vec<SpanData>) -> DeliveryResult {
        let request = encode::request(batch, &self.resource);
        let mut retry = Retry::within(self.settings.timeout);
        loop {
            match self.attempt(request.clone(), retry.remaining()).await {
                Attempt::Done(result) => return result,
                Attempt::Again { failure, after } => match retry.pause(after) {
                    Some(pause) => tokio::time::sleep(pause).await,
                    None => return Err(failure),
                },
            }
        }
    }

    async fn attempt(&self, request: ExportTraceServiceRequest, timeout: Duration) -> Attempt {
        let mut client = TraceServiceClient::new(self.channel.clone());
        if self.settings.gzip {
            client = client.send_compressed(CompressionEncoding::Gzip);
        }
        let mut request = Request::new(request);
        *request.metadata_mut() = self.metadata.clone();
        match tokio::time::timeout(timeout, client.export(request)).await {
            Ok(Ok(response)) => {
                let partial = response.into_inner().partial_success;
                Attempt::Done(Ok(partial.map(Refused::from).unwrap_or_default()))
            }
            Ok(Err(status)) => self.refused(&status),
            Err(_) => Attempt::Again {
                failure: refusal::unreachable(&self.settings, "no answer in time"),
                after: None,
            },
        }
    }

    fn refused(&self, status: &Status) -> Attempt {
        let unreachable = || refusal::unreachable(&self.settings, &innermost(status));
        match status.code() {
            Code::Unauthenticated | Code::PermissionDenied => {
                Attempt::Done(Err(refusal::status(&self.settings, 401, status.message())))
            }
            Code::Unimplemented => {
                Attempt::Done(Err(refusal::status(&self.settings, 404, status.message())))
            }
            Code::Unavailable
            | Code::DeadlineExceeded
            | Code::Cancelled
            | Code::Aborted
            | Code::OutOfRange
            | Code::DataLoss
            | Code::ResourceExhausted => Attempt::Again { failure: unreachable(), after: None },
            // Whatever answers at this port, gRPC it is not.
            Code::Unknown | Code::Internal => Attempt::Done(Err(unreachable())),
            _ => Attempt::Done(Err(refusal::status(&self.settings, 400, status.message()))),
        }
    }
}

impl Deliver for GrpcDelivery {
    fn deliver(&self, batch: Vec<SpanData>) -> Delivering<'_> {
        Box::pin(async move {
            match &self.runtime {
                Some(runtime) => runtime.block_on(self.send(batch)),
                None => Ok(Refused::default()),
            }
        })
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.resource = resource.into();
    }

    fn address(&self) -> String {
        self.settings.endpoint.shown().to_owned()
    }
}

impl Drop for GrpcDelivery {
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
