//! The record of one span, in a compact form for the thread of the caller.

use super::call_site::{Call, CallSite};
use super::content::{SpanContent, TYPICAL_LIST_BYTES};
use crate::memory::extras_bytes;
use crate::openinference::keys;
#[cfg(feature = "testing")]
use crate::recording::Recording;
use opentelemetry::trace::{Event, Link, SpanContext, SpanId, Status};
use opentelemetry::{InstrumentationScope, KeyValue};
use opentelemetry_sdk::trace::{SpanData, SpanEvents, SpanLinks};
use std::borrow::Cow;
use std::time::SystemTime;

/// A span from its start to its end.
///
/// It becomes OpenTelemetry's [`SpanData`] on the worker thread, see
/// [`take_data`](SpanRecord::take_data), so that building the list of attributes costs the traced
/// function nothing.
#[derive(Clone, Debug)]
pub(crate) struct SpanRecord {
    pub(crate) span_context: SpanContext,
    pub(crate) call: Call,
    parent_span_id: SpanId,
    parent_is_remote: bool,
    start_time: SystemTime,
    /// Equal to the start until the span ends.
    pub(crate) end_time: SystemTime,
    pub(crate) content: SpanContent,
    pub(crate) status: Status,
    /// The test that records the span.
    #[cfg(feature = "testing")]
    pub(crate) recording: Option<Recording>,
    extras: Option<Box<Extras>>,
}

/// The parts that few spans have. They are boxed, to keep the record of all others small.
#[derive(Clone, Debug, Default)]
struct Extras {
    /// The name, if it was changed while the span ran.
    name: Option<Cow<'static, str>>,
    events: SpanEvents,
    links: SpanLinks,
}

/// The memory of an exported span, with a list of the usual length.
const EXPORTED_BYTES: usize = size_of::<SpanData>() + TYPICAL_LIST_BYTES;

/// The maximum number of events, of links, and of attributes of each. The rest is dropped and
/// counted. These are the SDK's defaults.
const LIMIT: usize = 128;

impl SpanRecord {
    /// Creates a record without a span, for [`begin`](SpanRecord::begin).
    pub(crate) fn empty(site: &'static CallSite) -> Self {
        SpanRecord {
            span_context: SpanContext::NONE,
            call: Call { site, name: None, self_type: None },
            parent_span_id: SpanId::INVALID,
            parent_is_remote: false,
            start_time: SystemTime::UNIX_EPOCH,
            end_time: SystemTime::UNIX_EPOCH,
            content: SpanContent::default(),
            status: Status::Unset,
            #[cfg(feature = "testing")]
            recording: None,
            extras: None,
        }
    }

    /// Begins a span in a record that is empty, or that [`take_data`](SpanRecord::take_data) has
    /// emptied.
    #[inline]
    pub(crate) fn begin(
        &mut self,
        site: &'static CallSite,
        self_type: Option<&'static str>,
        span_context: SpanContext,
        parent: &SpanContext,
    ) {
        self.call.site = site;
        self.call.self_type = self_type;
        self.span_context = span_context;
        self.parent_span_id = parent.span_id();
        self.parent_is_remote = parent.is_valid() && parent.is_remote();
        self.start_time = opentelemetry::time::now();
        self.end_time = self.start_time;
    }

    pub(crate) fn add_event(
        &mut self,
        name: Cow<'static, str>,
        timestamp: SystemTime,
        attributes: Vec<KeyValue>,
    ) {
        let events = &mut self.extras().events;
        if events.events.len() < LIMIT {
            let (attributes, dropped) = limited(attributes);
            events.events.push(Event::new(name, timestamp, attributes, dropped));
        } else {
            events.dropped_count += 1;
        }
    }

    pub(crate) fn add_link(&mut self, to: SpanContext, attributes: Vec<KeyValue>) {
        let links = &mut self.extras().links;
        if links.links.len() < LIMIT {
            let (attributes, dropped) = limited(attributes);
            links.links.push(Link::new(to, attributes, dropped));
        } else {
            links.dropped_count += 1;
        }
    }

    pub(crate) fn update_name(&mut self, name: Cow<'static, str>) {
        self.extras().name = Some(name);
    }

    /// Adds what the only exchange of a model call knows. Attributes of the call itself win, and so
    /// do its input, output and status.
    pub(crate) fn fill(&mut self, exchange: SpanRecord) {
        self.content.fill(exchange.content.attributes);
        let Some(theirs) = exchange.extras else { return };
        let is_known = |name: &str| {
            let ours = self.extras.as_ref().map(|extras| &extras.events.events);
            name == keys::EVENT_FIRST_ITEM
                && ours.into_iter().flatten().any(|event| event.name == name)
        };
        let mut events = theirs.events.events;
        events.retain(|event| !is_known(&event.name));
        for event in events {
            self.add_event(event.name, event.timestamp, event.attributes);
        }
    }

