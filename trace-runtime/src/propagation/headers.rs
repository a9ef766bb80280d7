//! The fields in a header map of the crate `http`, which most HTTP and gRPC crates use.

use super::{extract, fields};
use http::{HeaderMap, HeaderName, HeaderValue};
use opentelemetry::Context;

/// Adds headers that describe the current span. They replace those of another span, so that a
/// service can also forward the headers that it received.
///
/// Changes nothing if there is no current span and no baggage, or if no propagator is set.
///
/// ```
/// let mut headers = http::HeaderMap::new();
/// trace_runtime::propagation::inject_into_headers(&mut headers);
/// # assert!(headers.is_empty());
/// ```
pub fn inject_into_headers(headers: &mut HeaderMap) {
    for (name, value) in fields() {
        let Ok(name) = HeaderName::try_from(name) else { continue };
        // A value that no header can hold is left out; the old one would describe another span.
        match HeaderValue::try_from(value) {
            Ok(value) if !value.is_empty() => headers.insert(name, value),
            _ => headers.remove(name),
        };
    }
}

/// Returns the current context with the span and the baggage that the headers describe, for the
/// option `parent`. See [`extract`].
///
/// ```
/// use trace_runtime::{chain, propagation::extract_from_headers};
///
/// #[chain(parent = extract_from_headers(headers), skip(headers))]
/// fn handle(headers: &http::HeaderMap) {}
/// # handle(&http::HeaderMap::new());
/// ```
#[must_use]
pub fn extract_from_headers(headers: &HeaderMap) -> Context {
    extract(|name| {
        // HTTP lets a sender split a list into several headers of the same name.
        let values: Vec<_> =
            headers.get_all(name).iter().filter_map(|value| value.to_str().ok()).collect();
        (!values.is_empty()).then(|| values.join(","))
    })
}
