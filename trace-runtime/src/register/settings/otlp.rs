//! Resolves how to reach an OTLP backend.

use super::endpoint::endpoint;
use super::headers::headers;
use crate::config::{Environment, RegisterError};
use crate::delivery::OtlpSettings;
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
