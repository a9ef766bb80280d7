//! The tracer behind the layer: nothing that happens inside a span begins a trace of its own.

use opentelemetry::Context;
use opentelemetry::trace::{SpanBuilder, TraceContextExt, Tracer};
use opentelemetry_sdk::trace::{SdkTracer, Span};

/// Gives spans without a parent the one that is current.
///
/// A crate that writes `parent: tracing::Span::current()` (as `rig-core` does) gets a root where no
/// span of `tracing`, or none that the filter takes, is around it. What is around it then may be a
/// span of ours, which `tracing` does not know of.
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
