//! The part of a span that its call shares with OpenTelemetry code.

use super::fill::{self, Calls};
use super::join::{self, Part};
use crate::capture::{CapturedValue, bound_attributes};
use crate::mask::{scrub_attributes, scrub_name, scrub_status};
use crate::openinference::{keep_essential, keys};
use crate::register::{Active, ActiveHandle};
use crate::span::{SpanRecord, watched};
use crate::sync::lock;
use opentelemetry::KeyValue;
use opentelemetry::trace::{Span, SpanContext, SpanRef, Status};
use opentelemetry_sdk::trace::Span as SdkSpan;
use std::borrow::Cow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::SystemTime;

/// A span as long as it records, and nothing afterwards.
///
/// Its call holds it to end the span, and the OpenTelemetry context of the call holds it for code
/// that finds the span there. Whichever ends the span takes the record out, so it ends once. The
/// memory is used for the next span when no context holds it any more.
#[derive(Debug)]
pub(super) struct SharedSpan {
    pub(super) active: ActiveHandle,
    /// The number of changes of the active registration before this one was read.
    change: u64,
    is_recording: AtomicBool,
    span: Mutex<Option<RecordingSpan>>,
}

/// A span that records and has not ended.
#[derive(Debug)]
pub(super) struct RecordingSpan {
    pub(super) record: Box<SpanRecord>,
    /// The span of an attached provider. It receives events, links and names at once, since the
    /// provider's processors may read them before the end.
    pub(super) attached: Option<Box<SdkSpan>>,
    /// The HTTP exchanges inside it; `None` if there was none.
    pub(super) calls: Option<Box<Calls>>,
    /// The part that the span has in a served call; `None` for all others.
    pub(super) part: Option<Box<Part>>,
}

impl SharedSpan {
    pub(super) fn new(active: ActiveHandle, change: u64) -> Arc<Self> {
        let is_recording = AtomicBool::new(false);
        Arc::new(SharedSpan { active, change, is_recording, span: Mutex::new(None) })
    }

    /// Returns true if no context holds it any more, and its registration is still the active one.
    #[inline]
    pub(super) fn is_free(self: &Arc<Self>, change: u64) -> bool {
        Arc::strong_count(self) == 1 && self.change == change
    }

    /// Shares a span that has begun.
    #[inline]
    pub(super) fn share(
        &self,
        record: Box<SpanRecord>,
        attached: Option<Box<SdkSpan>>,
        part: Option<Box<Part>>,
    ) {
        *lock(&self.span) = Some(RecordingSpan { record, attached, calls: None, part });
        self.is_recording.store(true, Ordering::Relaxed);
    }

    #[inline]
    pub(super) fn is_recording(&self) -> bool {
        self.is_recording.load(Ordering::Relaxed)
    }

    /// Takes the span to end it. Returns `None` if it has ended, for example because OpenTelemetry
    /// code ended it.
    #[inline]
    pub(super) fn take(&self) -> Option<RecordingSpan> {
        if !self.is_recording() {
            return None;
        }
        self.is_recording.store(false, Ordering::Relaxed);
        lock(&self.span).take()
    }

    /// Changes the span, unless it has ended.
    pub(super) fn change(&self, change: impl FnOnce(&mut RecordingSpan, &Active)) {
        if let Some(span) = &mut *lock(&self.span) {
            change(span, &self.active);
        }
    }
}

impl RecordingSpan {
    /// Sets the last values. Keeps a status that was set explicitly.
    #[inline]
    pub(super) fn close(
        &mut self,
        at: SystemTime,
        status: Status,
        output: Option<CapturedValue<'_>>,
    ) {
        let record = &mut *self.record;
        if let Some(output) = output {
            record.content.output.set(output);
        }
        if matches!(record.status, Status::Unset) {
            record.status = status;
        }
        record.end_time = at;
        if let Some(calls) = self.calls.take() {
            calls.fill(record);
        }
    }

    /// Hands a closed span over. Returns the memory of an earlier record.
    #[inline]
    pub(super) fn deliver(self, active: &Active) -> Option<Box<SpanRecord>> {
        let RecordingSpan { record, attached, part, .. } = self;
        let record = match part {
            Some(part) => join::complete(*part, record)?,
            None => record,
        };
        let spare = match attached {
            None => active.deliver(record),
            Some(span) => {
                end_attached(*span, *record, active);
                None
            }
        };
        active.report_late_end();
        spare
    }

    /// Hands the closed span of an exchange over, which fills `outer` if that is still possible.
    pub(super) fn deliver_in(self, outer: &SpanRef<'_>, active: &Active) {
        let id = self.record.span_context.span_id();
        if let Some(record) = fill::deposit(outer, self.record) {
            active.deliver(record);
            active.report_late_end();
        }
        // A span that fills another one is not delivered.
        watched::ended(id);
    }

    pub(super) fn add_event(
        &mut self,
        name: Cow<'static, str>,
        timestamp: SystemTime,
        mut attributes: Vec<KeyValue>,
        active: &Active,
    ) {
        bound_attributes(&mut attributes);
        let (name, attributes) = scrubbed(name, attributes, active);
        match &mut self.attached {
            None => self.record.add_event(name, timestamp, attributes),
            Some(span) => span.add_event_with_timestamp(name, timestamp, attributes),
        }
    }

    pub(super) fn add_link(
        &mut self,
        to: SpanContext,
        mut attributes: Vec<KeyValue>,
        active: &Active,
    ) {
        bound_attributes(&mut attributes);
        let (_, attributes) = scrubbed("".into(), attributes, active);
        match &mut self.attached {
            None => self.record.add_link(to, attributes),
            Some(span) => span.add_link(to, attributes),
        }
    }

    pub(super) fn update_name(&mut self, name: Cow<'static, str>, active: &Active) {
        let (name, _) = scrubbed(name, Vec::new(), active);
        match &mut self.attached {
            None => self.record.update_name(name),
            Some(span) => span.update_name(name),
        }
    }
}

/// Redacts secrets in what an attached provider receives at once.
fn scrubbed(
    mut name: Cow<'static, str>,
    mut attributes: Vec<KeyValue>,
    active: &Active,
) -> (Cow<'static, str>, Vec<KeyValue>) {
    if active.scrubs_attached() {
        scrub_name(&mut name);
        scrub_attributes(&mut attributes);
    }
    (name, attributes)
}

/// Ends the span of an attached provider with all attributes of the record, within its limits.
fn end_attached(mut span: SdkSpan, mut record: SpanRecord, active: &Active) {
    let mut attributes = record.content.take_attributes(&record.call);
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
