//! Rejects requests of other sites. The server listens on the loopback interface, but a page of any
//! site that is open in a browser on this machine can send requests there.

use axum::extract::{Request, State};
use axum::http::header::{HOST, HeaderMap, HeaderName, HeaderValue, ORIGIN};
use axum::http::{StatusCode, Version};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::sync::Arc;

/// The hosts under which a browser on this machine reaches the server.
#[derive(Debug)]
pub(crate) struct Hosts([String; 3]);

impl Hosts {
    pub(crate) fn new(port: u16) -> Self {
        Hosts(["localhost", "127.0.0.1", "[::1]"].map(|host| format!("{host}:{port}")))
    }

    /// Returns true if the request names one of the hosts, and comes from a page of that host or from
    /// no page. The name of another site that resolves to this machine is no such host, which stops
    /// DNS rebinding.
    fn allow(&self, headers: &HeaderMap) -> bool {
        let Some(host) = only(headers, &HOST) else { return false };
        let is_known = self.0.iter().any(|known| known == host);
        let is_same_origin = !headers.contains_key(ORIGIN)
            || only(headers, &ORIGIN).is_some_and(|it| it == format!("http://{host}"));
        is_known && is_same_origin
    }
}

/// Returns the value of a header that is there once.
fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let first = values.next()?;
    if values.next().is_some() { None } else { first.to_str().ok() }
}

/// Answers 403 to requests of other sites, and adds the headers that keep other sites from reading or
/// framing an answer.
pub(crate) async fn guard(
    State(hosts): State<Arc<Hosts>>,
    request: Request,
    next: Next,
) -> Response {
    let is_allowed = request.version() == Version::HTTP_11 && hosts.allow(request.headers());
    let mut response = if is_allowed {
        next.run(request).await
    } else {
        let text = "403: this server answers requests to localhost from this machine only\n";
        (StatusCode::FORBIDDEN, text).into_response()
    };
    let more = [
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("cross-origin-resource-policy", "same-origin"),
        ("referrer-policy", "no-referrer"),
        ("cache-control", "no-store"),
    ];
    for (name, value) in more {
        let headers = response.headers_mut();
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    response
}
