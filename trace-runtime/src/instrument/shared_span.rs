//! The part of a span that its call shares with OpenTelemetry code.

use super::fill::{self, Calls};
use super::join::{self, Part};
use crate::capture::{CapturedValue, bound_attributes};
use crate::mask::{scrub_attributes, scrub_name, scrub_status};
use crate::openinference::{keep_essential, keys};
use crate::register::{Active, ActiveHandle};
use crate::span::{SpanRecord, watched};
use crate::sync::{get_mut, lock};
use opentelemetry::KeyValue;
use opentelemetry::trace::{Span, SpanContext, SpanRef, Status};
use opentelemetry_sdk::trace::Span as SdkSpan;
use std::borrow::Cow;
use std::sync::{Arc, Mutex};
use std::time::SystemTime;

/// A span as long as it records, and nothing afterwards.
///
/// Its call holds it to end the span, and the OpenTelemetry context of the call holds it for code
/// that finds the span there. Whichever ends the span takes the record out, so it ends once. The
/// memory is used for the next span when no context holds it any more.
///
/// A span that no context holds, before it is shared and usually at its end, needs no lock.
#[derive(Debug)]
pub(super) struct SharedSpan {
    pub(super) active: ActiveHandle,
    /// The number of changes of the active registration before this one was read.
    change: u64,
    /// The ids of the span, which OpenTelemetry copies into the context.
    span_context: SpanContext,
    span: Mutex<Option<RecordingSpan>>,
}

/// A span that records and has not ended.
#[derive(Debug)]
pub(super) struct RecordingSpan {
    pub(super) record: Box<SpanRecord>,
    pub(super) rare: Option<Box<RareParts>>,
}

/// The parts that few spans have. They are in one box, so that all other spans move one pointer.
#[derive(Debug, Default)]
pub(super) struct RareParts {
    /// The span of an attached provider. It receives events, links and names at once, since the
    /// provider's processors may read them before the end.
    pub(super) attached: Option<Box<SdkSpan>>,
    /// The HTTP exchanges inside it.
    pub(super) calls: Calls,
    /// The part that the span has in a served call.
    pub(super) part: Option<Part>,
}

impl RareParts {
    pub(super) fn of_attached_span(span: Box<SdkSpan>) -> Self {
        RareParts { attached: Some(span), ..RareParts::default() }
    }

    pub(super) fn of_served_call(part: Part) -> Self {
        RareParts { part: Some(part), ..RareParts::default() }
    }
}

impl SharedSpan {
    pub(super) fn new(active: ActiveHandle, change: u64) -> Arc<Self> {
        let span_context = SpanContext::NONE;
        Arc::new(SharedSpan { active, change, span_context, span: Mutex::new(None) })
    }

    /// Returns true if no context holds it any more, and its registration is still the active one.
    #[inline]
    pub(super) fn is_free(self: &Arc<Self>, change: u64) -> bool {
        Arc::strong_count(self) == 1 && self.change == change
    }

    /// Puts a span that has begun in here, before a context holds it. Drops the span if one does.
    #[inline]
    pub(super) fn share(
        self: &mut Arc<Self>,
        record: Box<SpanRecord>,
        rare: Option<Box<RareParts>>,
    ) {
        if let Some(shared) = Arc::get_mut(self) {
            shared.span_context = record.span_context.clone();
            *get_mut(&mut shared.span) = Some(RecordingSpan { record, rare });
        }
    }

    /// Returns the ids of the span that is or was shared.
    pub(super) fn span_context(&self) -> &SpanContext {
        &self.span_context
    }

    pub(super) fn is_recording(&self) -> bool {
        lock(&self.span).is_some()
    }

    /// Takes the span to end it. Returns `None` if it has ended, for example because OpenTelemetry
    /// code ended it.
    #[inline]
    pub(super) fn take(self: &mut Arc<Self>) -> Option<RecordingSpan> {
        match Arc::get_mut(self) {
            Some(shared) => get_mut(&mut shared.span).take(),
            None => self.take_from_context(),
        }
    }

    #[cold]
    fn take_from_context(&self) -> Option<RecordingSpan> {
        lock(&self.span).take()
    }

    /// Changes the span, unless it has ended.
    pub(super) fn change(&self, change: impl FnOnce(&mut RecordingSpan, &Active)) {
        if let Some(span) = &mut *lock(&self.span) {
            change(span, &self.active);
        }
    }
}

impl Drop for SharedSpan {
    /// Ends a span that was not ended: neither its call nor a context is left to end it.
    fn drop(&mut self) {
        if let Some(mut span) = get_mut(&mut self.span).take() {
            span.close(opentelemetry::time::now(), Status::Unset, None);
            span.deliver(&self.active);
        }
    }
}

impl RecordingSpan {
    /// Sets the last values. Keeps a status that was set explicitly.
    #[expect(clippy::inline_always, reason = "the call is a third of its instructions")]
    #[inline(always)]
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
        if let Some(rare) = &mut self.rare {
            rare.calls.fill(record);
        }
    }

    /// Hands a closed span over. Returns the memory of an earlier record.
    #[expect(clippy::inline_always, reason = "the call is half of its instructions")]
    #[inline(always)]
    pub(super) fn deliver(self, active: &Active) -> Option<Box<SpanRecord>> {
        let spare = match self.rare {
            None => active.deliver(self.record),
            Some(rare) => rare.deliver(self.record, active),
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
        match self.attached() {
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
        match self.attached() {
            None => self.record.add_link(to, attributes),
            Some(span) => span.add_link(to, attributes),
        }
    }

    /// Returns the span of an attached provider.
    pub(super) fn attached(&mut self) -> Option<&mut SdkSpan> {
        self.rare.as_mut()?.attached.as_deref_mut()
    }

    /// Returns the parts that few spans have.
    pub(super) fn rare(&mut self) -> &mut RareParts {
        self.rare.get_or_insert_default()
    }

    pub(super) fn update_name(&mut self, name: Cow<'static, str>, active: &Active) {
        let (name, _) = scrubbed(name, Vec::new(), active);
        match self.attached() {
            None => self.record.update_name(name),
            Some(span) => span.update_name(name),
        }
    }
}

impl RareParts {
    /// Hands a closed span over that has such parts.
    #[cold]
    fn deliver(self, record: Box<SpanRecord>, active: &Active) -> Option<Box<SpanRecord>> {
        let record = match self.part {
            Some(part) => join::complete(part, record)?,
            None => record,
        };
        match self.attached {
            None => active.deliver(record),
            Some(span) => {
                end_attached(*span, *record, active);
                None
            }
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
