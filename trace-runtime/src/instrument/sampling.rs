//! Decides if a span records, and generates its ids.

use super::start_options::StartOptions;
use crate::mask::scrub_name;
#[cfg(feature = "testing")]
use crate::recording::Recording;
use crate::register::{Active, EffectiveParent, Sampling};
use crate::scope::ContextAttributes;
use crate::span::{SpanRecord, acquire};
use opentelemetry::Context;
use opentelemetry::trace::{
    Link, Span as _, SpanBuilder, SpanContext, SpanKind, TraceContextExt, TraceFlags, TraceId,
    Tracer,
};
use opentelemetry_sdk::trace::{
    IdGenerator, RandomIdGenerator, Sampler, SamplingDecision, ShouldSample, Span as SdkSpan,
};

/// The result of starting a span.
pub(super) enum Started {
    /// The body runs as it would without an annotation: telemetry is suppressed, or an unsampled
    /// parent in the current context already decides for all spans below it.
    Nothing,
    /// The span does not record. The body runs in this context, from which spans below learn the
    /// decision, or the session that the annotation sets.
    NotRecording(Context),
    /// The span records; the second part is the span of an attached provider, if there is one.
    Recording(Box<SpanRecord>, Option<Box<SdkSpan>>),
}

impl Started {
    /// Starts a span that this crate records itself, with the samplers of the OpenTelemetry
    /// specification: parent based or not, and a ratio of the trace ids.
    #[inline]
    pub(super) fn by_this_crate(
        active: &Active,
        sampling: Sampling,
        start: &StartOptions,
        context: &Context,
    ) -> Self {
        if context.is_telemetry_suppressed() {
            return Started::not_recording(start, context);
        }
        let current = context.span();
        let effective = start.effective_parent(active, current.span_context());
        let parent = effective.parent;
        // A no-op provider leaves a span without ids in the context. Such a span cannot be a
        // parent.
        let by_parent = (parent.is_valid() && sampling.parent_based).then(|| parent.is_sampled());
        if by_parent == Some(false) {
            return if current.span_context().is_valid() {
                Started::not_recording(start, context)
            } else {
                // The parent comes from the environment, and requests below must pass it on.
                Started::NotRecording(context.with_remote_span_context(parent.clone()))
            };
        }
        let ids = RandomIdGenerator::default();
        let trace_id = if parent.is_valid() { parent.trace_id() } else { ids.new_trace_id() };
        let is_sampled = by_parent.unwrap_or_else(|| is_in_ratio(sampling.ratio, trace_id));
        let flags = if is_sampled { parent.trace_flags() } else { TraceFlags::default() };
        let span_context = SpanContext::new(
            trace_id,
            ids.new_span_id(),
            flags.with_sampled(is_sampled),
            false,
            parent.trace_state().clone(),
        );
        if !is_sampled {
            return Started::NotRecording(context.with_remote_span_context(span_context));
        }
        Started::Recording(new_record(start, context, span_context, effective), None)
    }

    fn not_recording(start: &StartOptions, context: &Context) -> Self {
        if start.runs_in_current_context() {
            Started::Nothing
        } else {
            Started::NotRecording(context.clone())
        }
    }

    /// Starts a span of an attached provider, whose own sampler decides.
    ///
    /// Starting it runs samplers and processors of the application, which may attach contexts;
    /// `context` must therefore be a clone, not the borrowed current context.
    pub(super) fn by_attached_provider(
        active: &Active,
        start: &StartOptions,
        context: &Context,
    ) -> Self {
        let call = start.call();
        let Some(tracer) = active.tracer(call.site) else {
            return Started::not_recording(start, context);
        };
        let current = context.span();
        let EffectiveParent { parent, ignored } =
            start.effective_parent(active, current.span_context());
        let links = ignored.map(|ignored| Link::with_context(ignored.clone()));
        let mut name = call.span_name();
        if active.scrubs_attached() {
            scrub_name(&mut name);
        }
        let builder = SpanBuilder::from_name(name)
            .with_kind(call.span_kind())
            // Samplers may decide by the kind. All other attributes are set at the end of the span,
            // when it is known which of them were overwritten explicitly.
            .with_attributes([call.kind().attribute()])
            .with_links(links.into_iter().collect());
        let parent_context = context_with_parent(context, parent);
        let span = tracer.build_with_context(builder, &parent_context);
        if context.is_telemetry_suppressed() {
            return Started::not_recording(start, context);
        }
        let span_context = span.span_context().clone();
        if !span.is_recording() {
            return Started::NotRecording(context.with_remote_span_context(span_context));
        }
        let effective = EffectiveParent { parent, ignored: None };
        let record = new_record(start, context, span_context, effective);
        Started::Recording(record, Some(Box::new(span)))
    }
}

#[inline]
fn new_record(
    start: &StartOptions,
    context: &Context,
    span_context: SpanContext,
    EffectiveParent { parent, ignored }: EffectiveParent<'_>,
) -> Box<SpanRecord> {
    let inherited = ContextAttributes::from_context(context);
    let mut record =
        acquire(SpanRecord::new(start.call().clone(), span_context, parent, inherited));
    #[cfg(feature = "testing")]
    {
        record.recording = Recording::of(context);
    }
    if let Some(ignored) = ignored {
        record.add_link(ignored.clone(), Vec::new());
    }
    record
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
fn is_in_ratio(ratio: f64, trace_id: TraceId) -> bool {
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
