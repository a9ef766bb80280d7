//! OTLP over HTTP, protobuf in the body.

use super::refusal;
use super::refused;
use crate::config::{RegisterError, Setting};
use crate::delivery::body;
use crate::delivery::destination::{Attempt, Transport};
use crate::delivery::retry::retry_after;
use crate::delivery::settings::OtlpSettings;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceResponse;
use prost::Message;
use std::net::IpAddr;
use std::time::{Duration, SystemTime};
use ureq::http::{Response, Uri};
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};
use ureq::{Agent, Body, Proxy};

/// A backend reached over HTTP. The client is our own, so that no feature another crate turns on
/// changes it, and it blocks only the sender's thread.
#[derive(Debug)]
pub(super) struct HttpTransport {
    settings: OtlpSettings,
    agent: Agent,
}

impl HttpTransport {
    pub(super) fn new(settings: OtlpSettings) -> Result<Self, RegisterError> {
        let mut tls = TlsConfig::builder();
        if let Some((setting, path)) = &settings.certificate {
            tls = tls.root_certs(RootCerts::from(read_certificates(*setting, path)?));
        }
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .proxy(proxy(&settings.endpoint.url))
            .user_agent(concat!("trace-runtime/", env!("CARGO_PKG_VERSION")))
            .tls_config(tls.build())
            .build()
            .into();
        Ok(HttpTransport { settings, agent })
    }

    fn read(&self, mut response: Response<Body>) -> Attempt {
        let status = response.status().as_u16();
        let after = response.headers().get("retry-after");
        let after = after.and_then(|value| retry_after(value.to_str().ok()?, SystemTime::now()));
        let body =
            response.body_mut().with_config().limit(1 << 20).read_to_vec().unwrap_or_default();
        let failure = || refusal::status(&self.settings, status, &String::from_utf8_lossy(&body));
        match status {
            // Some backends answer with something else than protobuf; a success it is all the same.
            200..300 => Attempt::Accepted(refused(
                ExportTraceServiceResponse::decode(&*body).unwrap_or_default(),
            )),
            408 | 429 | 502 | 503 | 504 => Attempt::Retry { error: failure(), after },
            413 => Attempt::TooLarge(failure()),
            _ => Attempt::Rejected(failure()),
        }
    }
}

/// What the OpenTelemetry Collector takes unless told otherwise.
const LONGEST: usize = 20 << 20;

impl Transport for HttpTransport {
    fn send(&mut self, body: &body::Body, within: Duration) -> Attempt {
        let mut request = self.agent.post(&self.settings.endpoint.url);
        for (name, value) in self.settings.headers.iter() {
            request = request.header(name, value);
        }
        if body.is_gzip {
            request = request.header("content-encoding", "gzip");
        }
        // Phoenix takes this content type and no other, not even with a parameter.
        let request = request.header("content-type", "application/x-protobuf");
        let request = request.config().timeout_global(Some(within)).build();
        match request.send(&body.bytes[..]) {
            Ok(response) => self.read(response),
            Err(error) => {
                let mut reason = reason(&error);
                if let Some(proxy) = self.agent.config().proxy() {
                    // Without the password that it may have.
                    reason += &format!(", through the proxy {}:{}", proxy.host(), proxy.port());
                }
                let failure = refusal::unreachable(&self.settings, &reason);
                Attempt::Retry { error: failure, after: None }
            }
        }
    }

    fn timeout(&self) -> Duration {
        self.settings.timeout
    }

    fn wants_gzip(&self) -> bool {
        self.settings.gzip
    }

    fn longest(&self) -> usize {
        LONGEST
    }

    fn address(&self) -> String {
        self.settings.endpoint.shown().to_owned()
    }

    fn identity(&self) -> &str {
        &self.settings.endpoint.url
    }
}

/// The proxy that the environment names. The client by itself would take one also to this machine,
/// where no proxy finds the program's collector.
fn proxy(url: &str) -> Option<Proxy> {
    let uri: Uri = url.parse().ok()?;
    let host = uri.host()?.trim_matches(['[', ']']);
    let is_local = host == "localhost"
        || host.parse::<IpAddr>().is_ok_and(|address| address.to_canonical().is_loopback());
    Proxy::try_from_env().filter(|proxy| !is_local && !proxy.is_no_proxy(&uri))
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
