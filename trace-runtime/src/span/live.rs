//! The span of a call that is under way: it lives in the OpenTelemetry context, keeps what is said
//! of it until it ends, and is handed on as a whole then.

use super::backing::Backing;
use super::begun::Begun;
use super::said::Said;
use super::start::Start;
use crate::OpenInferenceSpanKind;
use crate::capture::CapturedValue;
use crate::register::ActiveHere;
use opentelemetry::trace::{SpanContext, Status, TraceContextExt};
use opentelemetry::{Context, ContextGuard, KeyValue};
use std::borrow::Cow;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

/// A span and the context in which the body runs.
#[derive(Debug)]
pub(crate) struct LiveSpan {
    kind: OpenInferenceSpanKind,
    context: Context,
    /// `None` if the span does not record.
    record: Option<Arc<Record>>,
}

/// What has been said of a span so far, shared by the context and the call.
#[derive(Debug)]
struct Record {
    span_context: SpanContext,
    active: ActiveHere,
    /// `None` once the span has ended.
    open: Mutex<Option<Open>>,
}

#[derive(Debug)]
struct Open {
    kind: OpenInferenceSpanKind,
    said: Said,
    backing: Backing,
    /// A status set by hand wins over what the outcome says.
    status: Option<Status>,
}

impl LiveSpan {
    /// Starts a span: here it is decided whether it records. If so, `record` goes on with what is
    /// said of it.
    pub(super) fn start(
        active: ActiveHere,
        start: &Start,
        record: impl FnOnce(Said) -> Said,
    ) -> Self {
        let kind = start.site().kind;
        let begun = match active.sampling() {
            Some(sampling) => Begun::own(sampling, start),
            None => Begun::attached(&active, start),
        };
        let (span_context, backing, said) = match begun {
            Begun::Suppressed => {
                return LiveSpan { kind, context: start.in_context(Context::clone), record: None };
            }
            Begun::NotSampled(span_context) => {
                let within = |context: &Context| context.with_remote_span_context(span_context);
                return LiveSpan { kind, context: start.in_context(within), record: None };
            }
            Begun::Recording(span_context, backing, said) => (span_context, backing, said),
        };
        let open = Open { kind, said: record(said), backing, status: None };
        let record = Arc::new(Record { span_context, active, open: Mutex::new(Some(open)) });
        let span = ContextSpan(Arc::clone(&record));
        let context = start.in_context(|context| context.with_span(span));
        LiveSpan { kind, context, record: Some(record) }
    }

    pub(crate) fn kind(&self) -> OpenInferenceSpanKind {
        self.kind
    }

    #[inline]
    pub(crate) fn is_recording(&self) -> bool {
        self.record.is_some()
    }

    /// Makes the span the current one until the guard is dropped.
    pub(crate) fn attach(&self) -> ContextGuard {
        self.context.clone().attach()
    }

    pub(crate) fn add_event(&self, name: &'static str, attributes: Vec<KeyValue>) {
        let now = opentelemetry::time::now();
        if let Some(record) = &self.record {
            record.with_open(|open| open.backing.add_event(name.into(), now, attributes));
        }
    }

    /// Ends the span, with what its outcome adds to what was said by hand.
    pub(crate) fn end(&self, status: Status, output: Option<CapturedValue>) {
        if let Some(record) = &self.record {
            record.end(None, status, output);
        }
    }
}

impl Record {
    fn open(&self) -> MutexGuard<'_, Option<Open>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn with_open(&self, change: impl FnOnce(&mut Open)) {
        if let Some(open) = self.open().as_mut() {
            change(open);
        }
    }

    fn end(&self, at: Option<SystemTime>, status: Status, output: Option<CapturedValue>) {
        let open = self.open().take();
        let Some(Open { kind, mut said, backing, status: by_hand }) = open else { return };
        if let Some(output) = output {
            said.add_output(output);
        }
        let attributes = said.finish(kind);
        let end_time = at.unwrap_or_else(opentelemetry::time::now);
        let status = by_hand.unwrap_or(status);
        backing.end(&self.active, &self.span_context, attributes, status, end_time);
        self.active.note_end();
    }
}

impl Drop for Record {
    /// Nobody can end the span any more.
    fn drop(&mut self) {
        self.end(None, Status::Unset, None);
    }
}

/// The span as OpenTelemetry code below the call sees it.
#[derive(Debug)]
struct ContextSpan(Arc<Record>);

impl opentelemetry::trace::Span for ContextSpan {
    fn add_event_with_timestamp<T>(
        &mut self,
        name: T,
        timestamp: SystemTime,
        attributes: Vec<KeyValue>,
    ) where
        T: Into<Cow<'static, str>>,
    {
        self.0.with_open(|open| open.backing.add_event(name.into(), timestamp, attributes));
    }

    fn span_context(&self) -> &SpanContext {
        &self.0.span_context
    }

    fn is_recording(&self) -> bool {
        self.0.open().is_some()
    }

    fn set_attribute(&mut self, attribute: KeyValue) {
        self.0.with_open(|open| open.said.set(attribute));
    }

    fn set_status(&mut self, status: Status) {
        self.0.with_open(|open| {
            // OpenTelemetry ranks them: Ok over Error over Unset, and to set Unset does nothing.
            if *open.status.as_ref().unwrap_or(&Status::Unset) < status {
                open.status = Some(status);
            }
        });
    }

    fn update_name<T>(&mut self, name: T)
    where
        T: Into<Cow<'static, str>>,
    {
        self.0.with_open(|open| open.backing.update_name(name.into()));
    }

    fn add_link(&mut self, span_context: SpanContext, attributes: Vec<KeyValue>) {
        self.0.with_open(|open| open.backing.add_link(span_context, attributes));
    }

    fn end_with_timestamp(&mut self, timestamp: SystemTime) {
        self.0.end(Some(timestamp), Status::Unset, None);
    }
}
