//! Encodes spans as an OTLP request in protobuf.
//!
//! This module encodes spans itself; `opentelemetry-proto` and `prost` encode the resource, scopes,
//! events, links and arrays. Attributes hold prompts and completions, up to a megabyte each, and the
//! library handles them inefficiently: it copies every id, key and string into its messages, and
//! computes the length of each string again for the attribute, the span, the scope, the resource and
//! the request. The tests compare every request with the one that the library makes.

mod call_sites;
mod field;
mod request;
mod span;
#[cfg(test)]
mod tests;

#[cfg(all(test, feature = "opentelemetry-otlp"))]
pub(super) use tests::samples;

pub(super) use call_sites::CallSites;
pub(super) use request::Request;
#[cfg(any(test, feature = "testing"))]
pub(super) use request::encode;
pub(super) use span::{estimated_len, estimated_plain_len};
