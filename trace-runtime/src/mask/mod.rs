//! Masks: control which data leaves the process.
//!
//! Spans of LLM applications contain prompts, answers, documents and sometimes credentials. A
//! [`Mask`] hides parts of them before they are sent, printed, or written to disk:
//!
//! - switches hide inputs, outputs, messages, images, embeddings and so on, with the names and
//!   environment variables of OpenInference (`OPENINFERENCE_HIDE_INPUTS` ..);
//! - base64 images above a size limit are redacted;
//! - secrets such as API keys and passwords are redacted in all text;
//! - functions of the application decide about each attribute.
//!
//! Large images and secrets are redacted by default; everything else is opt-in.
//!
//! ```no_run
//! use trace_runtime::mask::{Mask, Masked};
//!
//! let mask = Mask::new().hide_inputs(true).attribute(|key, _value, _kind| match key {
//!     "user.id" => Masked::Drop,
//!     _ => Masked::Keep,
//! });
//! let registration = trace_runtime::register().mask(mask).install()?;
//! # Ok::<(), trace_runtime::RegisterError>(())
//! ```
//!
//! # Order
//!
//! An attribute passes the switches, then the limit on images, then the secret scrubber, then the
//! functions in the order in which they were added. A function therefore sees `__REDACTED__` where
//! a switch applied, never the hidden value. Masks run after attributes are derived from input and
//! output, so derived attributes are masked too, and before a span is encoded. Switches and functions
//! do not see the resource, such as the name of the service; the secret scrubber does.
//!
//! The attributes that a single backend needs ([`Backend`](crate::Backend)) repeat the values of
//! others under names of that backend. Each is masked as its original is, so a function that drops
//! `user.id` drops every copy of it too, and then under its own name.
//!
//! # Secrets
//!
//! A secret is recognized by its form, such as `ghp_..`, or by its name: after `api_key =` in a text,
//! as the value of a field or an argument `password`, or as the value of an attribute whose key ends
//! in such a name. The scrubber also covers spans of an attached provider and of an
//! [`EnrichExporter`](crate::enrich::EnrichExporter), where no other mask applies. It is off only
//! with [`Mask::scrub_secrets`] or `TRACE_SCRUB_SECRETS=false`. `docs/attributes.md` lists forms and
//! names.
//!
//! # Failures
//!
//! Masks fail closed. An environment variable that cannot be parsed is an error of
//! [`install`](crate::Builder::install), a function that panics drops the value, and a span of
//! unknown kind is treated as if it were of every kind.

mod argument_names;
mod before_cut;
mod builder;
mod images;
mod rules;
mod scrub;
mod secrets;
mod settings;
#[cfg(test)]
mod tests;

pub(crate) use argument_names::is_secret_argument;
pub use builder::{Mask, Masked};
pub(crate) use scrub::{scrub_attributes, scrub_name, scrub_resource, scrub_status, scrub_text};
pub(crate) use settings::MaskSettings;

use crate::openinference::OpenInferenceSpanKind;
use crate::openinference::keys;
use crate::panic::catch;
use opentelemetry::trace::Status;
use opentelemetry::{Array, KeyValue, StringValue, Value};
use opentelemetry_sdk::trace::SpanData;
use rules::{Action, Switch};
use secrets::KeyAnswers;
use std::borrow::Cow;

/// Replacement for a hidden value, the same text as in the Python implementation of OpenInference.
const REDACTED: &str = "__REDACTED__";

/// Masks all text of a span: attributes of the span, its events and its links, the names of span
/// and events, and the status.
///
/// `original` returns the key of the attribute that another one repeats. A copy is masked as its
/// original is, and then under its own key. `cut` is the length at which the next stage cuts each
/// text, if it does: the rest of a longer text need not be searched.
pub(crate) fn apply(
    span: &mut SpanData,
    settings: &MaskSettings,
    cut: Option<usize>,
    original: &dyn Fn(&str) -> Option<&'static str>,
) {
    let needs_kind = !settings.hidden.is_empty() || !settings.functions.is_empty();
    let kind =
        needs_kind.then(|| OpenInferenceSpanKind::from_attributes(&span.attributes)).flatten();
    // A function of the application may keep any part of a value.
    let cut = cut.filter(|_| settings.functions.is_empty());
    let masking = Masking { settings, kind, original, cut };
    masking.mask_attributes(&mut span.attributes, "");
    masking.mask_name(&mut span.name, keys::MASKED_SPAN_NAME);
    for event in &mut span.events.events {
        masking.mask_attributes(&mut event.attributes, &event.name);
        masking.mask_name(&mut event.name, keys::MASKED_EVENT_NAME);
    }
    for link in &mut span.links.links {
        masking.mask_attributes(&mut link.attributes, "");
    }
    if let Status::Error { description } = &mut span.status
        && !description.is_empty()
    {
        // The description repeats the message of the `exception` event, so the same rules apply.
        let mut text = Value::from(description.clone().into_owned());
        let (key, event) = (keys::STATUS_DESCRIPTION, keys::EVENT_EXCEPTION);
        let is_kept = masking.mask_value(key, KeyAnswers::default(), &mut text, event);
        *description = if is_kept { text.to_string().into() } else { Cow::Borrowed("") };
    }
    if settings.scrub_secrets {
        scrub::drop_trace_state_with_secret(span);
    }
}

