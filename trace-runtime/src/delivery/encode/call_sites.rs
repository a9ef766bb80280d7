//! The encoded parts that all spans of a call site have in common.

use super::span::{put_attribute, put_name_and_kind};
use crate::enrich::Stages;
use crate::openinference::keys;
use crate::span::{Call, CallSite, SpanRecord};
use opentelemetry::InstrumentationScope;
use std::collections::BTreeMap;

/// The encoded parts of a call site, in the form in which they leave the process.
#[derive(Debug)]
pub(in crate::delivery) struct EncodedSite {
    pub(super) scope: InstrumentationScope,
    pub(super) name_and_kind: Vec<u8>,
    /// The attribute with the span kind. The attributes of the scope around the call follow it.
    pub(super) kind_attribute: Vec<u8>,
    /// The attributes that describe the function.
    pub(super) attributes: Vec<u8>,
}

/// The call sites of the spans that one worker has encoded.
#[derive(Debug, Default)]
pub(in crate::delivery) struct CallSites {
    known: BTreeMap<(usize, usize, usize), EncodedSite>,
}

impl CallSites {
    /// Returns the encoded parts of the call site of a plain span.
    pub(in crate::delivery) fn get(&mut self, call: &Call, stages: &Stages) -> &EncodedSite {
        // Both are constants of the program, so their addresses identify them, and the program has
        // a fixed number of them.
        let site = std::ptr::from_ref::<CallSite>(call.site).addr();
        let self_type = call.self_type.unwrap_or_default();
        let key = (site, self_type.as_ptr().addr(), self_type.len());
        self.known.entry(key).or_insert_with(|| EncodedSite::new(call, stages))
    }
}

impl EncodedSite {
    /// Encodes a span without content that has passed the stages. They change each value for
    /// itself, so they would change that of any other plain span in the same way.
    fn new(call: &Call, stages: &Stages) -> Self {
        let mut record = SpanRecord::empty(call.site);
        record.call.self_type = call.self_type;
        let mut data = record.take_data();
        stages.complete(&mut data);
        let mut encoded = EncodedSite {
            scope: data.instrumentation_scope.clone(),
            name_and_kind: Vec::new(),
            kind_attribute: Vec::new(),
            attributes: Vec::new(),
        };
        put_name_and_kind(&mut encoded.name_and_kind, &data);
        for attribute in &data.attributes {
            let is_kind = attribute.key.as_str() == keys::SPAN_KIND;
            let list = if is_kind { &mut encoded.kind_attribute } else { &mut encoded.attributes };
            put_attribute(list, attribute);
        }
        encoded
    }
}
