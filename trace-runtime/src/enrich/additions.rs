//! The attributes that one backend needs besides those of OpenInference, as a table.
//!
//! They repeat the content of other attributes, so a mask sees the original of each, see
//! [`original`].

use super::rfc3339;
use crate::openinference::OpenInferenceSpanKind as Kind;
use crate::openinference::{add_missing, keys};
use crate::panic::catch;
use opentelemetry::{Array, KeyValue, StringValue, Value};
use opentelemetry_sdk::trace::SpanData;
use serde_json::Value as Json;
use std::time::SystemTime;

/// The attributes and the resource that one destination needs.
#[derive(Clone, Debug, Default)]
pub(crate) struct Additions {
    /// `None` follows the setting of the registration.
    pub(crate) gen_ai: Option<bool>,
    pub(crate) attributes: &'static [Addition],
    /// The attributes of the resource. They replace those with the same key.
    pub(crate) resource: Vec<(&'static str, String)>,
}

/// One row of a table: an attribute to add to the spans `on` which it is needed, unless they have
/// it.
#[derive(Debug)]
pub(crate) struct Addition {
    pub(crate) to: &'static str,
    pub(crate) on: On,
    pub(crate) from: From,
}

/// The spans that a row applies to.
#[derive(Debug)]
pub(crate) enum On {
    Every,
    Kinds(&'static [Kind]),
    Except(&'static [Kind]),
}

/// The source of a value.
#[derive(Debug)]
pub(crate) enum From {
    /// Another attribute, as it is.
    Copy(&'static str),
    /// Another attribute as JSON: a text that is not JSON becomes a JSON string.
    Json(&'static str),
    /// The texts of a list, separated by commas.
    Joined(&'static str),
    /// The entries of a JSON object. The key of each follows the key of the row.
    Entries(&'static str),
    Text(&'static str),
    Flag(bool),
    /// A value by kind, and the one for all other kinds.
    ByKind(&'static [(Kind, &'static str)], &'static str),
    /// The time of the event with this name, as RFC 3339.
    EventTime(&'static str),
    /// The seconds between the start of the span and the event.
    SecondsUntil(&'static str),
    /// A text, if the span has the event.
    IfEvent(&'static str, &'static str),
}

/// Adds the attributes of a table. A panic loses only these attributes.
pub(super) fn apply(span: &mut SpanData, rows: &[Addition]) {
    if let Ok(added) = catch(|| additions(span, rows)) {
        add_missing(&mut span.attributes, added);
    }
}

fn additions(span: &SpanData, rows: &[Addition]) -> Vec<KeyValue> {
    let kind = Kind::from_attributes(&span.attributes);
    let mut added: Vec<KeyValue> = Vec::new();
    for row in rows.iter().filter(|row| row.on.includes(kind)) {
        if let From::Entries(from) = row.from {
            added.extend(entries(span, row.to, from));
        // The first of several rows for one key that has a value wins.
        } else if !added.iter().any(|other| other.key.as_str() == row.to) {
            added.extend(row.from.value(span, kind).map(|value| KeyValue::new(row.to, value)));
        }
    }
    added
}

/// Returns the key of the attribute whose value the attribute `key` repeats.
///
/// A mask that hides the original must hide the copy too: a function that drops `user.id` knows
/// nothing about the names that backends have for it.
pub(crate) fn original(rows: &[Addition], key: &str) -> Option<&'static str> {
    rows.iter().find_map(|row| match row.from {
        From::Copy(from) | From::Json(from) | From::Joined(from) if row.to == key => Some(from),
        From::Entries(from) if key.starts_with(row.to) => Some(from),
        _ => None,
    })
}

impl On {
    fn includes(&self, kind: Option<Kind>) -> bool {
        match self {
            On::Every => true,
            On::Kinds(kinds) => kind.is_some_and(|kind| kinds.contains(&kind)),
            On::Except(kinds) => kind.is_some_and(|kind| !kinds.contains(&kind)),
        }
    }
}

impl From {
    /// Returns the value; `None` if the span does not have its source.
    fn value(&self, span: &SpanData, kind: Option<Kind>) -> Option<Value> {
        match self {
            From::Copy(from) => attribute(span, from).cloned(),
            From::Json(from) => attribute(span, from).map(|value| {
                let text = value.as_str();
                let is_json = serde_json::from_str::<serde::de::IgnoredAny>(&text).is_ok();
                if is_json { text.into_owned().into() } else { Json::from(text).to_string().into() }
            }),
            From::Joined(from) => match attribute(span, from)? {
                Value::Array(Array::String(texts)) => {
                    let texts: Vec<_> = texts.iter().map(StringValue::as_str).collect();
                    Some(texts.join(",").into())
                }
                other => Some(other.as_str().into_owned().into()),
            },
            From::Entries(_) => None,
            From::Text(text) => Some((*text).into()),
            From::Flag(flag) => Some((*flag).into()),
            From::ByKind(kinds, other) => {
                let value = kinds.iter().find(|(of, _)| kind == Some(*of));
                kind.map(|_| value.map_or(*other, |(_, value)| value).into())
            }
            From::EventTime(event) => Some(rfc3339::format(event_time(span, event)?)?.into()),
            From::SecondsUntil(event) => {
                let passed = event_time(span, event)?.duration_since(span.start_time).ok()?;
                Some(passed.as_secs_f64().into())
            }
            From::IfEvent(event, text) => event_time(span, event).map(|_| (*text).into()),
        }
    }
}

/// Returns the attributes for the entries of the JSON object in `from`.
fn entries(span: &SpanData, prefix: &str, from: &str) -> Vec<KeyValue> {
    let text = attribute(span, from).map(Value::as_str);
    let parsed = text.and_then(|text| serde_json::from_str(&text).ok());
    let Some(Json::Object(entries)) = parsed else { return Vec::new() };
    let entry = |(key, value): (String, Json)| {
        let value = match value {
            Json::String(text) => Value::from(text),
            other => Value::from(other.to_string()),
        };
        KeyValue::new(format!("{prefix}{key}"), value)
    };
    entries.into_iter().map(entry).collect()
}

/// Returns the last value of an attribute, which counts.
fn attribute<'a>(span: &'a SpanData, key: &str) -> Option<&'a Value> {
    span.attributes.iter().rfind(|kv| kv.key.as_str() == key).map(|kv| &kv.value)
}

fn event_time(span: &SpanData, name: &str) -> Option<SystemTime> {
    span.events.events.iter().find(|event| event.name == name).map(|event| event.timestamp)
}

/// The two kinds whose model has a key that some backends do not read.
pub(crate) const EMBEDDING: On = On::Kinds(&[Kind::Embedding]);
pub(crate) const RERANKER: On = On::Kinds(&[Kind::Reranker]);

/// Returns the row of an attribute that has another name for one backend.
pub(crate) const fn copy(to: &'static str, from: &'static str) -> Addition {
    Addition { to, on: On::Every, from: From::Copy(from) }
}

/// Returns the row of the time at which a stream yielded its first item.
pub(crate) const fn first_token(to: &'static str) -> Addition {
    Addition { to, on: On::Every, from: From::EventTime(keys::EVENT_FIRST_ITEM) }
}

#[cfg(test)]
mod tests;
