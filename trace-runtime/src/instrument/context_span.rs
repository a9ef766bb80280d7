//! The span as OpenTelemetry code sees it: the `Span` in the current `Context`.

use super::fill::{self, Calls};
use super::join::{self, Part};
use crate::capture::{CapturedValue, bound_attributes, bound_value, bounded_copy};
use crate::mask::{scrub_attributes, scrub_name, scrub_status};
use crate::openinference::{keep_essential, keys, push};
use crate::register::{Active, ActiveHandle};
use crate::span::{SpanRecord, watched};
use opentelemetry::KeyValue;
use opentelemetry::trace::{Span, SpanContext, SpanRef, Status};
use opentelemetry_sdk::trace::Span as SdkSpan;
use std::borrow::Cow;
use std::cell::Cell;
use std::time::SystemTime;

/// The span in the context; `None` once it has ended.
#[derive(Debug)]
pub(super) struct ContextSpan(pub(super) Option<RecordingSpan>);

/// A span that records and has not ended.
#[derive(Debug)]
pub(super) struct RecordingSpan {
    pub(super) record: Box<SpanRecord>,
    pub(super) active: ActiveHandle,
    /// The span of an attached provider. It receives events, links and names at once, since the
    /// provider's processors may read them before the end.
    pub(super) attached: Option<Box<SdkSpan>>,
    /// The HTTP exchanges inside it; `None` if there was none.
    pub(super) calls: Option<Box<Calls>>,
    /// The part that the span has in a served call; `None` for all others.
    pub(super) part: Option<Box<Part>>,
}

thread_local! {
    /// The channel through which [`RecordingSpan::take`] moves a record out of the context.
    ///
    /// A `Context` owns its span and lends only the methods of [`Span`], none of which returns
    /// anything. `take` therefore requests the record here and ends the span; instead of ending,
    /// the span leaves its record. Both happen in one call on one thread. The alternative, a second
    /// `Arc<Mutex<..>>` to the record beside the context, costs an allocation and a lock per span
    /// (165 + 32 instructions of about 2,700, callgrind).
    static RETRIEVAL: Cell<Retrieval> = const { Cell::new(Retrieval::Idle) };
}

/// The state of [`RETRIEVAL`].
#[derive(Default)]
enum Retrieval {
    #[default]
    Idle,
    Requested,
    Returned(RecordingSpan),
}

impl RecordingSpan {
    /// Moves the span out of its context. Returns `None` if it has ended, for example because
    /// OpenTelemetry code below ended it.
    #[inline]
    pub(super) fn take(span: &SpanRef<'_>, now: SystemTime) -> Option<Self> {
        // A thread that is ending has destroyed its thread-locals. The span then ends in place.
        RETRIEVAL.try_with(|retrieval| retrieval.set(Retrieval::Requested)).ok();
        span.end_with_timestamp(now);
        match RETRIEVAL.try_with(Cell::take) {
            Ok(Retrieval::Returned(span)) => Some(span),
            _ => None,
        }
    }

    /// Ends the span. Keeps a status that was set explicitly.
    pub(super) fn end(mut self, at: SystemTime, status: Status, output: Option<CapturedValue>) {
        self.close(at, status, output);
        self.deliver();
    }

    /// Ends the span of an exchange, which fills `outer` if that is still possible.
    pub(super) fn end_in(mut self, outer: &SpanRef<'_>, at: SystemTime, status: Status) {
        self.close(at, status, None);
        let id = self.record.span_context.span_id();
        if let Some(record) = fill::deposit(outer, self.record) {
            self.active.deliver(record);
            self.active.report_late_end();
        }
        // A span that fills another one is not delivered.
        watched::ended(id);
    }

    fn close(&mut self, at: SystemTime, status: Status, output: Option<CapturedValue>) {
        let record = &mut self.record;
        record.content.output = output;
        if record.status == Status::Unset {
            record.status = status;
        }
        record.end_time = at;
        if let Some(calls) = self.calls.take() {
            calls.fill(record);
        }
    }

    fn deliver(self) {
        let RecordingSpan { record, active, attached, part, .. } = self;
        let completed = match part {
            Some(part) => join::complete(*part, record),
            None => Some(record),
        };
        let Some(record) = completed else { return };
        match attached {
            None => active.deliver(record),
            Some(span) => end_attached(*span, *record, &active),
        }
        active.report_late_end();
    }

