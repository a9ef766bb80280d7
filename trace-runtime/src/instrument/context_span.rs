//! The span in the OpenTelemetry context: what OpenTelemetry code below a call sees of it, and where
//! its record lives until it ends.

use crate::capture::CapturedValue;
use crate::openinference::keys;
use crate::openinference::{keep_essential, push};
use crate::register::{Active, ActiveHere};
use crate::span::SpanRecord;
use opentelemetry::KeyValue;
use opentelemetry::trace::{Span, SpanContext, SpanRef, Status};
use opentelemetry_sdk::trace::Span as SdkSpan;
use std::borrow::Cow;
use std::cell::Cell;
use std::time::SystemTime;

/// A span that records: `None` once it has ended.
#[derive(Debug)]
pub(super) struct ContextSpan(pub(super) Option<OpenRecord>);

/// The record of a span that has not ended.
#[derive(Debug)]
pub(super) struct OpenRecord {
    pub(super) record: Box<SpanRecord>,
    pub(super) active: ActiveHere,
    /// The span of an attached provider takes what cannot be held back until the end.
    pub(super) attached: Option<Box<SdkSpan>>,
}

thread_local! {
    /// How a span's record is taken back from the context, which gives nothing but the methods of
    /// [`Span`]: instead of ending, the span leaves its record here if it is wanted.
    static TAKEN: Cell<Taken> = const { Cell::new(Taken::Unwanted) };
}

#[derive(Default)]
enum Taken {
    #[default]
    Unwanted,
    Wanted,
    Record(OpenRecord),
}

impl OpenRecord {
    /// Takes the record back from the context. `None` if the span has ended.
    #[inline]
    pub(super) fn take(span: &SpanRef<'_>, now: SystemTime) -> Option<Self> {
        // A thread that is ending has no such place any more.
        TAKEN.try_with(|taken| taken.set(Taken::Wanted)).ok();
        span.end_with_timestamp(now);
        match TAKEN.try_with(Cell::take) {
            Ok(Taken::Record(record)) => Some(record),
            _ => None,
        }
    }

    /// Ends the span, with what its outcome adds to what was said by hand.
    pub(super) fn end(self, at: SystemTime, status: Status, output: Option<CapturedValue>) {
        let OpenRecord { mut record, active, attached } = self;
        record.said.output = output;
        if record.status == Status::Unset {
            record.status = status;
        }
        record.end_time = at;
        match attached {
            None => active.deliver(record),
            Some(span) => end_attached(*span, *record, &active),
        }
        active.note_end();
    }

    fn add_event(
        &mut self,
        name: Cow<'static, str>,
        timestamp: SystemTime,
        attributes: Vec<KeyValue>,
    ) {
        match &mut self.attached {
            None => self.record.add_event(name, timestamp, attributes),
            Some(span) => span.add_event_with_timestamp(name, timestamp, attributes),
        }
    }

    fn add_link(&mut self, to: SpanContext, attributes: Vec<KeyValue>) {
        match &mut self.attached {
            None => self.record.add_link(to, attributes),
            Some(span) => span.add_link(to, attributes),
        }
    }

    fn update_name(&mut self, name: Cow<'static, str>) {
        match &mut self.attached {
            None => self.record.update_name(name),
            Some(span) => span.update_name(name),
        }
    }
}

fn end_attached(mut span: SdkSpan, record: SpanRecord, active: &Active) {
    let mut attributes = record.said.into_attributes(&record.callee);
    // The span was begun with it.
    attributes.retain(|attribute| attribute.key.as_str() != keys::SPAN_KIND);
    keep_essential(&mut attributes, active.limits().attributes);
    span.set_attributes(attributes);
    span.set_status(record.status);
    span.end_with_timestamp(record.end_time);
}

impl ContextSpan {
    fn with_open(&mut self, change: impl FnOnce(&mut OpenRecord)) {
        if let Some(open) = &mut self.0 {
            change(open);
        }
    }
}

impl Drop for ContextSpan {
    /// Nobody can end the span any more.
    fn drop(&mut self) {
        if let Some(open) = self.0.take() {
            open.end(opentelemetry::time::now(), Status::Unset, None);
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
        self.with_open(|open| open.add_event(name.into(), timestamp, attributes));
    }

    /// OpenTelemetry asks once, when the span is put into the context.
    fn span_context(&self) -> &SpanContext {
        self.0.as_ref().map_or(&SpanContext::NONE, |open| &open.record.span_context)
    }

    fn is_recording(&self) -> bool {
        self.0.is_some()
    }

    fn set_attribute(&mut self, attribute: KeyValue) {
        self.with_open(|open| push(&mut open.record.said.attributes, attribute));
    }

    fn set_status(&mut self, status: Status) {
        self.with_open(|open| {
            // OpenTelemetry ranks them: Ok over Error over Unset.
            if open.record.status < status {
                open.record.status = status;
            }
        });
    }

    fn update_name<T>(&mut self, name: T)
    where
        T: Into<Cow<'static, str>>,
    {
        self.with_open(|open| open.update_name(name.into()));
    }

    fn add_link(&mut self, span_context: SpanContext, attributes: Vec<KeyValue>) {
        self.with_open(|open| open.add_link(span_context, attributes));
    }

    fn end_with_timestamp(&mut self, timestamp: SystemTime) {
        let Some(open) = self.0.take() else { return };
        match TAKEN.try_with(Cell::take) {
            Ok(Taken::Wanted) => TAKEN.with(|taken| taken.set(Taken::Record(open))),
            _ => open.end(timestamp, Status::Unset, None),
        }
    }
}
