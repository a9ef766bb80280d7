//! The span of a call that is under way: it lives in the OpenTelemetry context, keeps its
//! attributes until it ends, and hands them to the provider's span then.

use super::attributes::{add_missing, keep_essential, keep_last_of_each_key};
use super::start::Start;
use crate::OpenInferenceSpanKind;
use crate::register::Active;
use crate::scope::{ContextAttributes, OwnSpan};
use crate::semconv;
use opentelemetry::trace::{
    Span as _, SpanBuilder, SpanContext, SpanKind, Status, TraceContextExt, Tracer,
};
use opentelemetry::{Context, ContextGuard, KeyValue};
use opentelemetry_sdk::trace::Span as SdkSpan;
use std::borrow::Cow;
use std::sync::{Arc, Mutex, PoisonError};
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
    active: Arc<Active>,
    /// `None` once the span has ended.
    open: Mutex<Option<Open>>,
}

#[derive(Debug)]
struct Open {
    span: SdkSpan,
    attributes: Vec<KeyValue>,
    /// A status set by hand wins over what the outcome says.
    status: Option<Status>,
}

impl LiveSpan {
    /// Starts a span: here it is decided whether it records.
    pub(super) fn start(active: Arc<Active>, start: &Start) -> Self {
        let site = start.site();
        let context = start.context();
        let builder = SpanBuilder::from_name(start.span_name())
            .with_kind(SpanKind::Internal)
            // For samplers. The kind is settled; all else can still be set by hand.
            .with_attributes([site.kind.attribute()]);
        let inherited = ContextAttributes::of(&context);
        let mut place = start.place(&context);
        if !inherited.is_empty() {
            place = place.with_value(OwnSpan);
        }
        let span = active.tracer(site).build_with_context(builder, &place);
        if !span.is_recording() {
            // What is below must know of the decision.
            return LiveSpan { kind: site.kind, context: context.with_span(span), record: None };
        }
        // What is set by itself comes behind, and wins.
        let attributes = inherited.iter().cloned().chain(start.code_attributes()).collect();
        let record = Arc::new(Record {
            span_context: span.span_context().clone(),
            active,
            open: Mutex::new(Some(Open { span, attributes, status: None })),
        });
        let context = context.with_span(ContextSpan(Arc::clone(&record)));
        LiveSpan { kind: site.kind, context, record: Some(record) }
    }

    pub(crate) fn kind(&self) -> OpenInferenceSpanKind {
        self.kind
    }

    pub(crate) fn is_recording(&self) -> bool {
        self.record.is_some()
    }

    /// Makes the span the current one until the guard is dropped.
    pub(crate) fn attach(&self) -> ContextGuard {
        self.context.clone().attach()
    }

    pub(super) fn set_attributes(&self, attributes: Vec<KeyValue>) {
        self.with_open(|open| open.attributes.extend(attributes));
    }

    pub(crate) fn add_event(&self, name: &'static str, attributes: Vec<KeyValue>) {
        self.with_open(|open| open.span.add_event(name, attributes));
    }

    /// Ends the span, with what its outcome adds to what was said by hand.
    pub(crate) fn end(&self, status: Status, attributes: Vec<KeyValue>) {
        if let Some(record) = &self.record {
            record.end(None, status, attributes);
        }
    }

    fn with_open(&self, change: impl FnOnce(&mut Open)) {
        if let Some(record) = &self.record {
            record.with_open(change);
        }
    }
}

impl Record {
    fn with_open(&self, change: impl FnOnce(&mut Open)) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(open) = open.as_mut() {
            change(open);
        }
    }

    fn end(&self, at: Option<SystemTime>, status: Status, attributes: Vec<KeyValue>) {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(mut open) = open else { return };
        add_unless_set(&mut open.attributes, attributes);
        open.attributes.retain(|attribute| attribute.key.as_str() != semconv::SPAN_KIND);
        keep_last_of_each_key(&mut open.attributes);
        keep_essential(&mut open.attributes, self.active.limits().attributes);
        open.span.set_attributes(open.attributes);
        open.span.set_status(open.status.unwrap_or(status));
        open.span.end_with_timestamp(at.unwrap_or_else(opentelemetry::time::now));
        self.active.note_end();
    }
}

/// What was set by hand wins. An output set by hand has no use for the mime type of another.
fn add_unless_set(attributes: &mut Vec<KeyValue>, mut outcome: Vec<KeyValue>) {
    let has_output = attributes.iter().any(|set| set.key.as_str() == semconv::OUTPUT_VALUE);
    if has_output {
        outcome.retain(|new| new.key.as_str() != semconv::OUTPUT_MIME_TYPE);
    }
    add_missing(attributes, outcome);
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
        self.0.with_open(|open| open.span.add_event_with_timestamp(name, timestamp, attributes));
    }

    fn span_context(&self) -> &SpanContext {
        &self.0.span_context
    }

    fn is_recording(&self) -> bool {
        self.0.open.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    fn set_attribute(&mut self, attribute: KeyValue) {
        self.0.with_open(|open| open.attributes.push(attribute));
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
        self.0.with_open(|open| open.span.update_name(name));
    }

    fn add_link(&mut self, span_context: SpanContext, attributes: Vec<KeyValue>) {
        self.0.with_open(|open| open.span.add_link(span_context, attributes));
    }

    fn end_with_timestamp(&mut self, timestamp: SystemTime) {
        self.0.end(Some(timestamp), Status::Unset, Vec::new());
    }
}
