//! Resolves the address, protocol, headers and timeout of an OTLP backend.

use super::headers::headers;
use crate::config::{Environment, RegisterError, Setting};
use crate::delivery::{ClientIdentity, Compression, Endpoint, OtlpSettings, Protocol};
use crate::enrich::Additions;
use crate::register::builder::Builder;
use std::time::Duration;

/// The default of the OTLP exporter specification.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(10);

/// Resolves the backend that the builder and the environment name.
///
/// The variables are those of the OTLP exporter specification: the one for traces wins over the
/// one for all signals. `OTEL_BSP_EXPORT_TIMEOUT`, of the batch processor, can only shorten the
/// timeout.
pub(in crate::register) fn otlp(
    builder: &Builder,
    env: &Environment,
) -> Result<OtlpSettings, RegisterError> {
    let compression =
        env.first(&["OTEL_EXPORTER_OTLP_TRACES_COMPRESSION", "OTEL_EXPORTER_OTLP_COMPRESSION"]);
    let compression = match compression {
        None | Some((_, "none")) => Compression::None,
        Some((_, "gzip")) => Compression::Gzip,
        Some((setting, "zstd")) => Compression::Zstd(setting),
        Some((setting, found)) => return Err(setting.invalid(found, "gzip, zstd or none")),
    };
    let certificate = env
        .first(&["OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE", "OTEL_EXPORTER_OTLP_CERTIFICATE"])
        .map(|(setting, path)| (setting, path.to_owned()));
    let settings = OtlpSettings {
        endpoint: endpoint(builder, env)?,
        headers: headers(builder, env)?,
        timeout: timeout(env)?,
        compression,
        certificate,
        identity: identity(env)?,
        backend: None,
        additions: Additions::default(),
    };
    // Every use of the backend needs the same features: traces, feedback, and a replay.
    settings.needs_official_exporter()?;
    Ok(settings)
}

/// Resolves the certificate that the client presents, and its key. A pair is from the variables for
/// traces or from those for all signals, or one of each.
fn identity(env: &Environment) -> Result<Option<ClientIdentity>, RegisterError> {
    let owned = |(setting, path): (Setting, &str)| (setting, path.to_owned());
    let certificate = env
        .first(&[
            "OTEL_EXPORTER_OTLP_TRACES_CLIENT_CERTIFICATE",
            "OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE",
        ])
        .map(owned);
    let key = env
        .first(&["OTEL_EXPORTER_OTLP_TRACES_CLIENT_KEY", "OTEL_EXPORTER_OTLP_CLIENT_KEY"])
        .map(owned);
    match (certificate, key) {
        (None, None) => Ok(None),
        (Some(certificate), Some(key)) => Ok(Some(ClientIdentity { certificate, key })),
        (Some((setting, path)), None) => Err(setting.invalid(
            &path,
            "a certificate with its key: set OTEL_EXPORTER_OTLP_CLIENT_KEY to the PEM file of the key",
        )),
        (None, Some((setting, path))) => Err(setting.invalid(
            &path,
            "a key with its certificate: set OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE to its PEM file",
        )),
    }
}

/// Resolves the time limit of one attempt.
pub(super) fn timeout(env: &Environment) -> Result<Duration, RegisterError> {
    // The specification's unit for all timeouts is milliseconds.
    let timeout = env
        .milliseconds(&["OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "OTEL_EXPORTER_OTLP_TIMEOUT"])?
        .unwrap_or(DEFAULT_TIMEOUT);
    let max_timeout = env.milliseconds(&["OTEL_BSP_EXPORT_TIMEOUT"])?.unwrap_or(timeout);
    Ok(timeout.min(max_timeout))
}

/// Resolves the address. Precedence: code, then `PHOENIX_COLLECTOR_ENDPOINT`, then
/// `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT`, then `OTEL_EXPORTER_OTLP_ENDPOINT`, then Phoenix on this
/// machine.
fn endpoint(builder: &Builder, env: &Environment) -> Result<Endpoint, RegisterError> {
    let given = match &builder.endpoint {
        Some(url) => Some((Setting::Method("endpoint"), url.trim())),
        None => env.first(&[
            "PHOENIX_COLLECTOR_ENDPOINT",
            "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
            "OTEL_EXPORTER_OTLP_ENDPOINT",
        ]),
    };
    let requested = protocol(builder, env)?;
    // The port that the URL names may decide the protocol; without a URL, the protocol decides the
    // port. Phoenix listens for HTTP on the port of its user interface, and for gRPC on the usual
    // one.
    let (setting, url) = given.unwrap_or(match requested {
        Some((_, Protocol::Grpc)) => (Setting::Default, "http://localhost:4317"),
        _ => (Setting::Default, "http://localhost:6006"),
    });
    Endpoint::new(setting, url, requested)
}

/// Resolves the protocol. Precedence: code, then the variable for traces, then the variable for all
/// signals. `None` leaves the decision to the port of the endpoint.
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
        "http/json" => Ok(Some((setting, Protocol::HttpJson))),
        "http" => {
            Err(setting.invalid(value, "http/protobuf, http/json or grpc, write http/protobuf"))
        }
        _ => Err(setting.invalid(value, "http/protobuf, http/json or grpc")),
    }
}
