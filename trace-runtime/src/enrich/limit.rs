//! The last stage: enforces the limits on the attributes of a span.
//!
//! Backends and collectors reject or drop spans that are too large, so this crate truncates them
//! itself and marks each place, instead of losing the whole span.

use crate::capture::truncate;
use crate::openinference::keys;
use crate::openinference::{keep_essential, keep_last_of_each_key};
use opentelemetry::{Array, KeyValue, StringValue, Value, trace::Status};
use opentelemetry_sdk::trace::SpanData;

/// The size that a span may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Limits {
    /// The length of one string value, in bytes of UTF-8.
    pub(crate) value_bytes: usize,
    /// The number of attributes of a span.
    pub(crate) attributes: usize,
}

impl Limits {
    /// Limits that no span reaches.
    pub(super) const UNLIMITED: Self = Limits { value_bytes: usize::MAX, attributes: usize::MAX };
}

/// Enforces the limits on a span: one value per key, no more attributes than allowed, no string
/// that is too long, and no NUL byte.
///
/// Attributes beyond the limit are counted in `dropped_attributes_count`, as the SDK does for its
/// own limit.
pub(super) fn apply(span: &mut SpanData, limits: Limits) {
    // Duplicates are removed first, because they would displace other attributes.
    keep_last_of_each_key(&mut span.attributes);
    let attributes = span.attributes.len();
    keep_essential(&mut span.attributes, limits.attributes);
    let dropped = u32::try_from(attributes - span.attributes.len()).unwrap_or(u32::MAX);
    span.dropped_attributes_count = span.dropped_attributes_count.saturating_add(dropped);
    let truncated_keys = truncate_strings(&mut span.attributes, limits.value_bytes);
    mark_truncated_json_as_text(&mut span.attributes, &truncated_keys);
    // Exception messages and stack traces are attributes of events.
    for event in &mut span.events.events {
        truncate_strings(&mut event.attributes, limits.value_bytes);
    }
    if let Status::Error { description } = &mut span.status
        && let Some(text) = truncate_if_needed(description, limits.value_bytes)
    {
        *description = text.into();
    }
}

/// Truncates strings above the limit, also those inside arrays. Returns the keys of the plain
/// strings that were truncated.
fn truncate_strings(attributes: &mut [KeyValue], limit: usize) -> Vec<opentelemetry::Key> {
    let mut truncated_keys = Vec::new();
    for KeyValue { key, value, .. } in attributes {
        match value {
            Value::String(text) => {
                if let Some(shorter) = truncate_if_needed(text.as_str(), limit) {
                    *value = Value::String(shorter.into());
                    truncated_keys.push(key.clone());
                }
            }
            Value::Array(Array::String(texts)) => {
                for text in texts {
                    if let Some(shorter) = truncate_if_needed(text.as_str(), limit) {
                        *text = StringValue::from(shorter);
                    }
                }
            }
            _ => {}
        }
    }
    truncated_keys
}

/// Returns a replacement for a string that is too long or contains a NUL byte, and `None` for all
/// others, which need no copy. Some backends store strings in databases that reject NUL.
fn truncate_if_needed(text: &str, limit: usize) -> Option<String> {
    (!is_within(text, limit)).then(|| truncate(text, limit))
}

/// Returns true if the stage keeps a text as it is.
pub(super) fn is_within(text: &str, limit: usize) -> bool {
    text.len() <= limit && memchr::memchr(0, text.as_bytes()).is_none()
}

/// Sets the MIME type of an input or output to `text/plain` if it was truncated. A backend that
/// parses values of the type `application/json` would fail on half a document.
fn mark_truncated_json_as_text(attributes: &mut [KeyValue], truncated_keys: &[opentelemetry::Key]) {
    let pairs =
        [(keys::INPUT_VALUE, keys::INPUT_MIME_TYPE), (keys::OUTPUT_VALUE, keys::OUTPUT_MIME_TYPE)];
    for (value, mime_type) in pairs {
        if truncated_keys.iter().any(|key| key.as_str() == value) {
            for attribute in attributes.iter_mut().filter(|kv| kv.key.as_str() == mime_type) {
                attribute.value = keys::MIME_TEXT.into();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::enrich::test_span::test_span;

    #[test]
    fn attributes_beyond_the_limit_are_counted_as_dropped() {
        let attributes = (0..5).map(|number| KeyValue::new(format!("key {number}"), number));
        let mut span = test_span(attributes.collect());
        span.dropped_attributes_count = 2;
        apply(&mut span, Limits { attributes: 3, ..Limits::UNLIMITED });
        assert_eq!((span.attributes.len(), span.dropped_attributes_count), (3, 4));
    }
}
