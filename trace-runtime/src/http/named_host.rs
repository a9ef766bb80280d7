//! The hosts whose requests carry the current span.

use super::request::default_port;
use crate::propagation::inject_into_headers;
use crate::register;
use http::{HeaderMap, Uri};

/// Adds headers that describe the current span to a request, if
/// [`propagate_to_hosts`](crate::Builder::propagate_to_hosts) names the host of its URL.
///
/// For adapters: call it while [`Exchange::context`](super::Exchange::context) is current. All other
/// requests stay as they are.
///
/// ```
/// let mut headers = http::HeaderMap::new();
/// trace_runtime::http::inject_into_named_host("https://gateway.internal/v1", &mut headers);
/// # assert!(headers.is_empty());
/// ```
pub fn inject_into_named_host(url: &str, headers: &mut HeaderMap) {
    if is_named(url) {
        inject_into_headers(headers);
    }
}

/// Returns true if requests to this URL carry the current span.
pub(crate) fn is_named(url: &str) -> bool {
    let Some(active) = register::active().filter(|active| active.names_hosts()) else {
        return false;
    };
    let Ok(uri) = url.parse::<Uri>() else { return false };
    let port = uri.port_u16().or(default_port(&uri));
    uri.host().is_some_and(|host| active.propagates_to(host, port))
}
