//! Spans as an OTLP request, and what its response says of them.

use crate::export::deliver::Refused;
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTracePartialSuccess, ExportTraceServiceRequest,
};
use opentelemetry_proto::transform::common::tonic::ResourceAttributesWithSchema;
use opentelemetry_proto::transform::trace::tonic::group_spans_by_resource_and_scope;
use opentelemetry_sdk::trace::SpanData;

pub(super) fn request(
    batch: Vec<SpanData>,
    resource: &ResourceAttributesWithSchema,
) -> ExportTraceServiceRequest {
    ExportTraceServiceRequest { resource_spans: group_spans_by_resource_and_scope(batch, resource) }
}

impl From<ExportTracePartialSuccess> for Refused {
    fn from(partial: ExportTracePartialSuccess) -> Self {
        Refused {
            spans: u64::try_from(partial.rejected_spans).unwrap_or(0),
            reason: partial.error_message,
        }
    }
}
