//! The beginning of a span: whether it records, and its ids.

use super::start_options::Start;
use crate::register::{Active, Sampling};
use crate::scope::ContextAttributes;
use crate::span::{SpanRecord, boxed};
use opentelemetry::Context;
use opentelemetry::trace::{
    Span as _, SpanBuilder, SpanContext, SpanKind, TraceContextExt, TraceFlags, TraceId, Tracer,
};
use opentelemetry_sdk::trace::{
    IdGenerator, RandomIdGenerator, Sampler, SamplingDecision, ShouldSample, Span as SdkSpan,
};

/// A span that has begun.
pub(super) enum Begun {
    /// Nothing is to be done: telemetry is suppressed, or what is below knows from the parent that
    /// nothing is sampled.
    Nothing,
    /// The body runs in this context, without a span that records.
    Within(Context),
    /// With the span of an attached provider, if there is one.
    Recording(Box<SpanRecord>, Option<Box<SdkSpan>>),
}

impl Begun {
    /// Decides whether a span of ours records, as the samplers of the specification do.
    #[inline]
    pub(super) fn own(sampling: Sampling, start: &Start, context: &Context) -> Self {
        if context.is_telemetry_suppressed() {
            return Begun::unrecorded(start, context);
        }
        let current = context.span();
        let parent = if start.is_root() { &SpanContext::NONE } else { current.span_context() };
        // A span without an id, as a provider that does nothing leaves one, is no parent.
        let by_parent = (parent.is_valid() && sampling.parent_based).then(|| parent.is_sampled());
        if by_parent == Some(false) {
            return Begun::unrecorded(start, context);
        }
        let ids = RandomIdGenerator::default();
        let trace_id = if parent.is_valid() { parent.trace_id() } else { ids.new_trace_id() };
        let is_sampled = by_parent.unwrap_or_else(|| samples(sampling.ratio, trace_id));
        let flags = if is_sampled { parent.trace_flags() } else { TraceFlags::default() };
        let span_context = SpanContext::new(
            trace_id,
            ids.new_span_id(),
            flags.with_sampled(is_sampled),
            false,
            parent.trace_state().clone(),
        );
        if !is_sampled {
            return Begun::Within(context.with_remote_span_context(span_context));
        }
        Begun::Recording(record(start, context, span_context, parent), None)
    }

    fn unrecorded(start: &Start, context: &Context) -> Self {
        if start.is_in_current() { Begun::Nothing } else { Begun::Within(context.clone()) }
    }

    /// Begins a span of an attached provider, which decides by itself. That runs samplers and
    /// processors of the application's, which may attach contexts.
    pub(super) fn attached(active: &Active, start: &Start, context: &Context) -> Self {
        let callee = start.callee();
        let Some(tracer) = active.tracer(callee.site) else {
            return Begun::unrecorded(start, context);
        };
        let builder = SpanBuilder::from_name(callee.span_name())
            .with_kind(SpanKind::Internal)
            // For samplers. The kind is settled; all else can still be set by hand.
            .with_attributes([callee.kind().attribute()]);
        let place = start.place(context);
        let span = tracer.build_with_context(builder, &place);
        if context.is_telemetry_suppressed() {
            return Begun::unrecorded(start, context);
        }
        let span_context = span.span_context().clone();
        if !span.is_recording() {
            return Begun::Within(context.with_remote_span_context(span_context));
        }
        let place = place.span();
        let record = record(start, context, span_context, place.span_context());
        Begun::Recording(record, Some(Box::new(span)))
    }
}

#[inline]
fn record(
    start: &Start,
    context: &Context,
    span_context: SpanContext,
    parent: &SpanContext,
) -> Box<SpanRecord> {
    let inherited = ContextAttributes::of(context);
    boxed(SpanRecord::new(start.callee().clone(), span_context, parent, inherited))
}

fn samples(ratio: f64, trace_id: TraceId) -> bool {
    if ratio >= 1.0 {
        return true;
    }
    if ratio <= 0.0 {
        return false;
    }
    let sampler = Sampler::TraceIdRatioBased(ratio);
    let result = sampler.should_sample(None, trace_id, "", &SpanKind::Internal, &[], &[]);
    result.decision == SamplingDecision::RecordAndSample
}
