//! The span of a caller.

use rmcp::model::Extensions;
use serde_json::{Map, Value};
use trace_runtime::opentelemetry::Context;
use trace_runtime::propagation::{extract, extract_from_headers};

/// Returns the context of a caller: that in `_meta`, else that in the headers of the HTTP request,
/// for clients that know nothing of `_meta`.
pub(crate) fn caller(meta: &Map<String, Value>, extensions: &Extensions) -> Context {
    match extensions.get::<http::request::Parts>() {
        Some(parts) if !meta.contains_key("traceparent") => extract_from_headers(&parts.headers),
        _ => extract(|name| meta.get(name)?.as_str().map(str::to_owned)),
    }
}
