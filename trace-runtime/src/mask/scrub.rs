//! The secret scrubber alone, for values that no other mask sees: the resource, and the spans of a
//! provider that the application built.

use super::REDACTED;
use super::secrets::{self, KeyAnswers, about_key};
use opentelemetry::trace::{SpanContext, Status, TraceState};
use opentelemetry::{Array, Key, KeyValue, Value};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SpanData;
use std::borrow::Cow;

/// Redacts the secrets in a list of attributes: in their texts, in their keys, and in each value
/// whose key is the name of a secret.
pub(crate) fn scrub_attributes(attributes: &mut [KeyValue]) {
    for KeyValue { key, value, .. } in attributes {
        let about = about_key(key.as_str());
        if names_secret(about, key.as_str(), value) {
            *value = Value::from(REDACTED);
        }
        scrub_value(value);
        if about.has_token {
            scrub_key(key);
        }
    }
}

/// Returns the text without its secrets, or `None` if it has none.
pub(crate) fn scrub_text(text: &str) -> Option<String> {
    secrets::redact(text)
}

/// Redacts the secrets in the name of a span or event.
pub(crate) fn scrub_name(name: &mut Cow<'static, str>) {
    if let Some(redacted) = secrets::redact(name) {
        *name = redacted.into();
    }
}

/// Redacts the secrets in the description of an error.
pub(crate) fn scrub_status(status: &mut Status) {
    if let Status::Error { description } = status {
        scrub_name(description);
    }
}

/// Redacts the secrets in the attributes of a resource. Returns `None` if there are none.
pub(crate) fn scrub_resource(resource: &Resource) -> Option<Resource> {
    let attributes = resource.iter().map(|(key, value)| KeyValue::new(key.clone(), value.clone()));
    let original: Vec<_> = attributes.collect();
    let mut attributes = original.clone();
    scrub_attributes(&mut attributes);
    if attributes == original {
        return None;
    }
    let builder = Resource::builder_empty();
    Some(match resource.schema_url() {
        Some(schema_url) => builder.with_schema_url(attributes, schema_url.to_owned()).build(),
        None => builder.with_attributes(attributes).build(),
    })
}

/// Returns true if a key states that its value is a secret. Flags are none, and a number is one only
/// as a password: `token = 5` counts tokens.
pub(super) fn names_secret(about: KeyAnswers, key: &str, value: &Value) -> bool {
    about.names_secret
        && match value {
            Value::Bool(_) | Value::Array(Array::Bool(_)) => false,
            Value::String(text) => !text.as_str().is_empty(),
            Value::I64(_) | Value::F64(_) => key.rsplit(['.', '_']).next() != Some("token"),
            _ => true,
        }
}

fn scrub_value(value: &mut Value) {
    let scrub = |text: &mut opentelemetry::StringValue| {
        if let Some(redacted) = secrets::redact(text.as_str()) {
            *text = redacted.into();
        }
    };
    match value {
        Value::String(text) => scrub(text),
        Value::Array(Array::String(texts)) => texts.iter_mut().for_each(scrub),
        _ => {}
    }
}

/// Redacts a key that contains a token, as the key of a map that was recorded may.
pub(super) fn scrub_key(key: &mut Key) {
    if let Some(redacted) = secrets::redact(key.as_str()) {
        *key = Key::from(redacted);
    }
}

/// Drops the trace state of a span if it contains a secret. Its values have a strict form, which
/// a redacted text may break.
pub(super) fn drop_trace_state_with_secret(span: &mut SpanData) {
    let context = &span.span_context;
    let header = context.trace_state().header();
    if !header.is_empty() && secrets::redact(&header).is_some() {
        span.span_context = SpanContext::new(
            context.trace_id(),
            context.span_id(),
            context.trace_flags(),
            context.is_remote(),
            TraceState::NONE,
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use opentelemetry::trace::{SpanId, SpanKind, TraceFlags, TraceId};
    use opentelemetry::{InstrumentationScope, time};
    use opentelemetry_sdk::trace::{SpanEvents, SpanLinks};

    /// Returns the trace state of a span after the scrubber.
    fn trace_state(value: &str) -> String {
        let state = TraceState::from_key_value([("vendor", value)]).unwrap();
        let (trace, span) = (TraceId::from(1), SpanId::from(2));
        let mut span = SpanData {
            span_context: SpanContext::new(trace, span, TraceFlags::SAMPLED, false, state),
            parent_span_id: SpanId::INVALID,
            parent_span_is_remote: false,
            span_kind: SpanKind::Internal,
            name: "call".into(),
            start_time: time::now(),
            end_time: time::now(),
            attributes: Vec::new(),
            dropped_attributes_count: 0,
            events: SpanEvents::default(),
            links: SpanLinks::default(),
            status: Status::Unset,
            instrumentation_scope: InstrumentationScope::default(),
        };
        drop_trace_state_with_secret(&mut span);
        assert!(span.span_context.is_valid() && span.span_context.is_sampled());
        span.span_context.trace_state().header()
    }

    #[test]
    fn trace_state_with_a_secret_is_dropped_and_any_other_kept() {
        assert_eq!(trace_state("ghp_0123456789abcdefABCDEF0123456789abcd"), "");
        assert_eq!(trace_state("t61rcWkgMzE"), "vendor=t61rcWkgMzE");
    }

    #[test]
    fn count_with_the_name_of_a_token_is_no_secret() {
        let table = [
            ("token", Value::I64(5), false),
            ("token", "abc".into(), true),
            ("password", Value::I64(5), true),
            ("has_password", true.into(), false),
            ("password", "".into(), false),
        ];
        for (key, value, expected) in table {
            assert_eq!(names_secret(about_key(key), key, &value), expected, "{key} {value:?}");
        }
    }
}