    /// Makes the span of a served call the span of the function that is the call. Its ids and times
    /// stay, and so does an error.
    pub(crate) fn take_over(&mut self, function: SpanRecord) {
        self.call = function.call;
        self.content.replace_keeping_attributes(function.content);
        if !matches!(self.status, Status::Error { .. }) {
            self.status = function.status;
        }
        let Some(theirs) = function.extras else { return };
        let ours = self.extras();
        ours.name = theirs.name.or(ours.name.take());
        // An error or a cancellation that both have seen is the same one.
        let mut events = theirs.events;
        let known: Vec<_> = events.events.iter().map(|event| event.name.clone()).collect();
        let later = std::mem::take(&mut ours.events);
        events.dropped_count += later.dropped_count;
        ours.events = events;
        for event in later.events.into_iter().filter(|event| !known.contains(&event.name)) {
            self.add_event(event.name, event.timestamp, event.attributes);
        }
        for link in theirs.links.links {
            self.add_link(link.span_context, link.attributes);
        }
    }

    /// Returns the parent of the span.
    pub(crate) fn parent_span_id(&self) -> SpanId {
        self.parent_span_id
    }

    pub(crate) fn parent_is_remote(&self) -> bool {
        self.parent_is_remote
    }

    pub(crate) fn start_time(&self) -> SystemTime {
        self.start_time
    }

    /// Returns true if the span has one of the parts that few spans have.
    pub(crate) fn has_extras(&self) -> bool {
        self.extras.is_some()
    }

    /// Moves the span out, in the SDK's form for exporters. The memory of the record goes back to a
    /// thread that begins spans (`docs/decisions/0005-reuse-span-records.md`).
    pub(crate) fn take_data(&mut self) -> SpanData {
        let extras = self.extras.take().map(|extras| *extras).unwrap_or_default();
        let Extras { name, events, links } = extras;
        let name = name.unwrap_or_else(|| self.call.span_name());
        let attributes = self.content.take_attributes(&self.call);
        let span_kind = self.call.span_kind();
        self.call.name = None;
        #[cfg(feature = "testing")]
        {
            self.recording = None;
        }
        SpanData {
            span_context: std::mem::replace(&mut self.span_context, SpanContext::NONE),
            parent_span_id: self.parent_span_id,
            parent_span_is_remote: self.parent_is_remote,
            span_kind,
            name,
            start_time: self.start_time,
            end_time: self.end_time,
            attributes,
            dropped_attributes_count: 0,
            events,
            links,
            status: std::mem::take(&mut self.status),
            instrumentation_scope: instrumentation_scope(self.call.site),
        }
    }

    /// Empties the record of a span that is encoded, as [`take_data`](SpanRecord::take_data) does.
    pub(crate) fn clear(&mut self) {
        self.content.clear();
        self.call.name = None;
        self.extras = None;
        self.status = Status::Unset;
        self.span_context = SpanContext::NONE;
        #[cfg(feature = "testing")]
        {
            self.recording = None;
        }
    }

    /// Estimates the memory of the span in its exported form. The worker builds that form before it
    /// frees the record, so the larger of the two counts.
    #[inline]
    pub(crate) fn size(&self) -> usize {
        let usual = EXPORTED_BYTES + self.call.bytes() + self.content.bytes_of_texts();
        let is_usual = self.call.name.is_none()
            && self.content.has_only_texts()
            && self.extras.is_none()
            && !matches!(self.status, Status::Error { .. });
        if is_usual { usual } else { usual + self.bytes_of_the_rest() }
    }

    /// Estimates the memory of the parts that few spans have.
    #[inline(never)]
    fn bytes_of_the_rest(&self) -> usize {
        let extras = match &self.extras {
            None => extras_bytes(&self.status, &[], &[]),
            Some(extras) => extras_bytes(&self.status, &extras.events, &extras.links),
        };
        self.call.bytes_of_name() + self.content.bytes_of_attributes() + extras
    }

    fn extras(&mut self) -> &mut Extras {
        self.extras.get_or_insert_default()
    }
}

/// Returns the instrumentation scope of a span: the crate of the annotated function.
pub(crate) fn instrumentation_scope(site: &CallSite) -> InstrumentationScope {
    let scope = InstrumentationScope::builder(site.crate_name);
    match site.crate_version {
        Some(version) => scope.with_version(version).build(),
        None => scope.build(),
    }
}

/// Truncates a list to the limit, and returns it with the number of dropped attributes.
fn limited(mut attributes: Vec<KeyValue>) -> (Vec<KeyValue>, u32) {
    let dropped = attributes.len().saturating_sub(LIMIT);
    attributes.truncate(LIMIT);
    (attributes, u32::try_from(dropped).unwrap_or(u32::MAX))
}
