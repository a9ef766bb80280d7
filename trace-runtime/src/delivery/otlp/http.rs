//! OTLP over HTTP, with protobuf as the body.

#[cfg(feature = "opentelemetry-otlp")]
use super::Protocol;
use super::settings::OtlpSettings;
use super::{Client, answer, identity, partial_success, send_error};
use crate::config::{RegisterError, Setting};
use crate::delivery::body;
use crate::delivery::destination::{Attempt, SendError};
use crate::delivery::retry::retry_after;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceResponse;
use prost::Message as _;
use std::net::IpAddr;
use std::time::{Duration, SystemTime};
use ureq::http::{HeaderValue, Method, Request, Uri};
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};
use ureq::{Agent, Proxy};

/// A blocking HTTP client. It is `ureq` and not the client of `opentelemetry-otlp`, whose
/// behaviour depends on features that other crates enable (docs/decisions/0001). Blocking is
/// fine: it runs on the sender thread of one destination.
#[derive(Debug)]
pub(super) struct HttpClient {
    agent: Agent,
}

/// One request.
pub(super) struct Message<'a> {
    pub(super) method: Method,
    pub(super) url: &'a str,
    /// The content type, the content encoding and the bytes.
    pub(super) content: Option<(&'a str, Option<&'a str>, &'a [u8])>,
}

/// The answer to a request.
pub(super) struct Answer {
    pub(super) status: u16,
    /// The pause that the header `retry-after` asks for.
    pub(super) after: Option<Duration>,
    /// True if it is an answer of gRPC. Its status is 200 even if the server has no such service.
    pub(super) is_grpc: bool,
    pub(super) body: Vec<u8>,
}

/// The part of a response body that is read. Error pages of proxies can be large.
const MAX_RESPONSE_BYTES: u64 = 1 << 20;

impl HttpClient {
    /// Builds the client without connecting. Fails only if the certificate file is unusable.
    pub(super) fn new(settings: &OtlpSettings) -> Result<Self, RegisterError> {
        let mut tls = TlsConfig::builder();
        if let Some((setting, path)) = &settings.certificate {
            tls = tls.root_certs(RootCerts::from(read_certificates(*setting, path)?));
        }
        if let Some(identity) = &settings.identity {
            tls = tls.client_cert(Some(identity.for_http()?));
        }
        let agent = Agent::config_builder()
            // A response with an error status has a body that explains it.
            .http_status_as_error(false)
            // A redirect is reported, so that the user corrects the endpoint. Following it could
            // send the API key to another host.
            .max_redirects(0)
            .proxy(proxy(&settings.endpoint.url))
            .user_agent(concat!("trace-runtime/", env!("CARGO_PKG_VERSION")))
            .tls_config(tls.build())
            .build()
            .into();
        Ok(HttpClient { agent })
    }

    /// Sends a request with the headers of the settings, and returns the answer.
    ///
    /// # Errors
    ///
    /// Returns an error without an answer. It is always retried: the network or the backend may
    /// recover.
    pub(super) fn exchange(
        &self,
        settings: &OtlpSettings,
        message: &Message<'_>,
        within: Duration,
    ) -> Result<Answer, SendError> {
        let failed = |error| self.unreachable(settings, &error);
        let mut request = Request::builder().method(message.method.clone()).uri(message.url);
        for (name, value) in settings.headers.iter() {
            request = request.header(name, value);
        }
        let mut bytes: &[u8] = &[];
        if let Some((kind, encoding, content)) = message.content {
            bytes = content;
            request = request.header("content-type", kind);
            if let Some(encoding) = encoding {
                request = request.header("content-encoding", encoding);
            }
        }
        let answered = request.body(bytes).map_err(ureq::Error::from).and_then(|request| {
            // The limit for the whole request: name resolution, connection, upload and response.
            let agent = self.agent.configure_request(request);
            self.agent.run(agent.timeout_global(Some(within)).build())
        });
        let mut response = answered.map_err(failed)?;
        // An unreadable `retry-after` counts as none: the backoff applies.
        let after = response.headers().get("retry-after");
        let after = after.and_then(|value| retry_after(value.to_str().ok()?, SystemTime::now()));
        let kind = response.headers().get("content-type").map(HeaderValue::as_bytes);
        let is_grpc = kind.is_some_and(|kind| kind.starts_with(b"application/grpc"));
        let body = response.body_mut().with_config().limit(MAX_RESPONSE_BYTES).read_to_vec();
        let status = response.status().as_u16();
        Ok(Answer { status, after, is_grpc, body: body.unwrap_or_default() })
    }

