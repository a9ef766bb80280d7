//! Turns the spans of a block into the bytes of a batch.

mod buffers;
#[cfg(test)]
mod tests;

use self::buffers::Buffers;
use super::body::Body;
use super::encode::{CallSites, Request, estimated_len, estimated_plain_len};
use super::queue::Spans;
use crate::enrich::{CountedOnce, EndedSpan, Stages};
use crate::span::PlainSpan;
use opentelemetry::KeyValue;
use opentelemetry_proto::transform::common::tonic::ResourceAttributesWithSchema;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SpanData;
use std::io;

/// Encodes spans as batches.
#[derive(Debug)]
pub(super) struct Encoder {
    resource: ResourceAttributesWithSchema,
    /// The attributes of the resource that this destination needs besides those of the provider.
    additions: Vec<(&'static str, String)>,
    gzip: bool,
    call_sites: CallSites,
    buffers: Buffers,
}

impl Encoder {
    pub(super) fn new(gzip: bool, additions: Vec<(&'static str, String)>) -> Self {
        Encoder {
            resource: ResourceAttributesWithSchema::default(),
            additions,
            gzip,
            call_sites: CallSites::default(),
            buffers: Buffers::default(),
        }
    }

    /// Returns the resource with the additions, which win over attributes with the same key, or
    /// `None` if there are none.
    pub(super) fn with_additions(&self, resource: &Resource) -> Option<Resource> {
        if self.additions.is_empty() {
            return None;
        }
        let own = resource.iter().map(|(key, value)| KeyValue::new(key.clone(), value.clone()));
        let added = self.additions.iter().map(|(key, value)| KeyValue::new(*key, value.clone()));
        let builder = Resource::builder_empty();
        let builder = match resource.schema_url() {
            Some(url) => builder.with_schema_url(own, url.to_owned()),
            None => builder.with_attributes(own),
        };
        Some(builder.with_attributes(added).build())
    }

    /// Sets the resource of all later batches.
    pub(super) fn set_resource(&mut self, resource: &Resource) {
        self.resource = resource.into();
        // The map inside a resource has another order for each destination.
        self.resource.attributes.0.sort_by(|one, other| one.key.cmp(&other.key));
    }

    /// Brings spans into the form in which they leave the process, and encodes them in their order.
    /// Their records stay as spare memory.
    pub(super) fn encode(
        &mut self,
        spans: &mut Spans,
        stages: &Stages,
        counted: &CountedOnce,
    ) -> Body {
        let mut data = Vec::new();
        let mut ended = spans.ended(&mut data, |record| stages.derive_nothing_for(record));
        stages.begin(&mut ended, counted);
        let expected = ended.iter().map(|span| match span {
            EndedSpan::Plain(record) => estimated_plain_len(record),
            EndedSpan::Data(data) => estimated_len(data),
        });
        let mut request = Request::new(&self.resource, self.buffers.take(), expected.sum());
        for span in ended {
            self.put(&mut request, span, stages);
        }
        spans.reclaim();
        let bytes = request.finish();
        self.buffers.keep(&bytes);
        Body::plain(bytes)
    }

    /// Frees memory that is kept for the next batch.
    pub(super) fn free_buffers(&mut self) {
        self.buffers.clear();
    }

    /// Adds a span to a request, and frees its content, so that a batch does not need twice its
    /// memory.
    fn put(&mut self, request: &mut Request, span: EndedSpan<'_>, stages: &Stages) {
        let put_data = |request: &mut Request, data: &mut SpanData| {
            stages.complete(data);
            request.put_data(data);
        };
        match span {
            EndedSpan::Data(data) => put_data(request, data),
            EndedSpan::Plain(record) => {
                let plain = PlainSpan::of(record);
                if stages.keep_values_of(&plain) {
                    request.put_plain(&plain, self.call_sites.get(plain.call, stages));
                    record.clear();
                } else {
                    put_data(request, &mut record.take_data());
                }
            }
        }
    }

    /// Compresses a batch if the destination takes compressed ones.
    pub(super) fn compressed(&self, body: Body) -> io::Result<Body> {
        if self.gzip { body.compressed() } else { Ok(body) }
    }
}
