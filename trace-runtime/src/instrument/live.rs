//! The span of a call that is under way.

use super::begun::Begun;
use super::context_span::{ContextSpan, OpenRecord};
use super::start::Start;
use crate::capture::CapturedValue;
use crate::in_current_span::try_attach;
use crate::openinference::OpenInferenceSpanKind;
use crate::register::ActiveHere;
use crate::span::Said;
use opentelemetry::trace::{Status, TraceContextExt};
use opentelemetry::{Context, ContextGuard, KeyValue};

/// A span and the context in which the body runs. What is said of it lives in the context until it
/// ends, and is handed on as a whole then.
#[derive(Debug)]
pub(crate) struct LiveSpan {
    kind: OpenInferenceSpanKind,
    is_recording: bool,
    context: Context,
}

impl LiveSpan {
    /// Starts a span: here it is decided whether it records. If so, `record` says the first of it.
    /// `None` if the body runs as it would without us.
    #[inline]
    pub(super) fn start(
        active: ActiveHere,
        start: &Start,
        record: impl FnOnce(&mut Said),
    ) -> Option<Self> {
        let kind = start.callee().kind();
        let begun = match active.sampling() {
            Some(sampling) => start.in_context(|context| Begun::own(sampling, start, context)),
            None => Begun::attached(&active, start, &start.in_context(Context::clone)),
        };
        let (mut begun, attached) = match begun {
            Begun::Nothing => return None,
            Begun::Within(context) => {
                return Some(LiveSpan { kind, is_recording: false, context });
            }
            Begun::Recording(record, attached) => (record, attached),
        };
        record(&mut begun.said);
        let span = ContextSpan(Some(OpenRecord { record: begun, active, attached }));
        let context = start.in_context(|context| context.with_span(span));
        Some(LiveSpan { kind, is_recording: true, context })
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

    /// The same for a span of which nothing else is wanted.
    #[inline]
    pub(crate) fn into_attached(self) -> ContextGuard {
        self.context.attach()
    }

    pub(crate) fn add_event(&self, name: &'static str, attributes: Vec<KeyValue>) {
        if self.is_recording {
            self.context.span().add_event(name, attributes);
        }
    }

    /// Ends the span, with what its outcome adds to what was said by hand.
    #[inline]
    pub(crate) fn end(&self, status: Status, output: Option<CapturedValue>) {
        let now = opentelemetry::time::now();
        if self.is_recording
            && let Some(open) = OpenRecord::take(&self.context.span(), now)
        {
            open.end(now, status, output);
        }
    }
}
