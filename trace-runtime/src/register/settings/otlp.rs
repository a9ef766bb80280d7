//! Resolves how to reach an OTLP backend.

use super::headers::headers;
use crate::config::{Environment, RegisterError, Setting};
use crate::delivery::{Endpoint, OtlpSettings, Protocol};
use crate::register::builder::Builder;
use std::time::Duration;

/// Resolves the backend that the builder and the environment name.
pub(in crate::register) fn otlp(
    builder: &Builder,
    env: &Environment,
) -> Result<OtlpSettings, RegisterError> {
    let timeout = env
        .milliseconds(&["OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "OTEL_EXPORTER_OTLP_TIMEOUT"])?
        .unwrap_or(Duration::from_secs(10));
    let longest = env.milliseconds(&["OTEL_BSP_EXPORT_TIMEOUT"])?.unwrap_or(timeout);
    let compression =
        env.first(&["OTEL_EXPORTER_OTLP_TRACES_COMPRESSION", "OTEL_EXPORTER_OTLP_COMPRESSION"]);
    let gzip = match compression {
        None | Some((_, "none")) => false,
        Some((_, "gzip")) => true,
        Some((setting, found)) => return Err(setting.invalid(found, "gzip or none")),
    };
    let certificate = env
        .first(&["OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE", "OTEL_EXPORTER_OTLP_CERTIFICATE"])
        .map(|(setting, path)| (setting, path.to_owned()));
    Ok(OtlpSettings {
        endpoint: endpoint(builder, env)?,
        headers: headers(builder, env)?,
        timeout: timeout.min(longest),
        gzip,
        certificate,
        is_another: false,
    })
}

/// Resolves a backend that was added with `also(..)`. It takes nothing from the environment, so that
/// no key is sent to a backend it does not belong to.
pub(super) fn additional(builder: &Builder) -> Result<OtlpSettings, RegisterError> {
    let settings = otlp(builder, &Environment::default())?;
    Ok(OtlpSettings { is_another: true, ..settings })
}

/// First wins: code, `PHOENIX_COLLECTOR_ENDPOINT`, `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT`,
/// `OTEL_EXPORTER_OTLP_ENDPOINT`, then Phoenix on this machine.
fn endpoint(builder: &Builder, env: &Environment) -> Result<Endpoint, RegisterError> {
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
