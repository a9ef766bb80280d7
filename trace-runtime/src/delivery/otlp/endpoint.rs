//! The address of a backend and its protocol.

use super::shown_url::shown_url;
use crate::config::{RegisterError, Setting};
use ureq::http::Uri;

/// The OTLP protocol that spans are sent with, for [`Builder::protocol`](crate::Builder::protocol).
///
/// ```
/// use trace_runtime::delivery::Protocol;
///
/// let builder = trace_runtime::register().protocol(Protocol::HttpProtobuf);
/// # drop(builder);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Protocol {
    /// Protobuf over HTTP; the value `http/protobuf` in environment variables.
    HttpProtobuf,
    /// JSON over HTTP; the value `http/json` in environment variables. Needs the feature
    /// `opentelemetry-otlp`.
    HttpJson,
    /// gRPC; the value `grpc` in environment variables. Needs the feature `grpc`.
    Grpc,
}

impl Protocol {
    /// Returns the name of the protocol in environment variables.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Protocol::HttpProtobuf => "http/protobuf",
            Protocol::HttpJson => "http/json",
            Protocol::Grpc => "grpc",
        }
    }
}

/// The complete address of a backend.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Endpoint {
    /// The URL that requests are sent to, for gRPC only its origin.
    pub(crate) url: String,
    pub(crate) protocol: Protocol,
    /// The setting that contains the URL, for error messages.
    pub(crate) setting: Setting,
    /// The setting that decided the protocol; the endpoint's own setting if its port decided.
    pub(crate) protocol_setting: Setting,
}

/// The path of the trace service, which the OTLP/HTTP specification appends to a base URL.
const TRACES_PATH: &str = "/v1/traces";
/// The port that is registered for OTLP/gRPC.
const GRPC_PORT: u16 = 4317;
/// The beginning of the error message; an example follows it.
const ACCEPTED: &str = "a URL that begins with http:// or https://, for example";

impl Endpoint {
    /// Parses and completes an address. Without a `requested` protocol, the port decides.
    ///
    /// `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT` is used verbatim, as the specification of the OTLP
    /// exporter requires; every other setting may name a base URL. So `http://h:6006` becomes
    /// `http://h:6006/v1/traces`, and `http://h:4317/` is gRPC to `http://h:4317`.
    pub(crate) fn new(
        setting: Setting,
        url: &str,
        requested: Option<(Setting, Protocol)>,
    ) -> Result<Self, RegisterError> {
        let uri = parse(setting, url)?;
        let (protocol_setting, protocol) = requested.unwrap_or(match uri.port_u16() {
            Some(GRPC_PORT) => (setting, Protocol::Grpc),
            _ => (setting, Protocol::HttpProtobuf),
        });
        let verbatim = setting == Setting::Variable("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT");
        let url = match protocol {
            Protocol::HttpProtobuf | Protocol::HttpJson if verbatim => url.to_owned(),
            Protocol::HttpProtobuf | Protocol::HttpJson => with_traces_path(&uri),
            Protocol::Grpc => origin(&uri),
        };
        Ok(Endpoint { url, protocol, setting, protocol_setting })
    }

    /// Returns the URL for messages, without its query and segments of its path that may be a key.
    pub(crate) fn shown(&self) -> String {
        shown_url(&self.url)
    }

    /// Returns the URL of the user interface: the URL without `/v1/traces`, or the origin if the
    /// URL has another path, or one that may contain a key. A backend below a prefix, such as
    /// `https://app.phoenix.arize.com/s/me`, has its pages there too.
    pub(crate) fn base(&self) -> &str {
        let path =
            self.url.find("://").and_then(|at| self.url[at + 3..].find('/').map(|p| at + 3 + p));
        let base = path.map_or(self.url.as_str(), |path| &self.url[..path]);
        match self.url.strip_suffix(TRACES_PATH) {
            Some(prefixed) if shown_url(prefixed) == prefixed => prefixed,
            _ => base,
        }
    }
}

/// Parses a URL. Error messages quote it without the parts that may be a key, and not at all if it
/// may contain a password.
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
            && has_valid_port(uri)
    });
    uri.ok_or_else(|| {
        let shown = shown_url(url);
        setting.invalid(&shown, format!("{ACCEPTED} {}", suggestion(&shown)))
    })
}

/// Returns false if a colon follows the host without a port from 1 to 65535. `Uri` itself accepts
/// `host:` and `host:99999` and reports no port for them.
fn has_valid_port(uri: &Uri) -> bool {
    // An IPv6 address has colons too, but only inside its brackets.
    let after_host = uri.authority().map(|authority| authority.as_str().rsplit(']').next());
    let has_colon = after_host.flatten().is_some_and(|rest| rest.contains(':'));
    !has_colon || uri.port_u16().is_some_and(|port| port != 0)
}

/// Returns a valid URL for the error message: the given address with `http://`, for example
/// `http://localhost:6006` for `localhost:6006`, or the default if that is not valid either.
fn suggestion(found: &str) -> String {
    let address = found.rsplit("://").next().unwrap_or(found);
    let is_address = !address.is_empty()
        && address.chars().all(|c| c.is_ascii_alphanumeric() || "._-:/[]".contains(c));
    let candidate = format!("http://{address}");
    let is_valid = candidate
        .parse::<Uri>()
        .is_ok_and(|uri| uri.host().is_some_and(|host| !host.is_empty()) && has_valid_port(&uri));
    if is_address && is_valid { candidate } else { "http://localhost:6006".to_owned() }
}

/// Returns scheme, host and port. A gRPC channel appends the path of the method itself.
fn origin(uri: &Uri) -> String {
    let authority = uri.authority().map_or("", |authority| authority.as_str());
    format!("{}://{authority}", uri.scheme_str().unwrap_or("http"))
}

/// Appends `/v1/traces` to the path unless the path ends with it, and keeps the query.
fn with_traces_path(uri: &Uri) -> String {
    let path = uri.path().trim_end_matches('/');
    let suffix = if path.ends_with(TRACES_PATH) { "" } else { TRACES_PATH };
    let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    format!("{}{path}{suffix}{query}", origin(uri))
}