    /// Returns the failure for a request without a response.
    fn unreachable(&self, settings: &OtlpSettings, error: &ureq::Error) -> SendError {
        let mut reason = reason(error);
        if let Some(proxy) = self.agent.config().proxy() {
            // Host and port only: the URL of a proxy may contain a password.
            reason += &format!(", through the proxy {}:{}", proxy.host(), proxy.port());
        }
        send_error::unreachable(settings, &reason)
    }
}

impl Client for HttpClient {
    /// The default of the OpenTelemetry Collector's HTTP receiver.
    const MAX_REQUEST_BYTES: usize = 20 << 20;

    fn send(&mut self, settings: &OtlpSettings, body: &body::Body, within: Duration) -> Attempt {
        // Phoenix accepts exactly this content type, without any parameter.
        let encoding = if body.is_gzip { Some("gzip") } else { None };
        let message = Message {
            method: Method::POST,
            url: &settings.endpoint.url,
            content: Some(("application/x-protobuf", encoding, &body.bytes)),
        };
        match self.exchange(settings, &message, within) {
            Ok(answer) => classify(settings, &answer),
            Err(error) => Attempt::Retry { error, after: None },
        }
    }
}

/// Decides by the status whether a request is retried, as in the section "OTLP/HTTP Response" of
/// the OTLP specification: 429, 502, 503 and 504 are retryable, with `Retry-After` as the delay.
/// We also retry 408, which gateways send for a slow upload. Every other status is final, except
/// 413: a batch that is too large is split.
pub(super) fn classify(settings: &OtlpSettings, answer: &Answer) -> Attempt {
    let Answer { status, after, is_grpc, body } = answer;
    let (status, after) = (*status, *after);
    let failure = || send_error::status(settings, status, answer::text_of(body));
    match status {
        200..300 if *is_grpc => Attempt::Rejected(send_error::speaks_grpc(settings)),
        // Some backends answer with JSON or plain text. A body that is not protobuf carries no
        // partial success, and the status alone means that all spans were accepted.
        200..300 => Attempt::Accepted(partial_success(settings, response(settings, body))),
        408 | 429 | 502 | 503 | 504 => Attempt::Retry { error: failure(), after },
        413 => Attempt::TooLarge(failure()),
        _ => Attempt::Rejected(failure()),
    }
}

/// Decodes the body of a success. One that cannot be decoded counts as empty.
fn response(settings: &OtlpSettings, body: &[u8]) -> ExportTraceServiceResponse {
    match settings.endpoint.protocol {
        #[cfg(feature = "opentelemetry-otlp")]
        Protocol::HttpJson => serde_json::from_slice(body).unwrap_or_default(),
        _ => ExportTraceServiceResponse::decode(body).unwrap_or_default(),
    }
}

/// Returns the proxy that the environment names for this URL. Loopback addresses bypass it, which
/// `ureq` does not do by itself: a proxy on another machine cannot reach the program's collector.
fn proxy(url: &str) -> Option<Proxy> {
    let uri: Uri = url.parse().ok()?;
    let host = uri.host()?.trim_matches(['[', ']']);
    let is_local = host == "localhost"
        || host.parse::<IpAddr>().is_ok_and(|address| address.to_canonical().is_loopback());
    Proxy::try_from_env().filter(|proxy| !is_local && !proxy.is_no_proxy(&uri))
}

/// Returns the innermost cause of an error: "Connection refused" is more useful than "io error".
fn reason(error: &ureq::Error) -> String {
    match error {
        ureq::Error::Io(error) => error.to_string(),
        ureq::Error::Timeout(_) => "no answer in time".to_owned(),
        ureq::Error::HostNotFound => "host name not found".to_owned(),
        other => other.to_string(),
    }
}

/// Reads the certificates of a PEM file. Other PEM items, such as keys, are ignored.
pub(super) fn read_certificates(
    setting: Setting,
    path: &str,
) -> Result<Vec<Certificate<'static>>, RegisterError> {
    let unusable =
        |reason: String| RegisterError::Certificate { setting, path: path.to_owned(), reason };
    let pem = identity::read(setting, path)?;
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
    fn certificate_file_unusable_names_the_variable_and_the_file() {
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
