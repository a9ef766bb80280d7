//! What records a span: our own record, or the span of an attached provider.

use super::attributes::keep_essential;
use crate::call_site::CallSite;
use crate::register::Active;
use opentelemetry::trace::{
    Event, Link, Span as _, SpanContext, SpanId, SpanKind, Status, TraceContextExt,
};
use opentelemetry::{Context, InstrumentationScope, KeyValue};
use opentelemetry_sdk::trace::{Span as SdkSpan, SpanData, SpanEvents, SpanLinks};
use std::borrow::Cow;
use std::time::SystemTime;

/// Takes what cannot be held back until the end.
#[derive(Debug)]
pub(super) enum Backing {
    Own(Own),
    Attached(Box<SdkSpan>),
}

/// A span of our own, but for its attributes and its status.
#[derive(Debug)]
pub(super) struct Own {
    site: &'static CallSite,
    name: Cow<'static, str>,
    start_time: SystemTime,
    parent_span_id: SpanId,
    parent_span_is_remote: bool,
    events: SpanEvents,
    links: SpanLinks,
}

/// As many events and links as the SDK keeps of a span, and attributes of each.
const LIMIT: usize = 128;

impl Backing {
    #[inline]
    pub(super) fn own(
        site: &'static CallSite,
        name: Cow<'static, str>,
        start_time: SystemTime,
        place: &Context,
    ) -> Self {
        let span = place.span();
        let parent = span.span_context();
        Backing::Own(Own {
            site,
            name,
            start_time,
            parent_span_id: parent.span_id(),
            parent_span_is_remote: parent.is_valid() && parent.is_remote(),
            events: SpanEvents::default(),
            links: SpanLinks::default(),
        })
    }

    pub(super) fn add_event(
        &mut self,
        name: Cow<'static, str>,
        timestamp: SystemTime,
        attributes: Vec<KeyValue>,
    ) {
        match self {
            Backing::Own(own) if own.events.events.len() < LIMIT => {
                let (attributes, dropped) = limited(attributes);
                own.events.events.push(Event::new(name, timestamp, attributes, dropped));
            }
            Backing::Own(own) => own.events.dropped_count += 1,
            Backing::Attached(span) => span.add_event_with_timestamp(name, timestamp, attributes),
        }
    }

    pub(super) fn add_link(&mut self, to: SpanContext, attributes: Vec<KeyValue>) {
        match self {
            Backing::Own(own) if own.links.links.len() < LIMIT => {
                let (attributes, dropped) = limited(attributes);
                own.links.links.push(Link::new(to, attributes, dropped));
            }
            Backing::Own(own) => own.links.dropped_count += 1,
            Backing::Attached(span) => span.add_link(to, attributes),
        }
    }

    pub(super) fn update_name(&mut self, name: Cow<'static, str>) {
        match self {
            Backing::Own(own) => own.name = name,
            Backing::Attached(span) => span.update_name(name),
        }
    }

    /// Ends the span and hands it on.
    #[inline]
    pub(super) fn end(
        self,
        active: &Active,
        span_context: &SpanContext,
        mut attributes: Vec<KeyValue>,
        status: Status,
        end_time: SystemTime,
    ) {
        match self {
            Backing::Own(own) => active.deliver(SpanData {
                span_context: span_context.clone(),
                parent_span_id: own.parent_span_id,
                parent_span_is_remote: own.parent_span_is_remote,
                span_kind: SpanKind::Internal,
                name: own.name,
                start_time: own.start_time,
                end_time,
                attributes,
                dropped_attributes_count: 0,
                events: own.events,
                links: own.links,
                status,
                instrumentation_scope: scope(own.site),
            }),
            Backing::Attached(mut span) => {
                keep_essential(&mut attributes, active.limits().attributes);
                span.set_attributes(attributes);
                span.set_status(status);
                span.end_with_timestamp(end_time);
            }
        }
    }
}

/// The scope of a span is the crate its function is in.
pub(crate) fn scope(site: &CallSite) -> InstrumentationScope {
    let scope = InstrumentationScope::builder(site.crate_name);
    match site.crate_version {
        Some(version) => scope.with_version(version).build(),
        None => scope.build(),
    }
}

fn limited(mut attributes: Vec<KeyValue>) -> (Vec<KeyValue>, u32) {
    let dropped = attributes.len().saturating_sub(LIMIT);
    attributes.truncate(LIMIT);
    (attributes, u32::try_from(dropped).unwrap_or(u32::MAX))
}
