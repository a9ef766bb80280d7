//! Context attributes on their way to another service, as W3C baggage.

use super::attributes::ContextAttributes;
use crate::openinference::keys;
use opentelemetry::Context;
use opentelemetry::baggage::{Baggage, BaggageExt};
use serde_json::Value;

/// `context` with its session, user, metadata and tags in its baggage too.
pub(super) fn written(context: &Context) -> Context {
    let Some(attributes) = context.get::<ContextAttributes>() else { return context.clone() };
    let mut baggage = Baggage::new();
    for (key, (value, metadata)) in context.baggage() {
        baggage.insert_with_metadata(key.clone(), value.clone(), metadata.clone());
    }
    let texts = [
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
    for (key, text) in texts {
        if let Some(text) = text {
            baggage.insert(key, text);
        }
    }
    context.with_baggage(baggage)
}

/// What another service has written.
pub(super) fn read(context: &Context) -> ContextAttributes {
    let baggage = context.baggage();
    let text = |key: &str| {
        let text = baggage.get(key).map(ToString::to_string);
        text.filter(|text| !text.is_empty())
    };
    let json = |key| text(key).and_then(|text| serde_json::from_str::<Value>(&text).ok());
    let mut read = ContextAttributes {
        session: text(keys::SESSION_ID),
        user: text(keys::USER_ID),
        ..ContextAttributes::default()
    };
    if let Some(Value::Object(metadata)) = json(keys::METADATA) {
        read.metadata = metadata;
    }
    let tags = json(keys::TAGS).and_then(|tags| serde_json::from_value(tags).ok());
    read.tags = tags.unwrap_or_default();
    read
}
