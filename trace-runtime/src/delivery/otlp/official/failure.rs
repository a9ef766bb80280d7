//! Reads the errors of the official exporter, which are texts: try again, or give up.
//!
//! The texts are those of `opentelemetry-otlp` 0.33, and the tests compare them with real failures. An
//! unknown text means to give up: trying again for ever would hold up all later spans.

use crate::delivery::destination::Attempt;
use crate::delivery::otlp::grpc;
use crate::delivery::otlp::send_error;
use crate::delivery::otlp::settings::OtlpSettings;
use opentelemetry_sdk::error::OTelSdkError;
use std::fmt;
use std::sync::Arc;
use tonic::{Code, Status};

/// A failed export.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Failure<'a> {
    /// No answer arrived, for this reason.
    NoAnswer(&'a str),
    Http(u16),
    /// A gRPC code, and the error of the connection if there is one.
    Grpc(Code, Option<&'a str>),
    Other,
}

impl<'a> Failure<'a> {
    pub(super) fn read(error: &'a OTelSdkError) -> Self {
        let text = match error {
            OTelSdkError::InternalFailure(text) => text.as_str(),
            OTelSdkError::Timeout(_) => return Failure::NoAnswer("no answer in time"),
            OTelSdkError::AlreadyShutdown => return Failure::Other,
        };
        if text == "HTTP export failed: network error" {
            return Failure::NoAnswer("network error");
        }
        if let Some(status) = text.strip_prefix("HTTP export failed with status code: ") {
            return status.parse().map_or(Failure::Other, Failure::Http);
        }
        let Some((_, code)) = text.split_once(" export failed with gRPC code: ") else {
            return Failure::Other;
        };
        let (code, reason) = match code.split_once(": ") {
            Some((code, reason)) => (code, Some(reason)),
            None => (code, None),
        };
        let mut codes = (0..=16).map(Code::from_i32);
        let found = codes.find(|known| format!("{known:?}") == code);
        found.map_or(Failure::Other, |code| Failure::Grpc(code, reason))
    }
}

/// Decides on a failure of the exporter that settings configure. Only gRPC comes here with a code:
/// over HTTP our client has seen the answer. A code comes without the pause that the backend asks
/// for, so the backoff decides when to try again.
pub(super) fn of_collector(settings: &OtlpSettings, error: &OTelSdkError) -> Attempt {
    match Failure::read(error) {
        Failure::NoAnswer(reason) => {
            Attempt::Retry { error: send_error::unreachable(settings, reason), after: None }
        }
        Failure::Http(code) => Attempt::Rejected(send_error::status(settings, code, "")),
        Failure::Grpc(code, reason) => grpc::classify(settings, &status(code, reason)),
        Failure::Other => Attempt::Rejected(send_error::of_exporter(settings, &error.to_string())),
    }
}

/// Restores the status that the exporter received, as far as its error contains it.
fn status(code: Code, reason: Option<&str>) -> Status {
    let mut status = Status::new(code, "");
    if let Some(reason) = reason {
        status.set_source(Arc::new(Reason(reason.to_owned())));
    }
    status
}

/// The error of a connection, as text.
#[derive(Debug)]
struct Reason(String);

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Reason {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_the_exporter_are_read() {
        let table = [
            ("HTTP export failed: network error", Failure::NoAnswer("network error")),
            ("HTTP export failed with status code: 429", Failure::Http(429)),
            (
                "TonicTracesClient export failed with gRPC code: ResourceExhausted",
                Failure::Grpc(Code::ResourceExhausted, None),
            ),
            (
                "TonicTracesClient export failed with gRPC code: Unavailable: tcp connect error: \
                 refused",
                Failure::Grpc(Code::Unavailable, Some("tcp connect error: refused")),
            ),
            ("a new text", Failure::Other),
            ("X export failed with gRPC code: Unheard", Failure::Other),
            ("HTTP export failed with status code: many", Failure::Other),
        ];
        for (text, expected) in table {
            let error = OTelSdkError::InternalFailure(text.to_owned());
            assert_eq!(Failure::read(&error), expected, "{text}");
        }
    }
}
