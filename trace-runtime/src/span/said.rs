//! What has been said of a span, as cheaply as it can be kept.

use super::callee::Callee;
use crate::capture::CapturedValue;
use crate::memory::attribute_bytes;
use crate::openinference::{add_missing, keep_last_of_each_key, keys};
use opentelemetry::KeyValue;
use std::sync::Arc;

/// The attributes of a span before they are a list. Of a key that is set twice the last value
/// counts; the output only adds what is missing.
#[derive(Clone, Debug, Default)]
pub(crate) struct Said {
    /// From the scope that the span is in.
    pub(crate) inherited: Option<Arc<[KeyValue]>>,
    pub(crate) input: Option<CapturedValue>,
    /// Options, and what is set by hand.
    pub(crate) attributes: Vec<KeyValue>,
    pub(crate) output: Option<CapturedValue>,
}

/// Attributes of a span that says nothing special: kind, three of its code, two of its input and
/// two of its output.
const USUAL: usize = 8;
/// Memory for the list of them.
pub(crate) const LIST: usize = USUAL * size_of::<KeyValue>();

impl Said {
    /// Adds what was said before the span began.
    pub(crate) fn add(&mut self, earlier: Said) {
        *self = Said { inherited: self.inherited.take(), ..earlier };
    }

    /// The attributes of a call of `callee`: one value for each key, and no other kind than its
    /// own, whatever was set by hand.
    pub(crate) fn into_attributes(self, callee: &Callee) -> Vec<KeyValue> {
        let inherited = self.inherited.as_deref().unwrap_or_default();
        let others = inherited.len() + self.attributes.len();
        let mut list = Vec::with_capacity(USUAL + others);
        list.push(callee.kind().attribute());
        list.extend_from_slice(inherited);
        callee.describe(&mut list);
        let recorded = self.input.map_or(0, |input| add_input(&mut list, input));
        list.extend(self.attributes);
        // What the runtime says has different keys; only what others say can repeat one.
        let may_repeat = others + recorded > 0;
        if let Some(output) = self.output {
            add_output(&mut list, output, may_repeat);
        }
        if may_repeat {
            keep_last_of_each_key(&mut list);
            let kinds = list.iter_mut().filter(|set| set.key.as_str() == keys::SPAN_KIND);
            kinds.for_each(|set| *set = callee.kind().attribute());
        }
        list
    }

    /// The memory that the values hold.
    #[inline]
    pub(crate) fn bytes(&self) -> usize {
        let inherited = self.inherited.as_deref().unwrap_or_default();
        let others = [inherited, &self.attributes].into_iter().flatten().map(attribute_bytes);
        let values = [&self.input, &self.output].into_iter().flatten().map(CapturedValue::bytes);
        others.sum::<usize>() + values.sum::<usize>()
    }
}

/// How much the input records of itself.
fn add_input(list: &mut Vec<KeyValue>, input: CapturedValue) -> usize {
    let (value, recorded) = input.into_parts();
    if let Some((text, mime_type)) = value {
        list.push(KeyValue::new(keys::INPUT_VALUE, text));
        list.push(KeyValue::new(keys::INPUT_MIME_TYPE, mime_type));
    }
    let count = recorded.len();
    list.extend(recorded);
    count
}

/// What was set by hand wins. An output set by hand has no use for the mime type of another.
fn add_output(list: &mut Vec<KeyValue>, output: CapturedValue, may_repeat: bool) {
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
