//! The tracer that the layer uses: it starts no new trace inside a span.

use super::described_spans::kind_of;
use crate::openinference::keys;
use opentelemetry::Context;
use opentelemetry::trace::{SpanBuilder, TraceContextExt, Tracer};
use opentelemetry_sdk::trace::{SdkTracer, Span};

/// A tracer that gives spans without a parent the current OpenTelemetry span as parent.
///
/// Some crates set the parent explicitly: `rig-core` writes `parent: tracing::Span::current()`. If
/// no span of `tracing` is current, or only one that the filter excludes, the layer would start a
/// new trace, although the span of an annotated function may be current, which `tracing` cannot see.
#[derive(Clone, Debug)]
pub(super) struct NestingTracer(pub(super) SdkTracer);

impl Tracer for NestingTracer {
    type Span = Span;

    fn build_with_context(&self, mut builder: SpanBuilder, parent: &Context) -> Span {
        describe(&mut builder);
        if parent.has_active_span() {
            self.0.build_with_context(builder, parent)
        } else {
            self.0.build_with_context(builder, &Context::current())
        }
    }
}

/// Takes the target of a span, and sets the kind that follows from it.
///
/// The layer has put the target in front of the fields, one of which may have the same name.
fn describe(builder: &mut SpanBuilder) {
    let Some(attributes) = &mut builder.attributes else { return };
    let is_target = |kv: &opentelemetry::KeyValue| kv.key.as_str() == keys::TRACING_TARGET;
    let Some(at) = attributes.iter().position(is_target) else { return };
    let target = attributes.remove(at).value;
    // `otel.name` has replaced the names of these two.
    let name = match builder.name.as_ref() {
        name if name.starts_with("tool.") && target.as_str().starts_with("swiftide") => "tool",
        name if name.starts_with("step-") => "step",
        name => name,
    };
    let has_kind = attributes.iter().any(|kv| kv.key.as_str() == keys::SPAN_KIND);
    if let Some(kind) = kind_of(&target.as_str(), name).filter(|_| !has_kind) {
        attributes.push(kind.attribute());
    }
}
