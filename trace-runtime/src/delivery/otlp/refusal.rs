//! What to tell a user whose spans a backend does not take.

use crate::config::Setting;
use crate::delivery::destination::{SendError, UNREACHABLE};
use crate::delivery::settings::OtlpSettings;
use std::sync::OnceLock;

/// The backend could not be reached at all.
pub(super) fn unreachable(settings: &OtlpSettings, reason: &str) -> SendError {
    let advice = match settings.endpoint.setting {
        _ if reason.contains("certificate not valid for name") => {
            "use the host name that its certificate is for"
        }
        _ if reason.contains("certificate expired") => "renew its certificate",
        _ if reason.contains("certificate") && settings.is_another => {
            "a backend given to `also(..)` needs a certificate of a public authority: give this one \
             to the builder that is installed, and name its authority with \
             OTEL_EXPORTER_OTLP_CERTIFICATE"
        }
        _ if reason.contains("certificate") => {
            "name the authority that signed its certificate with OTEL_EXPORTER_OTLP_CERTIFICATE"
        }
        Setting::Default if settings.is_another => {
            "start Phoenix there (`phoenix serve`), or call `endpoint(..)` on the builder given to \
             `also(..)`"
        }
        Setting::Default => {
            "start Phoenix there (`phoenix serve`), or name a collector with \
             PHOENIX_COLLECTOR_ENDPOINT"
        }
        _ => "start it there, or correct the endpoint",
    };
    SendError {
        cause: UNREACHABLE,
        what: format!(
            "the collector at {} could not be reached ({reason})",
            settings.endpoint.shown()
        ),
        advice: with_origin(settings, advice),
    }
}

/// The backend answered with an HTTP status other than success.
pub(super) fn status(settings: &OtlpSettings, status: u16, body: &str) -> SendError {
    let (cause, advice): (&'static str, String) = match status {
        401 | 403 => ("credential", credential_advice(settings)),
        404 => ("not found", "there is no OTLP endpoint at this path, correct it".to_owned()),
        // Said of single spans: batches were split before.
        413 => (
            "too large",
            "raise its limit, or lower OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT".to_owned(),
        ),
        415 => ("protocol", "it does not take http/protobuf here, set the protocol".to_owned()),
        422 => (
            "unprocessable",
            "it could not read the request; MLflow wants the header x-mlflow-experiment-id"
                .to_owned(),
        ),
        300..=399 => ("redirect", "it answers from another address, use that one".to_owned()),
        _ => (name(status), "see the collector's log".to_owned()),
    };
    let said = excerpt(body);
    SendError {
        cause,
        what: format!("the collector at {} answered {status}{said}", settings.endpoint.shown()),
        advice: with_origin(settings, &advice),
    }
}

/// The cause that a status is, by which each is said and counted for itself.
fn name(status: u16) -> &'static str {
    static NAMES: [OnceLock<String>; 1000] = [const { OnceLock::new() }; 1000];
    let name = NAMES.get(usize::from(status));
    name.map_or("status", |name| name.get_or_init(|| format!("status {status}")))
}

/// Names the credential by where it came from, never by its value.
pub(super) fn credential_advice(settings: &OtlpSettings) -> String {
    let names: Vec<_> = settings.headers.iter().map(|(name, _)| name).collect();
    let names = names.join(", ");
    let give_one = if settings.is_another {
        "call `api_key(..)` on the builder given to `also(..)`"
    } else {
        "set PHOENIX_API_KEY or `api_key(..)`"
    };
    match settings.headers.credential {
        None if names.is_empty() => format!("it wants an API key and none was given, {give_one}"),
        // Some backends take their key in a header of their own.
        None => {
            format!("no key that it takes is in the headers {names}, correct them or {give_one}")
        }
        Some(setting) => format!("the API key from {setting} was refused, correct it"),
    }
}

fn with_origin(settings: &OtlpSettings, advice: &str) -> String {
    match settings.endpoint.setting {
        Setting::Default => advice.to_owned(),
        setting => format!("{advice} (the endpoint is from {setting})"),
    }
}

/// The beginning of what the backend said, on one line, if it is text.
fn excerpt(body: &str) -> String {
    let line = body.split_whitespace().collect::<Vec<_>>().join(" ");
    let is_text = !line.is_empty() && !line.contains(|c: char| c.is_control() || c == '\u{fffd}');
    let short: String = line.chars().take(120).collect();
    if is_text { format!(" ({short})") } else { String::new() }
}
