//! What went in and what came out: JSON or text, in one attribute, many attributes or events.

use super::attribute_view::{Flat, json};
use super::legacy;
use crate::openinference::keys;
use crate::openinference::keys::gen_ai::{self, Names};
use crate::record::Attributes;
use opentelemetry::trace::Event;
use serde_json::Value;

/// Content as it was written, and what it says.
pub(super) struct Content {
    text: String,
    pub(super) json: Value,
}

impl Content {
    /// The content of the first attribute that is there.
    pub(super) fn of(span: &Flat<'_>, names: Names) -> Option<Self> {
        let value = span.value(names)?;
        let json = json(value);
        let text = match value {
            opentelemetry::Value::String(text) => text.as_str().to_owned(),
            _ => json.to_string(),
        };
        (!text.is_empty()).then_some(Content { text, json })
    }

    fn of_json(json: Value) -> Self {
        Content { text: json.to_string(), json }
    }

    pub(super) fn write(&self, attributes: &mut Attributes, key: &'static str, mime: &'static str) {
        attributes.set(key, &self.text);
        let is_text = self.json.is_string();
        attributes.set(mime, if is_text { keys::MIME_TEXT } else { keys::MIME_JSON });
    }
}

/// The messages that went in.
pub(super) fn input(span: &Flat<'_>, events: &[Event]) -> Option<Content> {
    Content::of(span, gen_ai::INPUT_MESSAGES).or_else(|| {
        let older = legacy::numbered(span, gen_ai::INPUT_MESSAGES);
        older.or_else(|| legacy::input_events(events)).map(Content::of_json)
    })
}

/// The messages that came out.
pub(super) fn output(span: &Flat<'_>, events: &[Event]) -> Option<Content> {
    Content::of(span, gen_ai::OUTPUT_MESSAGES).or_else(|| {
        let older = legacy::numbered(span, gen_ai::OUTPUT_MESSAGES);
        older.or_else(|| legacy::output_events(events)).map(Content::of_json)
    })
}
