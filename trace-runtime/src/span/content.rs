//! The content of a span before it becomes a list of attributes.

use super::call_site::Call;
use crate::capture::{CapturedValue, StoredValue};
use crate::memory::attribute_bytes;
use crate::openinference::{add_missing, keep_last_of_each_key, keys};
use opentelemetry::KeyValue;
use std::sync::Arc;

/// The input, the output and the attributes of a span, as they were recorded.
///
/// The list of attributes is built on the worker thread by
/// [`take_attributes`](SpanContent::take_attributes): the caller's thread only moves values in
/// here.
#[derive(Clone, Debug, Default)]
pub(crate) struct SpanContent {
    /// Attributes of the scope around the call, such as the session. All spans of a scope share one
    /// list.
    pub(crate) inherited: Option<Arc<[KeyValue]>>,
    pub(crate) input: StoredValue,
    /// Options of the annotation, then attributes that were set explicitly. The last value of a key
    /// wins.
    pub(crate) attributes: Vec<KeyValue>,
    pub(crate) output: StoredValue,
}

/// The attributes of a span without options: the kind, three of its code, two each of its input and
/// its output.
const TYPICAL_ATTRIBUTES: usize = 8;
/// The memory of a list with that many attributes.
pub(super) const TYPICAL_LIST_BYTES: usize = TYPICAL_ATTRIBUTES * size_of::<KeyValue>();

impl SpanContent {
    /// Replaces the content by content that was recorded before the span began, but keeps the
    /// attributes of the scope.
    pub(crate) fn replace_keeping_scope(&mut self, earlier: SpanContent) {
        *self = SpanContent { inherited: self.inherited.take(), ..earlier };
    }

    /// Adds the attributes of an exchange. Its bodies get keys of their own, from which enrich
    /// reads them, because the input and the output of the function stay.
    pub(crate) fn fill(&mut self, exchange: Vec<KeyValue>) {
        let mut attributes = exchange;
        attributes.retain_mut(|attribute| {
            match attribute.key.as_str() {
                keys::INPUT_VALUE => attribute.key = keys::EXCHANGE_INPUT.into(),
                keys::OUTPUT_VALUE => attribute.key = keys::EXCHANGE_OUTPUT.into(),
                keys::INPUT_MIME_TYPE | keys::OUTPUT_MIME_TYPE => return false,
                _ => {}
            }
            true
        });
        // The last value of a key wins.
        attributes.append(&mut self.attributes);
        self.attributes = attributes;
    }

    /// Replaces the content of a served call by that of the function that is the call. Only the
    /// attributes are kept: the function decides what may be recorded of its input and its output.
    pub(crate) fn replace_keeping_attributes(&mut self, mut function: SpanContent) {
        let mut attributes = std::mem::take(&mut self.attributes);
        // The last value of a key wins.
        attributes.append(&mut function.attributes);
        let inherited = function.inherited.take().or_else(|| self.inherited.take());
        *self = SpanContent { inherited, attributes, ..function };
    }

    /// Builds the attributes of `call`: one value for each key, in order of precedence. The span
    /// kind is always that of the annotation, since backends choose the view of a span by it.
    ///
    /// The memory of short texts stays here for the next span.
    pub(crate) fn take_attributes(&mut self, call: &Call) -> Vec<KeyValue> {
        let inherited = self.inherited.take();
        let inherited = inherited.as_deref().unwrap_or_default();
        let from_user = inherited.len() + self.attributes.len();
        let mut list = Vec::with_capacity(TYPICAL_ATTRIBUTES + from_user);
        list.push(call.kind().attribute());
        list.extend_from_slice(inherited);
        call.describe(&mut list);
        let recorded = self.input.take().map_or(0, |input| push_input(&mut list, input));
        list.extend(std::mem::take(&mut self.attributes));
        // The runtime's own keys are distinct. Only attributes from users can repeat a key, so most
        // spans skip the search for duplicates.
        let may_repeat = from_user + recorded > 0;
        if let Some(output) = self.output.take() {
            push_output(&mut list, output, may_repeat);
        }
        if may_repeat {
            keep_last_of_each_key(&mut list);
            let kinds = list.iter_mut().filter(|set| set.key.as_str() == keys::SPAN_KIND);
            kinds.for_each(|set| *set = call.kind().attribute());
        }
        list
    }

    /// Drops the content. The memory of short texts stays here for the next span.
    pub(crate) fn clear(&mut self) {
        self.inherited = None;
        self.input.clear();
        self.attributes = Vec::new();
        self.output.clear();
    }

    /// Returns true if there are no attributes except the input and the output.
    #[inline]
    pub(crate) fn has_only_texts(&self) -> bool {
        self.inherited.is_none()
            && self.attributes.is_empty()
            && !self.input.has_recorded()
            && !self.output.has_recorded()
    }

    /// Estimates the memory of the input and the output, in bytes.
    #[inline]
    pub(crate) fn bytes_of_texts(&self) -> usize {
        self.input.bytes_of_text() + self.output.bytes_of_text()
    }

    /// Estimates the memory of all attributes except the input and the output, in bytes.
    pub(crate) fn bytes_of_attributes(&self) -> usize {
        let inherited = self.inherited.as_deref().unwrap_or_default();
        let lists =
            [inherited, &self.attributes, self.input.attributes(), self.output.attributes()];
        lists.into_iter().flatten().map(attribute_bytes).sum()
    }
}

/// Pushes the input; returns the number of attributes that its `Record` implementation added.
fn push_input(list: &mut Vec<KeyValue>, input: CapturedValue<'_>) -> usize {
    let (value, recorded) = input.into_parts();
    if let Some((text, mime_type)) = value {
        list.push(KeyValue::new(keys::INPUT_VALUE, text));
        list.push(KeyValue::new(keys::INPUT_MIME_TYPE, mime_type));
    }
    let count = recorded.len();
    list.extend(recorded);
    count
}

/// Pushes the returned value, unless an output was set explicitly. A MIME type that was set
/// explicitly belongs to that output, so the other MIME type is left out as well.
fn push_output(list: &mut Vec<KeyValue>, output: CapturedValue<'_>, may_repeat: bool) {
    let (value, recorded) = output.into_parts();
    let has = |key| may_repeat && list.iter().any(|set| set.key.as_str() == key);
    let (has_output, has_mime_type) = (has(keys::OUTPUT_VALUE), has(keys::OUTPUT_MIME_TYPE));
    if let Some((text, mime_type)) = value.filter(|_| !has_output) {
        list.push(KeyValue::new(keys::OUTPUT_VALUE, text));
        if !has_mime_type {
            list.push(KeyValue::new(keys::OUTPUT_MIME_TYPE, mime_type));
        }
    }
    if !recorded.is_empty() {
        add_missing(list, recorded);
    }
}
