//! A span of ours as it was recorded. It becomes `SpanData` on the worker's thread, where time costs
//! the caller nothing.

use super::call_site::CallSite;
use super::callee::Callee;
use super::said::{LIST, Said};
use crate::memory::more_bytes;
use opentelemetry::trace::{Event, Link, SpanContext, SpanId, SpanKind, Status};
use opentelemetry::{InstrumentationScope, KeyValue};
use opentelemetry_sdk::trace::{SpanData, SpanEvents, SpanLinks};
use std::borrow::Cow;
use std::sync::Arc;
use std::time::SystemTime;

/// What is recorded of a span, from its start to its end.
#[derive(Clone, Debug)]
pub(crate) struct SpanRecord {
    pub(crate) span_context: SpanContext,
    pub(crate) callee: Callee,
    parent_span_id: SpanId,
    parent_is_remote: bool,
    start_time: SystemTime,
    /// The same as the start until it is known.
    pub(crate) end_time: SystemTime,
    pub(crate) said: Said,
    pub(crate) status: Status,
    rare: Option<Box<Rare>>,
}

/// What few spans have.
#[derive(Clone, Debug, Default)]
struct Rare {
    name: Option<Cow<'static, str>>,
    events: SpanEvents,
    links: SpanLinks,
}

/// The memory of a span for exporters, and of its list of attributes.
const EXPORTED: usize = size_of::<SpanData>() + LIST;

/// As many events and links as the SDK keeps of a span, and attributes of each.
const LIMIT: usize = 128;

impl SpanRecord {
    #[inline]
    pub(crate) fn new(
        callee: Callee,
        span_context: SpanContext,
        parent: &SpanContext,
        inherited: Option<Arc<[KeyValue]>>,
    ) -> Self {
        let now = opentelemetry::time::now();
        SpanRecord {
            span_context,
            callee,
            parent_span_id: parent.span_id(),
            parent_is_remote: parent.is_valid() && parent.is_remote(),
            start_time: now,
            end_time: now,
            said: Said { inherited, ..Said::default() },
            status: Status::Unset,
            rare: None,
        }
    }

    pub(crate) fn add_event(
        &mut self,
        name: Cow<'static, str>,
        timestamp: SystemTime,
        attributes: Vec<KeyValue>,
    ) {
        let events = &mut self.rare().events;
        if events.events.len() < LIMIT {
            let (attributes, dropped) = limited(attributes);
            events.events.push(Event::new(name, timestamp, attributes, dropped));
        } else {
            events.dropped_count += 1;
        }
    }

    pub(crate) fn add_link(&mut self, to: SpanContext, attributes: Vec<KeyValue>) {
        let links = &mut self.rare().links;
        if links.links.len() < LIMIT {
            let (attributes, dropped) = limited(attributes);
            links.links.push(Link::new(to, attributes, dropped));
        } else {
            links.dropped_count += 1;
        }
    }

    pub(crate) fn update_name(&mut self, name: Cow<'static, str>) {
        self.rare().name = Some(name);
    }

    /// Takes the content out, in the form that exporters take.
    pub(crate) fn take_data(&mut self) -> SpanData {
        let rare = self.rare.take().map(|rare| *rare).unwrap_or_default();
        let Rare { name, events, links } = rare;
        let name = name.unwrap_or_else(|| self.callee.span_name());
        let attributes = std::mem::take(&mut self.said).into_attributes(&self.callee);
        self.callee.name = None;
        SpanData {
            span_context: std::mem::replace(&mut self.span_context, SpanContext::NONE),
            parent_span_id: self.parent_span_id,
            parent_span_is_remote: self.parent_is_remote,
            span_kind: SpanKind::Internal,
            name,
            start_time: self.start_time,
            end_time: self.end_time,
            attributes,
            dropped_attributes_count: 0,
            events,
            links,
            status: std::mem::take(&mut self.status),
            instrumentation_scope: scope(self.callee.site),
        }
    }

    /// Returns the estimated memory of the span in the form that exporters take. The worker brings
    /// it into that form before it frees the record, so the larger of the two counts.
    #[inline]
    pub(crate) fn size(&self) -> usize {
        let held = EXPORTED + self.callee.bytes() + self.said.bytes();
        match (&self.rare, &self.status) {
            (None, Status::Ok | Status::Unset) => held,
            _ => held + self.extra_bytes(),
        }
    }

    #[inline(never)]
    fn extra_bytes(&self) -> usize {
        match &self.rare {
            None => more_bytes(&self.status, &[], &[]),
            Some(rare) => more_bytes(&self.status, &rare.events, &rare.links),
        }
    }

    fn rare(&mut self) -> &mut Rare {
        self.rare.get_or_insert_default()
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
