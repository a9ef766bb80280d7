//! Converts OTLP requests between protobuf and the lines that [`file`](crate::Builder::file) writes,
//! for programs that receive or read spans.
//!
//! ```
//! use trace_runtime::delivery::json_lines;
//!
//! let line = b"{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[{\"name\":\"ask\"}]}]}]}";
//! let request = json_lines::to_protobuf(line)?;
//! assert!(json_lines::from_protobuf(&request)?.ends_with(b"}\n"));
//! # Ok::<(), std::io::Error>(())
//! ```

use super::file::{read_line, write_line};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use prost::Message;
use std::io;

/// Returns an `ExportTraceServiceRequest` in protobuf as one line of JSON, with its line break.
///
/// ```
/// use trace_runtime::delivery::json_lines;
///
/// // A request without spans.
/// assert_eq!(json_lines::from_protobuf(b"")?, b"{}\n");
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// # Errors
///
/// Returns an error if the bytes are no such request.
pub fn from_protobuf(request: &[u8]) -> io::Result<Vec<u8>> {
    Ok(write_line(&ExportTraceServiceRequest::decode(request)?)?)
}

/// Returns an `ExportTraceServiceRequest` in JSON as protobuf. The JSON may have any layout, for
/// example that of an HTTP request.
///
/// ```
/// use trace_runtime::delivery::json_lines;
///
/// assert!(json_lines::to_protobuf(b"{\"resourceSpans\":[]}")?.is_empty());
/// assert!(json_lines::to_protobuf(b"no JSON").is_err());
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// # Errors
///
/// Returns an error if the text is no such request.
pub fn to_protobuf(json: &[u8]) -> io::Result<Vec<u8>> {
    Ok(read_line(json)?.encode_to_vec())
}
