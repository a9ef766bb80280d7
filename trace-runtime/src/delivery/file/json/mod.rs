//! OTLP requests as lines of JSON, in the format of the OpenTelemetry Collector's file exporter.
//!
//! `opentelemetry-proto` can read and write OTLP as JSON too (its feature `with-serde`), but not
//! this format, and the files are meant to be exchanged with a Collector:
//!
//! - Its writer emits every field, also those with default values, and `null` for NaN and
//!   infinities, which loses the number. `write.rs` therefore lists the fields explicitly.
//! - Its reader rejects the strings `"NaN"`, `"Infinity"` and `"-Infinity"`, which the JSON mapping
//!   of protobuf prescribes, and some messages whose default fields were left out. `read.rs`
//!   completes such lines, and leaves the rest to that reader.

#[cfg(feature = "file")]
mod read;
#[cfg(test)]
#[cfg(feature = "file")]
mod tests;
mod write;

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
#[cfg(feature = "file")]
use read::read_completed;
use write::Json;

/// Returns a request as one line, with its line break.
pub(in crate::delivery) fn write(
    request: &ExportTraceServiceRequest,
) -> serde_json::Result<Vec<u8>> {
    let mut line = Vec::new();
    serde_json::to_writer(&mut line, &Json(request))?;
    line.push(b'\n');
    Ok(line)
}

/// Reads the request of a line. Most lines need no completion, so the library's reader is tried
/// first.
#[cfg(feature = "file")]
pub(in crate::delivery) fn read(line: &[u8]) -> serde_json::Result<ExportTraceServiceRequest> {
    serde_json::from_slice(line).or_else(|_| read_completed(line))
}
