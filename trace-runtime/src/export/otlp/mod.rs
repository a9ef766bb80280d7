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

#[cfg(all(test, not(feature = "grpc")))]
mod tests {
    use crate::register::{Protocol, register};

    #[test]
    fn grpc_without_its_feature_says_what_to_enable() {
        let by_method = register().protocol(Protocol::Grpc).install().unwrap_err();
        assert_eq!(
            by_method.to_string(),
            "`protocol(..)` asks for gRPC: enable the feature `grpc` of trace-runtime"
        );
        let by_port = register().endpoint("http://h:4317").install().unwrap_err();
        assert!(by_port.to_string().starts_with("`endpoint(..)` asks for gRPC"), "{by_port}");
    }
}
