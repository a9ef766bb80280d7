//! Finds the messages of a call, in any form that the GenAI conventions have had.

use super::attribute_view::{AttributeView, to_json};
use super::legacy;
use crate::openinference::keys;
use crate::openinference::keys::gen_ai::{self, Names};
use crate::record::Attributes;
use opentelemetry::trace::Event;
use serde_json::Value;

/// The input or the output of a call, as text and as JSON.
pub(super) struct Content {
    /// The text as it was recorded, which becomes `input.value` or `output.value`.
    text: String,
    /// The parsed text; a JSON string if it was not JSON.
    pub(super) json: Value,
}

impl Content {
    /// Returns the content of the first name that is present.
    pub(super) fn from_attribute(span: &AttributeView<'_>, names: Names) -> Option<Self> {
        let value = span.value(names)?;
        let json = to_json(value);
        let text = match value {
            opentelemetry::Value::String(text) => text.as_str().to_owned(),
            _ => json.to_string(),
        };
        (!text.is_empty()).then_some(Content { text, json })
    }

    fn from_json(json: Value) -> Self {
        Content { text: json.to_string(), json }
    }

    /// Sets the value and its MIME type, for example `input.value` and `input.mime_type`.
    pub(super) fn write(&self, attributes: &mut Attributes, key: &'static str, mime: &'static str) {
        attributes.set(key, &self.text);
        let is_text = self.json.is_string();
        attributes.set(mime, if is_text { keys::MIME_TEXT } else { keys::MIME_JSON });
    }
}

/// Returns the messages that the model was given. The latest form is tried first: a crate in
/// transition may record several.
pub(super) fn input(span: &AttributeView<'_>, events: &[Event]) -> Option<Content> {
    Content::from_attribute(span, gen_ai::INPUT_MESSAGES).or_else(|| {
        let numbered = legacy::numbered_messages(span, gen_ai::INPUT_MESSAGES);
        numbered.or_else(|| legacy::input_events(events)).map(Content::from_json)
    })
}

/// Returns the messages that the model answered with.
pub(super) fn output(span: &AttributeView<'_>, events: &[Event]) -> Option<Content> {
    Content::from_attribute(span, gen_ai::OUTPUT_MESSAGES).or_else(|| {
        let numbered = legacy::numbered_messages(span, gen_ai::OUTPUT_MESSAGES);
        numbered.or_else(|| legacy::output_events(events)).map(Content::from_json)
    })
}
