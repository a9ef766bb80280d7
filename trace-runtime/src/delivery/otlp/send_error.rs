//! Error messages for spans that a backend did not accept: the cause, and advice on how to fix
//! it. Messages never contain the value of a header.

use super::answer;
use super::settings::{NamedBackend, OtlpSettings};
use crate::config::Setting;
use crate::delivery::destination::{SendError, UNKNOWN_TARGET, UNREACHABLE};
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
        // A named backend does not read the variable, so naming it would not help.
        _ if reason.contains("certificate") && settings.backend.is_some() => {
            "call `certificate(..)` on its `Backend` with a PEM file of the authority that signed \
             its certificate"
        }
        _ if reason.contains("certificate") => {
            "set OTEL_EXPORTER_OTLP_CERTIFICATE to a PEM file of the authority that signed its \
             certificate"
        }
        Setting::Default if settings.backend.as_ref().is_some_and(|it| it.title != "Phoenix") => {
            "check the network of this machine, or call `endpoint(..)` on its `Backend`"
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
            "{} could not be reached ({})",
            settings.shown(),
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
            format!(
                "it does not accept {} at this path; set the protocol",
                settings.endpoint.protocol.name()
            ),
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
    let what = answered_with(settings, status, answered);
    SendError { cause, what, advice: with_origin(settings, &advice) }
}

/// Returns the failure for a server that speaks gRPC where a request of HTTP was sent.
pub(super) fn speaks_grpc(settings: &OtlpSettings) -> SendError {
    SendError {
        cause: "protocol",
        what: format!("{} answered in gRPC", settings.shown()),
        advice: with_origin(settings, "set the protocol to grpc, or correct the port"),
    }
}

/// Returns the failure for an error of the official exporter that says nothing about the backend.
#[cfg(feature = "opentelemetry-otlp")]
pub(super) fn of_exporter(settings: &OtlpSettings, error: &str) -> SendError {
    let what =
        format!("the exporter for {} failed: {}", settings.shown(), answer::shown(settings, error));
    SendError { cause: "exporter", what, advice: "see its log".to_owned() }
}

/// Returns the failure for an annotation that a backend did not accept.
pub(super) fn feedback_status(settings: &OtlpSettings, status: u16, answered: &str) -> SendError {
    let (cause, advice) = match status {
        401 | 403 => ("credential", credential_advice(settings)),
        404 => (
            UNKNOWN_TARGET,
            "it does not know the target; check that the span is sampled and sent there".to_owned(),
        ),
        300..=399 => {
            ("redirect", "it redirects to another address; set that one as the endpoint".to_owned())
        }
        400..=499 => (status_cause(status), "correct the annotation".to_owned()),
        _ => (status_cause(status), "see the log of the backend".to_owned()),
    };
    let what = answered_with(settings, status, answered);
    SendError { cause, what, advice: with_origin(settings, &advice) }
}

/// Describes an answer. Its text is quoted without secrets.
fn answered_with(settings: &OtlpSettings, status: u16, answered: &str) -> String {
    let quoted = match answer::shown(settings, answered) {
        empty if empty.is_empty() => empty,
        text => format!(" ({text})"),
    };
    format!("{} answered {status}{quoted}", settings.shown())
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
    let variables = settings.backend.as_ref().map(|backend| backend.keys.join(" and "));
    let give_one = match &settings.backend {
        None => "set PHOENIX_API_KEY, or call `api_key(..)`".to_owned(),
        Some(NamedBackend { keys: [], constructor, .. }) => {
            format!("call `api_key(..)` on `{constructor}`")
        }
        Some(NamedBackend { keys, constructor, .. }) => {
            format!("set {}, or call `api_key(..)` on `{constructor}`", keys.join(" and "))
        }
    };
    match settings.headers.credential {
        Some(Setting::Variable(name)) if variables.as_ref().is_some_and(|all| all != name) => {
            format!("it rejected the keys; correct {}", variables.unwrap_or_default())
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::otlp::{Compression, Endpoint, Headers};
    use std::time::Duration;

    fn advice(setting: Setting, title: Option<&'static str>) -> String {
        let backend =
            title.map(|title| NamedBackend { title, constructor: "", keys: &[], page: None });
        let settings = OtlpSettings {
            endpoint: Endpoint::new(setting, "http://localhost:6006", None).unwrap(),
            headers: Headers::default(),
            timeout: Duration::ZERO,
            compression: Compression::None,
            certificate: None,
            identity: None,
            backend,
            additions: crate::enrich::Additions::default(),
        };
        unreachable(&settings, "Connection refused").advice
    }

    #[test]
    fn advice_for_a_default_endpoint_is_to_start_phoenix_unless_it_is_of_another_backend() {
        let guide = "start Phoenix there (`phoenix serve`), or set PHOENIX_COLLECTOR_ENDPOINT to the \
                     URL of a collector";
        assert_eq!(advice(Setting::Default, None), guide);
        assert_eq!(advice(Setting::Default, Some("Phoenix")), guide);
        assert_eq!(
            advice(Setting::Default, Some("Langfuse")),
            "check the network of this machine, or call `endpoint(..)` on its `Backend`"
        );
        assert_eq!(
            advice(Setting::Variable("PHOENIX_COLLECTOR_ENDPOINT"), None),
            "start it there, or correct the endpoint (the endpoint is from \
             `PHOENIX_COLLECTOR_ENDPOINT`)"
        );
    }
}
