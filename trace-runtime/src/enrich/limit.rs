//! The worker's last look at a span before it leaves: one value per key, not too many, nothing too
//! long, no NUL.

use crate::capture::cut;
use crate::openinference::keys;
use crate::openinference::{keep_essential, keep_last_of_each_key};
use opentelemetry::{Array, KeyValue, StringValue, Value, trace::Status};
use opentelemetry_sdk::trace::SpanData;

/// How much a span may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Limits {
    pub(crate) value_bytes: usize,
    pub(crate) attributes: usize,
}

/// Brings a span within the limits.
pub(super) fn apply(span: &mut SpanData, limits: Limits) {
    keep_last_of_each_key(&mut span.attributes);
    let attributes = span.attributes.len();
    keep_essential(&mut span.attributes, limits.attributes);
    span.dropped_attributes_count +=
        u32::try_from(attributes - span.attributes.len()).unwrap_or(u32::MAX);
    let cut_values = limit_values(&mut span.attributes, limits.value_bytes);
    mark_cut_json(&mut span.attributes, &cut_values);
    for event in &mut span.events.events {
        limit_values(&mut event.attributes, limits.value_bytes);
    }
    if let Status::Error { description } = &mut span.status
        && let Some(text) = limited(description, limits.value_bytes)
    {
        *description = text.into();
    }
}

/// Cuts long texts; returns the keys of those that were cut.
fn limit_values(attributes: &mut [KeyValue], limit: usize) -> Vec<opentelemetry::Key> {
    let mut cut_keys = Vec::new();
    for KeyValue { key, value, .. } in attributes {
        match value {
            Value::String(text) => {
                if let Some(limited) = limited(text.as_str(), limit) {
                    *value = Value::String(limited.into());
                    cut_keys.push(key.clone());
                }
            }
            Value::Array(Array::String(texts)) => {
                for text in texts {
                    if let Some(limited) = limited(text.as_str(), limit) {
                        *text = StringValue::from(limited);
                    }
                }
            }
            _ => {}
        }
    }
    cut_keys
}

fn limited(text: &str, limit: usize) -> Option<String> {
    (text.len() > limit || memchr::memchr(0, text.as_bytes()).is_some()).then(|| cut(text, limit))
}

/// JSON that was cut is JSON no more.
fn mark_cut_json(attributes: &mut [KeyValue], cut_keys: &[opentelemetry::Key]) {
    let pairs =
        [(keys::INPUT_VALUE, keys::INPUT_MIME_TYPE), (keys::OUTPUT_VALUE, keys::OUTPUT_MIME_TYPE)];
    for (value, mime_type) in pairs {
        if cut_keys.iter().any(|key| key.as_str() == value) {
            for attribute in attributes.iter_mut().filter(|kv| kv.key.as_str() == mime_type) {
                attribute.value = keys::MIME_TEXT.into();
            }
        }
    }
}
