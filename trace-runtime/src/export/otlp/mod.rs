//! OTLP, over HTTP and gRPC.

mod encode;
#[cfg(feature = "grpc")]
mod grpc;
mod http;
mod refusal;
mod retry;

use super::deliver::Deliver;
use crate::register::{OtlpSettings, Protocol, RegisterError};

/// The destination that the settings describe. Nothing is sent yet.
pub(super) fn connect(settings: &OtlpSettings) -> Result<Box<dyn Deliver>, RegisterError> {
    match settings.endpoint.protocol {
        Protocol::HttpProtobuf => Ok(Box::new(http::HttpDelivery::new(settings.clone())?)),
        #[cfg(feature = "grpc")]
        Protocol::Grpc => Ok(Box::new(grpc::GrpcDelivery::new(settings.clone())?)),
        #[cfg(not(feature = "grpc"))]
        Protocol::Grpc => Err(RegisterError::MissingFeature {
            setting: settings.endpoint.protocol_setting,
            what: "gRPC",
            feature: "grpc",
        }),
    }
}
