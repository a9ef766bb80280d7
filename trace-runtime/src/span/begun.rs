//! The beginning of a span: whether it records, its ids, and what it says from the start.

use super::backing::Backing;
use super::said::Said;
use super::start::Start;
use crate::register::{Active, Sampling};
use crate::scope::ContextAttributes;
use crate::semconv;
use opentelemetry::Context;
use opentelemetry::trace::{
    Span as _, SpanBuilder, SpanContext, SpanKind, TraceContextExt, TraceFlags, TraceId, Tracer,
};
use opentelemetry_sdk::trace::{
    IdGenerator, RandomIdGenerator, Sampler, SamplingDecision, ShouldSample,
};

/// A span that has begun.
pub(super) enum Begun {
    /// Where telemetry is suppressed there is no span at all.
    Suppressed,
    /// What is below must know of the decision.
    NotSampled(SpanContext),
    Recording(SpanContext, Backing, Said),
}

impl Begun {
    /// Decides whether a span of ours records, as the SDK's samplers do.
    pub(super) fn own(sampling: Sampling, start: &Start) -> Self {
        start.in_context(|context| {
            if context.is_telemetry_suppressed() {
                return Begun::Suppressed;
            }
            let root = Context::new();
            let place = if start.is_root() { &root } else { context };
            let parent = place.span();
            let parent = parent.span_context();
            let ids = RandomIdGenerator::default();
            let trace_id = if parent.is_valid() { parent.trace_id() } else { ids.new_trace_id() };
            let is_sampled = samples(sampling, place, trace_id);
            let flags = if is_sampled { parent.trace_flags() } else { TraceFlags::default() };
            let span_context = SpanContext::new(
                trace_id,
                ids.new_span_id(),
                flags.with_sampled(is_sampled),
                false,
                parent.trace_state().clone(),
            );
            if !is_sampled {
                return Begun::NotSampled(span_context);
            }
            let time = opentelemetry::time::now();
            let backing = Backing::own(start.site(), start.span_name(), time, place);
            Begun::Recording(span_context, backing, said(start, context, true))
        })
    }

    /// Begins a span of an attached provider, which decides by itself.
    pub(super) fn attached(active: &Active, start: &Start) -> Self {
        start.in_context(|context| {
            let builder = SpanBuilder::from_name(start.span_name())
                .with_kind(SpanKind::Internal)
                // For samplers. The kind is settled; all else can still be set by hand.
                .with_attributes([start.site().kind.attribute()]);
            let span =
                active.tracer(start.site()).build_with_context(builder, &start.place(context));
            if context.is_telemetry_suppressed() {
                return Begun::Suppressed;
            }
            let span_context = span.span_context().clone();
            if !span.is_recording() {
                return Begun::NotSampled(span_context);
            }
            let backing = Backing::Attached(Box::new(span));
            Begun::Recording(span_context, backing, said(start, context, false))
        })
    }
}

/// What every span says; what is set by itself comes behind, and wins.
fn said(start: &Start, context: &Context, says_kind: bool) -> Said {
    let inherited = ContextAttributes::of(context);
    let mut said = Said::with_capacity(inherited.len() + USUAL);
    if says_kind {
        said.set_once(semconv::SPAN_KIND, start.site().kind.as_str());
    }
    said.extend(inherited.iter().cloned());
    start.say_code(&mut said);
    said
}

/// Attributes of a span that says nothing special: kind, three of its code, two of its input and
/// two of its output.
const USUAL: usize = 8;

fn samples(sampling: Sampling, place: &Context, trace_id: TraceId) -> bool {
    if sampling.parent_based && place.has_active_span() {
        return place.span().span_context().is_sampled();
    }
    match sampling.ratio {
        ratio if ratio >= 1.0 => true,
        ratio if ratio <= 0.0 => false,
        ratio => {
            let sampler = Sampler::TraceIdRatioBased(ratio);
            let kind = SpanKind::Internal;
            let result = sampler.should_sample(None, trace_id, "", &kind, &[], &[]);
            result.decision == SamplingDecision::RecordAndSample
        }
    }
}