    fn add_event(
        &mut self,
        name: Cow<'static, str>,
        timestamp: SystemTime,
        mut attributes: Vec<KeyValue>,
    ) {
        bound_attributes(&mut attributes);
        let (name, attributes) = self.scrubbed(name, attributes);
        match &mut self.attached {
            None => self.record.add_event(name, timestamp, attributes),
            Some(span) => span.add_event_with_timestamp(name, timestamp, attributes),
        }
    }

    /// Redacts secrets in what an attached provider receives at once.
    fn scrubbed(
        &self,
        mut name: Cow<'static, str>,
        mut attributes: Vec<KeyValue>,
    ) -> (Cow<'static, str>, Vec<KeyValue>) {
        if self.active.scrubs_attached() {
            scrub_name(&mut name);
            scrub_attributes(&mut attributes);
        }
        (name, attributes)
    }

    fn add_link(&mut self, to: SpanContext, mut attributes: Vec<KeyValue>) {
        bound_attributes(&mut attributes);
        let (_, attributes) = self.scrubbed("".into(), attributes);
        match &mut self.attached {
            None => self.record.add_link(to, attributes),
            Some(span) => span.add_link(to, attributes),
        }
    }

    fn update_name(&mut self, name: Cow<'static, str>) {
        let (name, _) = self.scrubbed(name, Vec::new());
        match &mut self.attached {
            None => self.record.update_name(name),
            Some(span) => span.update_name(name),
        }
    }
}

/// Ends the span of an attached provider with all attributes of the record, within its limits.
fn end_attached(mut span: SdkSpan, record: SpanRecord, active: &Active) {
    let mut attributes = record.content.into_attributes(&record.call);
    // The span has had its kind since it began, for samplers.
    attributes.retain(|attribute| attribute.key.as_str() != keys::SPAN_KIND);
    keep_essential(&mut attributes, active.limits().attributes);
    let mut status = record.status;
    if active.scrubs_attached() {
        scrub_attributes(&mut attributes);
        scrub_status(&mut status);
    }
    span.set_attributes(attributes);
    span.set_status(status);
    span.end_with_timestamp(record.end_time);
    watched::ended(record.span_context.span_id());
}

impl ContextSpan {
    /// Changes the span, unless it has ended.
    fn change(&mut self, change: impl FnOnce(&mut RecordingSpan)) {
        if let Some(span) = &mut self.0 {
            change(span);
        }
    }
}

impl Drop for ContextSpan {
    /// Ends a span that was not ended. Its context was dropped, so no other code can end it.
    fn drop(&mut self) {
        if let Some(span) = self.0.take() {
            span.end(opentelemetry::time::now(), Status::Unset, None);
        }
    }
}

impl Span for ContextSpan {
    fn add_event_with_timestamp<T>(
        &mut self,
        name: T,
        timestamp: SystemTime,
        attributes: Vec<KeyValue>,
    ) where
        T: Into<Cow<'static, str>>,
    {
        self.change(|span| span.add_event(name.into(), timestamp, attributes));
    }

    /// OpenTelemetry reads it once, when the span is put into the context, and keeps a copy.
    fn span_context(&self) -> &SpanContext {
        self.0.as_ref().map_or(&SpanContext::NONE, |span| &span.record.span_context)
    }

    fn is_recording(&self) -> bool {
        self.0.is_some()
    }

    fn set_attribute(&mut self, mut attribute: KeyValue) {
        bound_value(&mut attribute.value);
        self.change(|span| push(&mut span.record.content.attributes, attribute));
    }

    fn set_status(&mut self, status: Status) {
        let status = match status {
            Status::Error { description } => Status::error(bounded_copy(&description)),
            other => other,
        };
        self.change(|span| {
            if status == Status::Unset {
                fill::receive(span);
            }
            // The specification ranks them: Ok over Error over Unset, and `Status` is ordered so.
            if span.record.status < status {
                span.record.status = status;
            }
        });
    }

    fn update_name<T>(&mut self, name: T)
    where
        T: Into<Cow<'static, str>>,
    {
        self.change(|span| span.update_name(name.into()));
    }

    fn add_link(&mut self, span_context: SpanContext, attributes: Vec<KeyValue>) {
        self.change(|span| span.add_link(span_context, attributes));
    }

    fn end_with_timestamp(&mut self, timestamp: SystemTime) {
        let Some(span) = self.0.take() else { return };
        match RETRIEVAL.try_with(Cell::take) {
            Ok(Retrieval::Requested) => {
                RETRIEVAL.with(|retrieval| retrieval.set(Retrieval::Returned(span)));
            }
            _ => span.end(timestamp, Status::Unset, None),
        }
    }
}
