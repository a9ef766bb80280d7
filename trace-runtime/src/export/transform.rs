//! What the worker does to a span before it leaves: enrich, then limit.

use super::limit;
use crate::enrich::enrich;
use crate::register::Limits;
use opentelemetry_sdk::trace::SpanData;

/// Adds what the input and the output say, then brings all of it within the limits.
pub(crate) fn transform(span: &mut SpanData, limits: Limits) {
    enrich(span);
    limit::apply(span, limits);
}
