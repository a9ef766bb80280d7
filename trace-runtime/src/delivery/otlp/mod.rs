//! OTLP, over HTTP and gRPC.

mod endpoint;
#[cfg(feature = "grpc")]
mod framed;
#[cfg(feature = "grpc")]
mod grpc;
mod headers;
mod http;
mod refusal;
#[cfg(feature = "grpc")]
mod retry_info;

use super::destination::{PartialSuccess, Transport};
use crate::config::RegisterError;
use crate::delivery::settings::OtlpSettings;
pub(crate) use endpoint::Endpoint;
pub use endpoint::Protocol;
pub(crate) use headers::{AUTHORIZATION, Headers};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceResponse;

/// The destination that the settings describe. Nothing is sent yet.
pub(super) fn connect(settings: &OtlpSettings) -> Result<Box<dyn Transport>, RegisterError> {
    match settings.endpoint.protocol {
        Protocol::HttpProtobuf => Ok(Box::new(http::HttpTransport::new(settings.clone())?)),
        #[cfg(feature = "grpc")]
        Protocol::Grpc => Ok(Box::new(grpc::GrpcTransport::new(settings.clone())?)),
        #[cfg(not(feature = "grpc"))]
        Protocol::Grpc => Err(RegisterError::MissingFeature {
            setting: settings.endpoint.protocol_setting,
            what: "gRPC",
            feature: "grpc",
        }),
    }
}

/// What a successful answer says of refused spans, and on one line why.
fn refused(response: ExportTraceServiceResponse) -> PartialSuccess {
    response.partial_success.map_or_else(PartialSuccess::default, |partial| PartialSuccess {
        rejected_spans: u64::try_from(partial.rejected_spans).unwrap_or(0),
        message: partial.error_message.split_whitespace().collect::<Vec<_>>().join(" "),
    })
}
