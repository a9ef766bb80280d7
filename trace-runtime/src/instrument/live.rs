//! The span of a call that is running.

use super::context_span::{ContextSpan, RecordingSpan};
use super::join;
use super::sampling::Started;
use super::start_options::StartOptions;
use crate::capture::CapturedValue;
use crate::in_current_span::try_attach;
use crate::openinference::OpenInferenceSpanKind;
use crate::register::ActiveHandle;
use crate::span::SpanContent;
use opentelemetry::trace::{Status, TraceContextExt};
use opentelemetry::{Context, ContextGuard, KeyValue};

/// A span and the context in which the body runs.
///
/// The record lives in the context, where OpenTelemetry code finds it as the current span, until
/// [`end`](LiveSpan::end) moves it out.
#[derive(Debug)]
pub(crate) struct LiveSpan {
    kind: OpenInferenceSpanKind,
    is_recording: bool,
    context: Context,
}

impl LiveSpan {
    /// Starts a span. `fill` sets its first content, and runs only if the span records. Returns
    /// `None` if the body runs as it would without an annotation.
    #[inline]
    pub(super) fn start(
        active: ActiveHandle,
        start: &StartOptions,
        fill: impl FnOnce(&mut SpanContent),
    ) -> Option<Self> {
        let kind = start.call().kind();
        let started = match active.sampling() {
            Some(sampling) => start
                .in_context(|context| Started::by_this_crate(&active, sampling, start, context)),
            None => {
                Started::by_attached_provider(&active, start, &start.in_context(Context::clone))
            }
        };
        let (mut record, attached) = match started {
            Started::Nothing => return None,
            Started::NotRecording(context) => {
                return Some(LiveSpan { kind, is_recording: false, context });
            }
            Started::Recording(record, attached) => (record, attached),
        };
        let part = if kind == OpenInferenceSpanKind::Tool && attached.is_none() {
            start.in_context(|context| join::part(context, &mut record))
        } else {
            None
        };
        fill(&mut record.content);
        let span = RecordingSpan { record, active, attached, calls: None, part };
        let span = ContextSpan(Some(span));
        let context = start.in_context(|context| context.with_span(span));
        Some(LiveSpan { kind, is_recording: true, context })
    }

    /// Returns a span that does not record, in the current context.
    pub(super) fn not_recording(kind: OpenInferenceSpanKind) -> Self {
        LiveSpan { kind, is_recording: false, context: Context::current() }
    }

    pub(super) fn context(&self) -> &Context {
        &self.context
    }

    pub(crate) fn kind(&self) -> OpenInferenceSpanKind {
        self.kind
    }

    #[inline]
    pub(crate) fn is_recording(&self) -> bool {
        self.is_recording
    }

    /// Makes the span the current one until the guard is dropped.
    #[inline]
    pub(crate) fn attach(&self) -> Option<ContextGuard> {
        try_attach(&self.context)
    }

    /// Makes a span that does not record the current one, without a clone of the context.
    #[inline]
    pub(crate) fn into_attached(self) -> ContextGuard {
        self.context.attach()
    }

    pub(crate) fn add_event(&self, name: &'static str, attributes: Vec<KeyValue>) {
        if self.is_recording {
            self.context.span().add_event(name, attributes);
        }
    }

    /// Ends the span. The status and the output of the call do not replace those that were set
    /// explicitly.
    #[inline]
    pub(crate) fn end(&self, status: Status, output: Option<CapturedValue>) {
        let now = opentelemetry::time::now();
        if self.is_recording
            && let Some(span) = RecordingSpan::take(&self.context.span(), now)
        {
            span.end(now, status, output);
        }
    }
}
