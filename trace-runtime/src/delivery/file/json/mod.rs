//! OTLP requests as lines of JSON, as the OpenTelemetry Collector writes and reads them. The reader
//! of `opentelemetry-proto` does not take all of it: no texts for the numbers that JSON does not
//! have, and no arrays, maps, attributes and entities without a field that has its default.

mod read;
#[cfg(test)]
mod tests;
mod write;

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use read::read_amended;
use write::Json as Written;

/// A request and the end of its line.
pub(super) fn write(request: &ExportTraceServiceRequest) -> serde_json::Result<Vec<u8>> {
    let mut line = Vec::new();
    serde_json::to_writer(&mut line, &Written(request))?;
    line.push(b'\n');
    Ok(line)
}

/// The request of a line.
pub(in crate::delivery) fn read(line: &[u8]) -> serde_json::Result<ExportTraceServiceRequest> {
    serde_json::from_slice(line).or_else(|_| read_amended(line))
}
