//! An exporter of `opentelemetry-otlp` that code builds.

use super::failure::Failure;
use super::runtime::ExportRuntime;
use super::{OfficialTransport, Peer};
use crate::config::RegisterError;
use crate::delivery::destination::{Attempt, PartialSuccess, SendError, Transport, UNREACHABLE};
use crate::panic::short_message;
use opentelemetry_otlp::{ExporterBuildError, SpanExporter};
use opentelemetry_sdk::error::OTelSdkResult;
use std::thread;
use std::time::Duration;
use tonic::Code;

/// The time limit of one export, which includes the exporter's own retries. Its timeout is unknown,
/// and it does not cancel a request that hangs.
const MAX_EXPORT_TIME: Duration = Duration::from_secs(60);

/// The error of code that builds an exporter.
pub(crate) type BuildError = ExporterBuildError;

/// Builds an exporter inside its runtime, since some clients require one, and wraps it.
///
/// A separate thread builds it: the thread of the caller may belong to another runtime, where a
/// blocking client panics.
pub(crate) fn given(
    name: String,
    build: impl FnOnce() -> Result<SpanExporter, BuildError> + Send,
) -> Result<Box<dyn Transport>, RegisterError> {
    let runtime = ExportRuntime::start()?;
    let failed = |reason: String| RegisterError::Exporter(format!("`{name}`: {reason}"));
    let result = thread::scope(|scope| {
        let building = scope.spawn(|| {
            let _inside = runtime.enter();
            build()
        });
        building.join()
    });
    let exporter = result
        .map_err(|payload| failed(format!("its code panicked ({})", short_message(&*payload))))?
        .map_err(|error| failed(error.to_string()))?;
    let peer = Given { identity: format!("opentelemetry-otlp {name}"), name };
    Ok(Box::new(OfficialTransport { exporter: Some(exporter), runtime, peer }))
}

/// The backend of an exporter that code builds: only its name is known.
#[derive(Debug)]
struct Given {
    name: String,
    identity: String,
}

impl Given {
    fn error(&self, cause: &'static str, what: &str, advice: &str) -> SendError {
        let what = format!("the exporter `{}` {what}", self.name);
        SendError { cause, what, advice: advice.to_owned() }
    }

    fn no_answer(&self, reason: &str) -> Attempt {
        let what = format!("got no answer ({reason})");
        let advice = "start its collector, or correct the endpoint in code";
        Attempt::Retry { error: self.error(UNREACHABLE, &what, advice), after: None }
    }

    /// Decides by the status of HTTP, as our transport does.
    fn http(&self, status: u16, words: &str) -> Attempt {
        let what = format!("was answered {words}");
        match status {
            401 | 403 => {
                let advice = "correct the credential in the code that builds it";
                Attempt::Rejected(self.error("credential", &what, advice))
            }
            413 => {
                let advice = "raise the collector's limit, or lower \
                              OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT";
                Attempt::TooLarge(self.error("too large", &what, advice))
            }
            408 | 429 | 502 | 503 | 504 => {
                let error = self.error("busy", &what, "see the collector's log");
                Attempt::Retry { error, after: None }
            }
            _ => Attempt::Rejected(self.error("refused", &what, "see the collector's log")),
        }
    }

    /// Decides by the code of gRPC, with the HTTP status of the same meaning.
    fn grpc(&self, code: Code, reason: Option<&str>) -> Attempt {
        let words = format!("with the gRPC code {code:?}");
        match code {
            Code::Unauthenticated | Code::PermissionDenied => self.http(401, &words),
            Code::ResourceExhausted => self.http(429, &words),
            Code::Unavailable
            | Code::DeadlineExceeded
            | Code::Cancelled
            | Code::Aborted
            | Code::OutOfRange
            | Code::DataLoss => self.no_answer(reason.unwrap_or(&words)),
            // With a reason, the connection broke.
            Code::Unknown | Code::Internal if reason.is_some() => {
                self.no_answer(reason.unwrap_or_default())
            }
            _ => self.http(400, &words),
        }
    }
}

impl Peer for Given {
    /// The protocol is unknown; this is the lower of the defaults of servers.
    const MAX_REQUEST_BYTES: usize = 4 << 20;

    fn judge(&self, result: OTelSdkResult) -> Attempt {
        let Err(error) = result else { return Attempt::Accepted(PartialSuccess::default()) };
        match Failure::read(&error) {
            Failure::NoAnswer(reason) => self.no_answer(reason),
            Failure::Http(status) => self.http(status, &status.to_string()),
            Failure::Grpc(code, reason) => self.grpc(code, reason),
            Failure::Other => Attempt::Rejected(self.error(
                "exporter",
                &format!("failed: {error}"),
                "see its log",
            )),
        }
    }

    fn timed_out(&self) -> SendError {
        let what = format!("did not return within {} s", MAX_EXPORT_TIME.as_secs());
        self.error(UNREACHABLE, &what, "give its client a timeout")
    }

    fn timeout(&self) -> Duration {
        MAX_EXPORT_TIME
    }

    fn address(&self) -> String {
        self.name.clone()
    }

    fn identity(&self) -> &str {
        &self.identity
    }
}
