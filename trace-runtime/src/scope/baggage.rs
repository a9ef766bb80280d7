//! Context attributes in W3C baggage, on their way to another service.
//!
//! The entries have the keys of the attributes. Metadata and tags are JSON:
//!
//! ```text
//! baggage: session.id=conversation-7,user.id=ada,metadata=%7B%22attempt%22:2%7D,tag.tags=[..]
//! ```
//!
//! The propagator of the SDK percent-encodes the values. The W3C specification obliges services to
//! pass on 64 entries and 8,192 bytes in total, and OpenTelemetry silently ignores an entry that
//! would exceed either. Baggage is sent in clear text and every service on the way may change it,
//! so it is written and read only on request, and no other keys than these four are read.

use super::attributes::ContextAttributes;
use crate::openinference::keys;
use opentelemetry::Context;
use opentelemetry::baggage::{Baggage, BaggageExt};
use serde_json::Value;

/// Returns `context` with its session, user, metadata and tags added to its baggage. Entries with
/// other keys are kept, including their properties (`key=value;property`).
pub(super) fn write(context: &Context) -> Context {
    let Some(attributes) = context.get::<ContextAttributes>() else { return context.clone() };
    // `with_baggage` replaces the baggage of a context, so the present entries are copied first.
    let mut baggage = Baggage::new();
    for (key, (value, metadata)) in context.baggage() {
        baggage.insert_with_metadata(key.clone(), value.clone(), metadata.clone());
    }
    let entries = [
        (keys::SESSION_ID, attributes.session.clone()),
        (keys::USER_ID, attributes.user.clone()),
        (
            keys::METADATA,
            (!attributes.metadata.is_empty())
                .then(|| Value::Object(attributes.metadata.clone()).to_string()),
        ),
        (
            keys::TAGS,
            (!attributes.tags.is_empty()).then(|| Value::from(attributes.tags.clone()).to_string()),
        ),
    ];
    for (key, value) in entries {
        if let Some(value) = value {
            baggage.insert(key, value);
        }
    }
    context.with_baggage(baggage)
}

/// Reads the attributes that another service wrote. An entry that is empty or has the wrong type
/// (metadata that is not a JSON object, tags that are not a list of strings) is ignored: it is
/// external input and must not break the request.
pub(super) fn read(context: &Context) -> ContextAttributes {
    let baggage = context.baggage();
    let text = |key: &str| {
        let text = baggage.get(key).map(ToString::to_string);
        text.filter(|text| !text.is_empty())
    };
    let json = |key| text(key).and_then(|text| serde_json::from_str::<Value>(&text).ok());
    let mut attributes = ContextAttributes {
        session: text(keys::SESSION_ID),
        user: text(keys::USER_ID),
        ..ContextAttributes::default()
    };
    if let Some(Value::Object(metadata)) = json(keys::METADATA) {
        attributes.metadata = metadata;
    }
    let tags = json(keys::TAGS).and_then(|tags| serde_json::from_value(tags).ok());
    attributes.tags = tags.unwrap_or_default();
    attributes
}

/// The longest session or user id that is taken from a caller, in bytes. Real ids are shorter, and
/// each span below would carry a longer one.
const MAX_RECEIVED_BYTES: usize = 256;

/// Returns `context` with the session and the user of its baggage, for services that trust their
/// callers. A scope around the call takes precedence. A value that is too long is ignored as a
/// whole: two different ids may begin alike, and cutting them would join their sessions.
pub(crate) fn with_received_session(context: &Context) -> Context {
    let own = context.get::<ContextAttributes>();
    let received = read(context);
    let bounded = |value: Option<String>, is_set: bool| {
        let is_usable = |value: &String| {
            value.len() <= MAX_RECEIVED_BYTES && !value.chars().any(char::is_control)
        };
        value.filter(|value| !is_set && is_usable(value))
    };
    let attributes = ContextAttributes {
        session: bounded(received.session, own.is_some_and(|own| own.session.is_some())),
        user: bounded(received.user, own.is_some_and(|own| own.user.is_some())),
        ..ContextAttributes::default()
    };
    if attributes == ContextAttributes::default() {
        return context.clone();
    }
    attributes.apply_to(context)
}
