//! OTLP over HTTP, protobuf in the body.

use super::encode;
use super::refusal;
use super::retry::{Attempt, Retry};
use crate::export::deliver::{Deliver, Delivering, DeliveryResult, Failure, Refused};
use crate::register::{OtlpSettings, RegisterError, Setting};
use flate2::{Compression, write::GzEncoder};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceResponse;
use opentelemetry_proto::transform::common::tonic::ResourceAttributesWithSchema;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SpanData;
use prost::Message;
use std::io::Write;
use std::thread;
use std::time::Duration;
use ureq::http::Response;
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};
use ureq::{Agent, Body};

/// A backend reached over HTTP. The client is our own, so that no feature another crate turns on
/// changes it, and it blocks only the worker's thread.
#[derive(Debug)]
pub(super) struct HttpDelivery {
    settings: OtlpSettings,
    agent: Agent,
    resource: ResourceAttributesWithSchema,
}

impl HttpDelivery {
    pub(super) fn new(settings: OtlpSettings) -> Result<Self, RegisterError> {
        let mut tls = TlsConfig::builder();
        if let Some((setting, path)) = &settings.certificate {
            tls = tls.root_certs(RootCerts::from(read_certificates(*setting, path)?));
        }
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .user_agent(concat!("trace-runtime/", env!("CARGO_PKG_VERSION")))
            .tls_config(tls.build())
            .build()
            .into();
        Ok(HttpDelivery { settings, agent, resource: ResourceAttributesWithSchema::default() })
    }

    fn send(&self, batch: Vec<SpanData>) -> DeliveryResult {
        let body = encode::request(batch, &self.resource).encode_to_vec();
        let body =
            if self.settings.gzip { gzip(&body).map_err(|e| unencodable(&e))? } else { body };
        let mut retry = Retry::within(self.settings.timeout);
        loop {
            match self.attempt(&body, retry.remaining()) {
                Attempt::Done(result) => return result,
                Attempt::Again { failure, after } => match retry.pause(after) {
                    Some(pause) => thread::sleep(pause),
                    None => return Err(failure),
                },
            }
        }
    }

    fn attempt(&self, body: &[u8], timeout: Duration) -> Attempt {
        let mut request = self.agent.post(&self.settings.endpoint.url);
        for (name, value) in self.settings.headers.iter() {
            request = request.header(name, value);
        }
        if self.settings.gzip {
            request = request.header("content-encoding", "gzip");
        }
        // Phoenix takes this content type and no other, not even with a parameter.
        let request = request.header("content-type", "application/x-protobuf");
        let request = request.config().timeout_global(Some(timeout)).build();
        match request.send(body) {
            Ok(response) => self.read(response),
            Err(error) => {
                let failure = refusal::unreachable(&self.settings, &reason(&error));
                Attempt::Again { failure, after: None }
            }
        }
    }

    fn read(&self, mut response: Response<Body>) -> Attempt {
        let status = response.status().as_u16();
        let after = response.headers().get("retry-after").and_then(|value| {
            let seconds = value.to_str().ok()?.parse().ok()?;
            Some(Duration::from_secs(seconds))
        });
        let body =
            response.body_mut().with_config().limit(1 << 20).read_to_vec().unwrap_or_default();
        match status {
            200..300 => Attempt::Done(Ok(refused(&body))),
            408 | 429 | 502 | 503 | 504 => Attempt::Again {
                failure: refusal::status(&self.settings, status, &String::from_utf8_lossy(&body)),
                after,
            },
            _ => Attempt::Done(Err(refusal::status(
                &self.settings,
                status,
                &String::from_utf8_lossy(&body),
            ))),
        }
    }
}

impl Deliver for HttpDelivery {
    fn deliver(&self, batch: Vec<SpanData>) -> Delivering<'_> {
        Box::pin(async move { self.send(batch) })
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.resource = resource.into();
    }

    fn address(&self) -> String {
        self.settings.endpoint.shown().to_owned()
    }
}

/// Some backends answer with something else than protobuf; a success it is all the same.
fn refused(body: &[u8]) -> Refused {
    let response = ExportTraceServiceResponse::decode(body).unwrap_or_default();
    response.partial_success.map(Refused::from).unwrap_or_default()
}

fn gzip(body: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(body.len() / 4), Compression::fast());
    encoder.write_all(body)?;
    encoder.finish()
}

fn unencodable(error: &std::io::Error) -> Failure {
    Failure {
        cause: "encoding",
        what: format!("a batch could not be compressed ({error})"),
        advice: "switch compression off".to_owned(),
    }
}

/// The innermost cause: "Connection refused" says more than "io error".
fn reason(error: &ureq::Error) -> String {
    match error {
        ureq::Error::Io(error) => error.to_string(),
        ureq::Error::Timeout(_) => "no answer in time".to_owned(),
        ureq::Error::HostNotFound => "its host name is not known".to_owned(),
        other => other.to_string(),
    }
}

fn read_certificates(
    setting: Setting,
    path: &str,
) -> Result<Vec<Certificate<'static>>, RegisterError> {
    let unusable =
        |reason: String| RegisterError::Certificate { setting, path: path.to_owned(), reason };
    let pem = std::fs::read(path).map_err(|error| unusable(error.to_string()))?;
    let certificates: Vec<_> = parse_pem(&pem)
        .filter_map(|item| match item {
            Ok(PemItem::Certificate(certificate)) => Some(certificate),
            _ => None,
        })
        .collect();
    if certificates.is_empty() {
        return Err(unusable("expected certificates in PEM form, found none".to_owned()));
    }
    Ok(certificates)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_file_that_cannot_be_used_is_named_with_its_variable() {
        let setting = Setting::Variable("OTEL_EXPORTER_OTLP_CERTIFICATE");
        let missing = read_certificates(setting, "no/such.pem").unwrap_err().to_string();
        assert!(
            missing.starts_with("`OTEL_EXPORTER_OTLP_CERTIFICATE` names the file no/such.pem: "),
            "{missing}"
        );
        let other = read_certificates(setting, "Cargo.toml").unwrap_err().to_string();
        assert!(other.ends_with("expected certificates in PEM form, found none"), "{other}");
    }
}
