//! Decides if a span records, and generates its ids.

use super::start_options::StartOptions;
use crate::mask::scrub_name;
use crate::register::{Active, EffectiveParent, Sampling};
use crate::span::{new_ids, new_span_id};
use opentelemetry::Context;
use opentelemetry::trace::{
    Link, Span as _, SpanBuilder, SpanContext, SpanId, SpanKind, TraceContextExt, TraceFlags,
    TraceId, Tracer,
};
use opentelemetry_sdk::trace::{Sampler, SamplingDecision, ShouldSample, Span as SdkSpan};

/// The decision about a span.
pub(super) enum Decision<'a> {
    /// The body runs as it would without an annotation.
    Nothing,
    /// The span does not record, and the body runs in the context of the options.
    NotRecording,
    /// The span does not record. Spans below learn the decision from the parent in their context.
    Inherited(&'a SpanContext),
    /// The span does not record. Spans below learn the decision from these ids in their context.
    NotSampled(Ids<'a>),
    /// The span records, with these ids.
    Record(Ids<'a>, EffectiveParent<'a>),
}

/// The ids of a new span.
#[derive(Clone, Copy)]
pub(super) struct Ids<'a> {
    trace_id: TraceId,
    span_id: SpanId,
    flags: TraceFlags,
    parent: &'a SpanContext,
}

impl Ids<'_> {
    /// Returns the ids in the form that contexts have.
    #[inline]
    pub(super) fn span_context(self) -> SpanContext {
        let trace_state = self.parent.trace_state().clone();
        SpanContext::new(self.trace_id, self.span_id, self.flags, false, trace_state)
    }
}

/// The begin of a span of an attached provider.
pub(super) enum Attached<'a> {
    Nothing,
    NotRecording,
    NotSampled(SpanContext),
    Record(Box<SdkSpan>, &'a SpanContext),
}

/// Decides about a span that this crate records itself, by the samplers of the OpenTelemetry
/// specification: parent based or not, and a ratio of the trace ids. `current` is the span of the
/// context.
#[inline]
pub(super) fn decide<'a>(
    active: &'a Active,
    sampling: Sampling,
    start: &StartOptions,
    context: &Context,
    current: &'a SpanContext,
) -> Decision<'a> {
    if context.is_telemetry_suppressed() {
        return without_span(start);
    }
    let effective = start.effective_parent(active, current);
    let parent = effective.parent;
    // A no-op provider leaves a span without ids in the context. Such a span cannot be a parent.
    let has_parent = parent.is_valid();
    let by_parent = (has_parent && sampling.parent_based).then(|| parent.is_sampled());
    if by_parent == Some(false) {
        return if current.is_valid() {
            without_span(start)
        } else {
            // The parent comes from the environment, and requests below must pass it on.
            Decision::Inherited(parent)
        };
    }
    let (trace_id, span_id) =
        if has_parent { (parent.trace_id(), new_span_id()) } else { new_ids() };
    let is_sampled = by_parent.unwrap_or_else(|| is_in_ratio(sampling.ratio, trace_id));
    let flags = if is_sampled { parent.trace_flags() } else { TraceFlags::default() };
    let ids = Ids { trace_id, span_id, flags: flags.with_sampled(is_sampled), parent };
    if is_sampled { Decision::Record(ids, effective) } else { Decision::NotSampled(ids) }
}

fn without_span<'a>(start: &StartOptions) -> Decision<'a> {
    if start.runs_in_current_context() { Decision::Nothing } else { Decision::NotRecording }
}

/// Begins the span of an attached provider, whose own sampler decides.
pub(super) fn attached_span<'a>(
    active: &'a Active,
    start: &StartOptions,
    context: &Context,
    current: &'a SpanContext,
) -> Attached<'a> {
    let without_span = || {
        if start.runs_in_current_context() { Attached::Nothing } else { Attached::NotRecording }
    };
    let call = start.call();
    let Some(tracer) = active.tracer(call.site) else { return without_span() };
    let EffectiveParent { parent, ignored } = start.effective_parent(active, current);
    let links = ignored.map(|ignored| Link::with_context(ignored.clone()));
    let mut name = call.span_name();
    if active.scrubs_attached() {
        scrub_name(&mut name);
    }
    let builder = SpanBuilder::from_name(name)
        .with_kind(call.span_kind())
        // Samplers may decide by the kind. All other attributes are set at the end of the span, when
        // it is known which of them were overwritten explicitly.
        .with_attributes([call.kind().attribute()])
        .with_links(links.into_iter().collect());
    let parent_context = context_with_parent(context, parent);
    let span = tracer.build_with_context(builder, &parent_context);
    if context.is_telemetry_suppressed() {
        return without_span();
    }
    if span.is_recording() {
        Attached::Record(Box::new(span), parent)
    } else {
        Attached::NotSampled(span.span_context().clone())
    }
}

/// Returns a context for the SDK, which takes the parent from it: `context` if it contains the
/// parent, and an empty one for the root of a new trace. Suppression of telemetry applies to roots
/// too.
fn context_with_parent(context: &Context, parent: &SpanContext) -> Context {
    if context.span().span_context() == parent {
        context.clone()
    } else if parent.is_valid() {
        context.with_remote_span_context(parent.clone())
    } else if context.is_telemetry_suppressed() {
        Context::new().with_telemetry_suppressed()
    } else {
        Context::new()
    }
}

/// Returns true if the SDK's ratio sampler would sample the trace, so that services that use the
/// SDK make the same decision.
#[inline]
fn is_in_ratio(ratio: f64, trace_id: TraceId) -> bool {
    ratio >= 1.0 || (ratio > 0.0 && is_in_part(ratio, trace_id))
}

#[inline(never)]
fn is_in_part(ratio: f64, trace_id: TraceId) -> bool {
    let sampler = Sampler::TraceIdRatioBased(ratio);
    let result = sampler.should_sample(None, trace_id, "", &SpanKind::Internal, &[], &[]);
    result.decision == SamplingDecision::RecordAndSample
}
