//! Where spans go, and over which protocol.

use crate::config::{RegisterError, Setting};
use ureq::http::Uri;

/// The transport of OTLP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Protocol {
    /// Protobuf over HTTP, `http/protobuf`.
    HttpProtobuf,
    /// gRPC; needs the feature `grpc`.
    Grpc,
}

/// The address spans are sent to, complete.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Endpoint {
    pub(crate) url: String,
    pub(crate) protocol: Protocol,
    pub(crate) setting: Setting,
    /// What decided the protocol; the endpoint itself if its port did.
    pub(crate) protocol_setting: Setting,
}

const TRACES_PATH: &str = "/v1/traces";
const ACCEPTED: &str = "a URL that begins with http:// or https://, write for example";

impl Endpoint {
    /// Completes an address. Without a protocol that was asked for, the port decides.
    pub(crate) fn new(
        setting: Setting,
        url: &str,
        asked: Option<(Setting, Protocol)>,
    ) -> Result<Self, RegisterError> {
        let uri = parse(setting, url)?;
        let (protocol_setting, protocol) = asked.unwrap_or(match uri.port_u16() {
            Some(4317) => (setting, Protocol::Grpc),
            _ => (setting, Protocol::HttpProtobuf),
        });
        let verbatim = setting == Setting::Variable("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT");
        let url = match protocol {
            Protocol::HttpProtobuf if verbatim => url.to_owned(),
            Protocol::HttpProtobuf => with_traces_path(&uri),
            Protocol::Grpc => origin(&uri),
        };
        Ok(Endpoint { url, protocol, setting, protocol_setting })
    }

    /// For people: without the query, which may hold a key.
    pub(crate) fn shown(&self) -> &str {
        self.url.split('?').next().unwrap_or(&self.url)
    }

    /// Scheme, host and port: where a backend has its pages.
    pub(crate) fn base(&self) -> &str {
        let path =
            self.url.find("://").and_then(|at| self.url[at + 3..].find('/').map(|p| at + 3 + p));
        let base = path.map_or(self.url.as_str(), |path| &self.url[..path]);
        match self.url.strip_suffix(TRACES_PATH) {
            Some(prefixed) => prefixed,
            None => base,
        }
    }
}

fn parse(setting: Setting, url: &str) -> Result<Uri, RegisterError> {
    let before_query = url.split('?').next().unwrap_or(url);
    if before_query.contains('@') {
        return Err(setting.invalid_secret(
            "a URL without a user name and password: give them with `api_key(..)` or `header(..)`",
        ));
    }
    let uri = url.parse::<Uri>().ok().filter(|uri| {
        matches!(uri.scheme_str(), Some("http" | "https"))
            && uri.host().is_some_and(|host| !host.is_empty())
            && has_readable_port(uri)
    });
    uri.ok_or_else(|| {
        setting.invalid(before_query, format!("{ACCEPTED} {}", suggestion(before_query)))
    })
}

/// `Uri` takes `host:` and ports out of range as having no port.
fn has_readable_port(uri: &Uri) -> bool {
    let after_host = uri.authority().map(|authority| authority.as_str().rsplit(']').next());
    let has_colon = after_host.flatten().is_some_and(|rest| rest.contains(':'));
    !has_colon || uri.port_u16().is_some_and(|port| port != 0)
}

fn suggestion(found: &str) -> String {
    let address = found.rsplit("://").next().unwrap_or(found);
    let is_address = !address.is_empty()
        && address.chars().all(|c| c.is_ascii_alphanumeric() || "._-:/[]".contains(c));
    let candidate = format!("http://{address}");
    let readable = candidate.parse::<Uri>().is_ok_and(|uri| {
        uri.host().is_some_and(|host| !host.is_empty()) && has_readable_port(&uri)
    });
    if is_address && readable { candidate } else { "http://localhost:6006".to_owned() }
}

fn origin(uri: &Uri) -> String {
    let authority = uri.authority().map_or("", |authority| authority.as_str());
    format!("{}://{authority}", uri.scheme_str().unwrap_or("http"))
}

fn with_traces_path(uri: &Uri) -> String {
    let path = uri.path().trim_end_matches('/');
    let suffix = if path.ends_with(TRACES_PATH) { "" } else { TRACES_PATH };
    let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    format!("{}{path}{suffix}{query}", origin(uri))
}