/// Returns true if a mask that [only redacts](MaskSettings::only_redacts) keeps a text of the
/// attribute `key`. `cut` is the one of [`apply`].
pub(crate) fn keeps_text(
    settings: &MaskSettings,
    key: &str,
    text: &str,
    cut: Option<usize>,
) -> bool {
    let masking = Masking { settings, kind: None, original: &|_| None, cut };
    masking.redact_text(key, text).is_none()
}

/// Returns true if the key of an attribute has no secret, and none follows from it.
pub(crate) fn keeps_key(settings: &MaskSettings, key: &str) -> bool {
    !settings.scrub_secrets || secrets::about_key(key) == KeyAnswers::default()
}

/// The masks for one span.
struct Masking<'a> {
    settings: &'a MaskSettings,
    /// The kind of the span; `None` if its attribute is missing or unknown, or if nothing asks.
    kind: Option<OpenInferenceSpanKind>,
    original: &'a dyn Fn(&str) -> Option<&'static str>,
    /// The length at which texts are cut later; `None` if they are not.
    cut: Option<usize>,
}

impl Masking<'_> {
    /// Masks a list of attributes. `event` is the name of the event that they belong to, or empty.
    fn mask_attributes(&self, attributes: &mut Vec<KeyValue>, event: &str) {
        attributes.retain_mut(|KeyValue { key, value, .. }| {
            let about = self.about_key(key.as_str());
            let is_kept = (self.original)(key.as_str())
                .is_none_or(|copied| self.mask_value(copied, self.about_key(copied), value, event))
                && self.mask_value(key.as_str(), about, value, event);
            if is_kept && about.has_token {
                scrub::scrub_key(key);
            }
            is_kept
        });
    }

    /// Returns what the key of an attribute tells the scrubber: nothing if that is off.
    fn about_key(&self, key: &str) -> KeyAnswers {
        if self.settings.scrub_secrets { secrets::about_key(key) } else { KeyAnswers::default() }
    }

    /// Masks the name of a span or event. A name is mandatory, so it becomes `__REDACTED__` if a
    /// function drops it.
    fn mask_name(&self, name: &mut Cow<'static, str>, key: &str) {
        if let Some(redacted) = self.redact_text(key, name) {
            *name = redacted.into();
        }
        // Avoids the copy into a `Value` where no function needs it.
        if !self.settings.functions.is_empty() {
            let mut masked = Value::from(name.clone().into_owned());
            let is_kept = self.apply_functions(key, &mut masked);
            *name = if is_kept { masked.as_str().into_owned().into() } else { REDACTED.into() };
        }
    }

    /// Masks a value in its place. Returns false if the attribute is dropped.
    fn mask_value(&self, key: &str, about: KeyAnswers, value: &mut Value, event: &str) -> bool {
        match rules::action(key, event, self.kind, &self.settings.hidden) {
            Action::Drop => return false,
            Action::Redact => *value = Value::from(REDACTED),
            Action::Keep if scrub::names_secret(about, key, value) => {
                *value = Value::from(REDACTED);
            }
            Action::Keep => self.redact_texts(key, value),
        }
        self.apply_functions(key, value)
    }

    /// Redacts images and secrets in a text or in each text of an array.
    fn redact_texts(&self, key: &str, value: &mut Value) {
        let redact = |text: &mut StringValue| {
            if let Some(redacted) = self.redact_text(key, text.as_str()) {
                *text = redacted.into();
            }
        };
        match value {
            Value::String(text) => redact(text),
            Value::Array(Array::String(texts)) => texts.iter_mut().for_each(redact),
            _ => {}
        }
    }

    /// Redacts images and secrets in a text. Returns `None` if there are none.
    fn redact_text(&self, key: &str, text: &str) -> Option<String> {
        let hides_images = self.settings.hidden.contains(&Switch::InputImages);
        let is_input = key.starts_with("input.") || key.starts_with(keys::LLM_INPUT_MESSAGES);
        // `input.value` may contain an image anywhere in its JSON, so hiding input images means
        // that no size is small enough.
        let limit = if hides_images && is_input { 0 } else { self.settings.image_bytes };
        let redact = |text: &str| {
            let without_images = images::redact_large(text, limit);
            if !self.settings.scrub_secrets {
                return without_images;
            }
            secrets::redact(without_images.as_deref().unwrap_or(text)).or(without_images)
        };
        match self.cut {
            Some(cut) => before_cut::redact(text, cut, redact),
            None => redact(text),
        }
    }

    /// Passes the value through the functions of the application, each of which sees the result of
    /// the one before. Returns false if the attribute is dropped, also if a function panics: its
    /// value may be the one that the function was written to hide.
    fn apply_functions(&self, key: &str, value: &mut Value) -> bool {
        self.settings.functions.iter().all(|function| {
            match catch(|| function(key, value, self.kind)) {
                Ok(Masked::Keep) => true,
                Ok(Masked::Replace(other)) => {
                    *value = other;
                    true
                }
                Ok(Masked::Drop) | Err(_) => false,
            }
        })
    }
}
