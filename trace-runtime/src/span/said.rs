//! What has been said of a span that is under way.

use super::attributes::{add_missing, keep_last_of_each_key};
use crate::OpenInferenceSpanKind;
use crate::capture::CapturedValue;
use crate::semconv;
use opentelemetry::{KeyValue, Value};

/// The attributes of a span before it ends. Those that the runtime sets have different keys;
/// only what others set can repeat a key, and has to be looked through at the end.
#[derive(Debug, Default)]
pub(super) struct Said {
    attributes: Vec<KeyValue>,
    may_repeat: bool,
}

impl Said {
    pub(super) fn with_capacity(attributes: usize) -> Self {
        Said { attributes: Vec::with_capacity(attributes), may_repeat: false }
    }

    /// A key that nothing else in the runtime sets.
    pub(super) fn set_once(&mut self, key: &'static str, value: impl Into<Value>) {
        self.attributes.push(KeyValue::new(key, value));
    }

    /// A key of the user's.
    pub(super) fn set(&mut self, attribute: KeyValue) {
        self.attributes.push(attribute);
        self.may_repeat = true;
    }

    pub(super) fn extend(&mut self, attributes: impl IntoIterator<Item = KeyValue>) {
        let before = self.attributes.len();
        self.attributes.extend(attributes);
        self.may_repeat |= self.attributes.len() > before;
    }

    /// With what was said before the span began.
    pub(super) fn and(mut self, other: Said) -> Self {
        self.attributes.extend(other.attributes);
        self.may_repeat |= other.may_repeat;
        self
    }

    pub(super) fn set_input(&mut self, input: CapturedValue) {
        let (value, recorded) = input.into_parts();
        if let Some((text, mime_type)) = value {
            self.set_once(semconv::INPUT_VALUE, text);
            self.set_once(semconv::INPUT_MIME_TYPE, mime_type);
        }
        self.extend(recorded);
    }

    /// What was set by hand wins. An output set by hand has no use for the mime type of another.
    pub(super) fn add_output(&mut self, output: CapturedValue) {
        let (value, recorded) = output.into_parts();
        let has = |key| self.may_repeat && self.has(key);
        let (has_output, has_mime_type) =
            (has(semconv::OUTPUT_VALUE), has(semconv::OUTPUT_MIME_TYPE));
        if let Some((text, mime_type)) = value.filter(|_| !has_output) {
            self.set_once(semconv::OUTPUT_VALUE, text);
            if !has_mime_type {
                self.set_once(semconv::OUTPUT_MIME_TYPE, mime_type);
            }
        }
        if !recorded.is_empty() {
            add_missing(&mut self.attributes, recorded);
        }
    }

    fn has(&self, key: &str) -> bool {
        self.attributes.iter().any(|attribute| attribute.key.as_str() == key)
    }

    /// One value for each key, and no other kind than `kind`, whatever was set by hand.
    pub(super) fn finish(mut self, kind: OpenInferenceSpanKind) -> Vec<KeyValue> {
        if self.may_repeat {
            keep_last_of_each_key(&mut self.attributes);
            for attribute in &mut self.attributes {
                if attribute.key.as_str() == semconv::SPAN_KIND {
                    *attribute = kind.attribute();
                }
            }
        }
        self.attributes
    }
}
