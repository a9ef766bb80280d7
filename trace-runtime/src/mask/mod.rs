//! What must not leave the process: hidden values, large images, secrets, and what a function of
//! the user's decides. Fails closed: what cannot be judged is not exported.

mod builder;
mod images;
mod rules;
mod secrets;
mod settings;
#[cfg(test)]
mod tests;

pub use builder::{Mask, Masked};
pub(crate) use settings::MaskSettings;

use crate::openinference::OpenInferenceSpanKind;
use crate::openinference::keys;
use crate::panic::contained;
use opentelemetry::trace::Status;
use opentelemetry::{Array, KeyValue, StringValue, Value};
use opentelemetry_sdk::trace::SpanData;
use rules::{Action, Hidden};
use std::borrow::Cow;

/// What stands in for a value that is hidden, as in the Python reference.
const REDACTED: &str = "__REDACTED__";

/// Masks everything a span says: its attributes, those of its events and links, and its status.
pub(crate) fn apply(span: &mut SpanData, settings: &MaskSettings) {
    let kind = OpenInferenceSpanKind::of(&span.attributes);
    let masking = Masking { settings, kind };
    masking.attributes(&mut span.attributes, "");
    masking.name(&mut span.name, keys::MASKED_SPAN_NAME);
    for event in &mut span.events.events {
        masking.attributes(&mut event.attributes, &event.name);
        masking.name(&mut event.name, keys::MASKED_EVENT_NAME);
    }
    for link in &mut span.links.links {
        masking.attributes(&mut link.attributes, "");
    }
    if let Status::Error { description } = &mut span.status
        && !description.is_empty()
    {
        // It repeats the exception's message.
        let text = Value::from(description.clone().into_owned());
        let masked = masking.masked(keys::STATUS_DESCRIPTION, text, keys::EVENT_EXCEPTION);
        *description = masked.map_or(Cow::Borrowed(""), |text| text.to_string().into());
    }
}

struct Masking<'a> {
    settings: &'a MaskSettings,
    kind: Option<OpenInferenceSpanKind>,
}

impl Masking<'_> {
    fn attributes(&self, attributes: &mut Vec<KeyValue>, event: &str) {
        attributes.retain_mut(|KeyValue { key, value, .. }| {
            let whole = std::mem::replace(value, Value::Bool(false));
            match self.masked(key.as_str(), whole, event) {
                Some(masked) => {
                    *value = masked;
                    true
                }
                None => false,
            }
        });
    }

    /// A name cannot be missing.
    fn name(&self, name: &mut Cow<'static, str>, key: &str) {
        if let Some(without) = self.without(key, name) {
            *name = without.into();
        }
        // Most have no function to ask, and need no value to be asked about.
        if !self.settings.functions.is_empty() {
            let masked = self.asked(key, Value::from(name.clone().into_owned()));
            *name = masked.map_or(REDACTED.into(), |name| name.as_str().into_owned().into());
        }
    }

    /// `None` if the attribute is not to be there.
    fn masked(&self, key: &str, value: Value, event: &str) -> Option<Value> {
        let value = match rules::action(key, event, self.kind, &self.settings.hidden) {
            Action::Drop => return None,
            Action::Redact => return self.asked(key, Value::from(REDACTED)),
            Action::Keep => self.scrubbed(key, value),
        };
        self.asked(key, value)
    }

    fn scrubbed(&self, key: &str, mut value: Value) -> Value {
        let scrub = |text: &mut StringValue| {
            if let Some(without) = self.without(key, text.as_str()) {
                *text = without.into();
            }
        };
        match &mut value {
            Value::String(text) => scrub(text),
            Value::Array(Array::String(texts)) => texts.iter_mut().for_each(scrub),
            _ => {}
        }
        value
    }

    /// `text` without large images and secrets; `None` if it has none.
    fn without(&self, key: &str, text: &str) -> Option<String> {
        let hides_images = self.settings.hidden.contains(&Hidden::InputImages);
        let is_input = key.starts_with("input.") || key.starts_with(keys::LLM_INPUT_MESSAGES);
        let limit = if hides_images && is_input { 0 } else { self.settings.image_bytes };
        let smaller = images::without_large(text, limit);
        if !self.settings.scrub_secrets {
            return smaller;
        }
        secrets::without(smaller.as_deref().unwrap_or(text)).or(smaller)
    }

    /// As the user's functions want it. A panic drops the value.
    fn asked(&self, key: &str, value: Value) -> Option<Value> {
        self.settings.functions.iter().try_fold(value, |value, function| {
            match contained(|| function(key, &value, self.kind)) {
                Ok(Masked::Keep) => Some(value),
                Ok(Masked::Replace(other)) => Some(other),
                Ok(Masked::Drop) | Err(_) => None,
            }
        })
    }
}
