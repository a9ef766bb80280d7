//! Model calls over HTTP, traced without an annotation.
//!
//! [`Exchange`] observes one request and its response, and becomes an LLM, EMBEDDING or RERANKER
//! span with messages, tools, model, token counts and status. It needs no HTTP library, so that an
//! adapter for any client has a few lines. Bodies are observed while they pass; they are neither
//! delayed nor changed.
//!
//! A request is a model call if its path ends like that of a known endpoint and its body is a
//! JSON object with the keys of such a request. The host alone decides nothing, since compatible
//! servers run anywhere. It only tells the provider.
//!
//! ```
//! use trace_runtime::http::Exchange;
//!
//! # struct Response;
//! # impl Response {
//! #     fn status(&self) -> u16 { 200 }
//! #     fn chunks(self) -> impl Iterator<Item = std::io::Result<Vec<u8>>> { [Ok(b"{}".to_vec())].into_iter() }
//! # }
//! # fn send(_: &str, _: &[u8]) -> std::io::Result<Response> { Ok(Response) }
//! fn post(url: &str, body: &[u8]) -> std::io::Result<Vec<u8>> {
//!     let Some(mut exchange) = Exchange::begin("POST", url, body) else {
//!         return send(url, body)?.chunks().collect::<Result<Vec<_>, _>>().map(|all| all.concat());
//!     };
//!     let sent = {
//!         let _attempts = exchange.context().attach();
//!         send(url, body)
//!     };
//!     let response = match sent {
//!         Ok(response) => response,
//!         Err(error) => {
//!             exchange.fail(&error);
//!             return Err(error);
//!         }
//!     };
//!     exchange.status(response.status());
//!     let mut whole = Vec::new();
//!     for chunk in response.chunks() {
//!         let chunk = chunk?; // An early return drops the exchange: the span is cancelled.
//!         exchange.chunk(&chunk);
//!         whole.extend(chunk);
//!     }
//!     exchange.end();
//!     Ok(whole)
//! }
//! # post("http://localhost/v1/chat/completions", b"{\"messages\":[]}").unwrap();
//! ```

mod ending;
mod endpoint;
mod event_frames;
mod exchange;
mod failure;
mod named_host;
mod provider;
mod received;
mod request;
mod top_level;
#[cfg(any(feature = "reqwest", feature = "reqwest-0-12"))]
mod usage;

pub use exchange::Exchange;
pub use named_host::inject_into_named_host;
// The room `reqwest` uses these.
#[cfg(any(feature = "reqwest", feature = "reqwest-0-12"))]
pub(crate) use {named_host::is_named, usage::with_usage};

use crate::register;

/// Returns true if exchanges can begin, because a registration is active. Adapters ask before they
/// prepare the URL of a request.
///
/// ```
/// // Nothing is registered.
/// assert!(!trace_runtime::http::is_enabled());
/// ```
#[must_use]
pub fn is_enabled() -> bool {
    register::is_enabled()
}
