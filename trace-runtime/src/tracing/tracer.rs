//! The tracer that the layer uses: it starts no new trace inside a span.

use opentelemetry::Context;
use opentelemetry::trace::{SpanBuilder, TraceContextExt, Tracer};
use opentelemetry_sdk::trace::{SdkTracer, Span};

/// A tracer that gives spans without a parent the current OpenTelemetry span as parent.
///
/// Some crates set the parent explicitly: `rig-core` writes `parent: tracing::Span::current()`. If
/// no span of `tracing` is current, or only one that the filter excludes, the layer would start a
/// new trace. The span of an annotated function may be current all the same, but `tracing` does not
/// know of it.
#[derive(Clone, Debug)]
pub(super) struct NestingTracer(pub(super) SdkTracer);

impl Tracer for NestingTracer {
    type Span = Span;

    fn build_with_context(&self, builder: SpanBuilder, parent: &Context) -> Span {
        if parent.has_active_span() {
            self.0.build_with_context(builder, parent)
        } else {
            self.0.build_with_context(builder, &Context::current())
        }
    }
}
