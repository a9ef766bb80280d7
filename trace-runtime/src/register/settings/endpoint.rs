//! Resolves where spans go, and over which protocol.

use crate::config::{Environment, RegisterError, Setting};
use crate::delivery::{Endpoint, Protocol};
use crate::register::builder::Builder;

/// First wins: code, `PHOENIX_COLLECTOR_ENDPOINT`, `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT`,
/// `OTEL_EXPORTER_OTLP_ENDPOINT`, then Phoenix on this machine.
pub(super) fn endpoint(builder: &Builder, env: &Environment) -> Result<Endpoint, RegisterError> {
    let given = match &builder.endpoint {
        Some(url) => Some((Setting::Method("endpoint"), url.trim())),
        None => env.first(&[
            "PHOENIX_COLLECTOR_ENDPOINT",
            "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
            "OTEL_EXPORTER_OTLP_ENDPOINT",
        ]),
    };
    let asked = protocol(builder, env)?;
    let (setting, url) = given.unwrap_or(match asked {
        Some((_, Protocol::Grpc)) => (Setting::Default, "http://localhost:4317"),
        _ => (Setting::Default, "http://localhost:6006"),
    });
    Endpoint::new(setting, url, asked)
}

/// First wins: code, the variable for traces, the variable for all signals.
fn protocol(
    builder: &Builder,
    env: &Environment,
) -> Result<Option<(Setting, Protocol)>, RegisterError> {
    if let Some(protocol) = builder.protocol {
        return Ok(Some((Setting::Method("protocol"), protocol)));
    }
    let names = ["OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL"];
    let Some((setting, value)) = env.first(&names) else { return Ok(None) };
    match value {
        "http/protobuf" => Ok(Some((setting, Protocol::HttpProtobuf))),
        "grpc" => Ok(Some((setting, Protocol::Grpc))),
        "http" => Err(setting.invalid(value, "http/protobuf or grpc, write http/protobuf")),
        _ => Err(setting.invalid(value, "http/protobuf or grpc")),
    }
}
