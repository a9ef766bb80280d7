//! Error messages for spans that a backend did not accept: the cause, and advice on how to fix
//! it. Messages never contain the value of a header.

use super::answer;
use super::settings::OtlpSettings;
use crate::config::Setting;
use crate::delivery::destination::{SendError, UNREACHABLE};
use std::sync::OnceLock;

/// Returns the failure for a backend that did not respond: no connection, no TLS session, or a
/// timeout.
pub(super) fn unreachable(settings: &OtlpSettings, reason: &str) -> SendError {
    let advice = match settings.endpoint.setting {
        // The messages of rustls, which both clients use.
        _ if reason.contains("certificate not valid for name") => {
            "use the host name in its certificate"
        }
        _ if reason.contains("certificate expired") => "renew its certificate",
        // A backend of `also(..)` reads no environment variable, so naming one would not help.
        _ if reason.contains("certificate") && settings.is_additional => {
            "a backend given to `also(..)` needs a certificate from a public authority; make this one \
             the endpoint of the builder that is installed, and set OTEL_EXPORTER_OTLP_CERTIFICATE \
             to a PEM file of the authority that signed its certificate"
        }
        _ if reason.contains("certificate") => {
            "set OTEL_EXPORTER_OTLP_CERTIFICATE to a PEM file of the authority that signed its \
             certificate"
        }
        Setting::Default if settings.is_additional => {
            "start Phoenix there (`phoenix serve`), or call `endpoint(..)` on the builder given to \
             `also(..)`"
        }
        Setting::Default => {
            "start Phoenix there (`phoenix serve`), or set \
             PHOENIX_COLLECTOR_ENDPOINT to the URL of a collector"
        }
        _ => "start it there, or correct the endpoint",
    };
    // All failures to reach a backend share a cause, so that an outage is reported once.
    SendError {
        cause: UNREACHABLE,
        what: format!(
            "the collector at {} could not be reached ({})",
            settings.endpoint.shown(),
            answer::shown(settings, reason)
        ),
        advice: with_origin(settings, advice),
    }
}

/// Returns the failure for an HTTP status other than success. The text of the answer is quoted.
pub(super) fn status(settings: &OtlpSettings, status: u16, answered: &str) -> SendError {
    let (cause, advice): (&'static str, String) = match status {
        401 | 403 => ("credential", credential_advice(settings)),
        // The port is right and the path is not, for example below a reverse proxy.
        404 => {
            ("not found", "there is no OTLP endpoint at this path; correct the endpoint".to_owned())
        }
        // Only a single span is reported as too large: larger batches are split before.
        413 => (
            "too large",
            "raise its limit, or lower OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT".to_owned(),
        ),
        // The backend accepts only another protocol at this path, such as JSON.
        415 => (
            "protocol",
            "it does not accept http/protobuf at this path; set the protocol".to_owned(),
        ),
        // MLflow's answer to a request without an experiment.
        422 => (
            "unprocessable",
            "it could not process the request; MLflow requires the header x-mlflow-experiment-id"
                .to_owned(),
        ),
        // Redirects are not followed, see `http.rs`.
        300..=399 => {
            ("redirect", "it redirects to another address; set that one as the endpoint".to_owned())
        }
        _ => (status_cause(status), "see the collector's log".to_owned()),
    };
    let quoted = match answer::shown(settings, answered) {
        empty if empty.is_empty() => empty,
        text => format!(" ({text})"),
    };
    SendError {
        cause,
        what: format!("the collector at {} answered {status}{quoted}", settings.endpoint.shown()),
        advice: with_origin(settings, &advice),
    }
}

/// Returns a `'static` cause for a status code, so that each code is reported and counted once.
fn status_cause(status: u16) -> &'static str {
    static CAUSES: [OnceLock<String>; 1000] = [const { OnceLock::new() }; 1000];
    let cause = CAUSES.get(usize::from(status));
    cause.map_or("status", |cause| cause.get_or_init(|| format!("status {status}")))
}

/// Returns advice for a rejected credential. Names its setting, never its value.
fn credential_advice(settings: &OtlpSettings) -> String {
    let names: Vec<_> = settings.headers.iter().map(|(name, _)| name).collect();
    let names = names.join(", ");
    let give_one = if settings.is_additional {
        "call `api_key(..)` on the builder given to `also(..)`"
    } else {
        "set PHOENIX_API_KEY, or call `api_key(..)`"
    };
    match settings.headers.credential {
        None if names.is_empty() => {
            format!("it requires an API key, and none was given; {give_one}")
        }
        // Some backends read their key from another header than `authorization`.
        None => {
            format!(
                "it accepts none of the headers {names} as its key; correct them, or {give_one}"
            )
        }
        Some(setting) => format!("it rejected the API key from {setting}; correct the key"),
    }
}

/// Appends the setting that contains the endpoint, unless the endpoint is the default.
fn with_origin(settings: &OtlpSettings, advice: &str) -> String {
    match settings.endpoint.setting {
        Setting::Default => advice.to_owned(),
        setting => format!("{advice} (the endpoint is from {setting})"),
    }
}
