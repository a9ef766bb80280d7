//! A captured value inside the record of a span.

use super::captured::{CapturedValue, Form};
use crate::memory::text_bytes;
use opentelemetry::KeyValue;
use std::borrow::Cow;

/// The longest text whose memory stays in the record. The worker copies it, which is faster for the
/// traced function than to allocate memory that another thread has freed.
const KEPT_BYTES: usize = 1 << 10;

/// A captured value, or none. The memory of a short text stays here for the next value.
#[derive(Clone, Debug, Default)]
pub(crate) struct StoredValue {
    text: String,
    form: Form,
    attributes: Option<Vec<KeyValue>>,
    is_some: bool,
}

impl StoredValue {
    /// Replaces the value. 40 instructions for a borrowed text of 70 bytes (callgrind).
    #[inline(never)]
    pub(crate) fn set(&mut self, value: CapturedValue<'_>) {
        match value.text {
            Cow::Borrowed(text) => {
                self.text.clear();
                self.text.push_str(text);
            }
            Cow::Owned(text) => self.text = text,
        }
        self.form = value.form;
        self.is_some = true;
        self.attributes = value.attributes;
    }

    /// Moves the value out.
    pub(crate) fn take(&mut self) -> Option<CapturedValue<'static>> {
        if !std::mem::take(&mut self.is_some) {
            return None;
        }
        let text = if self.text.capacity() <= KEPT_BYTES {
            self.text.as_str().to_owned()
        } else {
            std::mem::take(&mut self.text)
        };
        let attributes = self.attributes.take();
        Some(CapturedValue { text: Cow::Owned(text), form: self.form, attributes })
    }

    /// Returns the text with its MIME type; `None` without a value that can be read. The text may
    /// contain NUL bytes.
    pub(crate) fn text(&self) -> Option<(&str, &'static str)> {
        let mime_type = self.form.mime_type().filter(|_| self.is_some)?;
        Some((&self.text, mime_type))
    }

    /// Drops the value.
    pub(crate) fn clear(&mut self) {
        self.is_some = false;
        self.attributes = None;
        if self.text.capacity() > KEPT_BYTES {
            self.text = String::new();
        }
    }

    /// Estimates the memory of the text.
    #[inline]
    pub(crate) fn bytes_of_text(&self) -> usize {
        if self.is_some { text_bytes(&self.text) } else { 0 }
    }

    /// Returns true if the value records attributes.
    #[inline]
    pub(crate) fn has_recorded(&self) -> bool {
        self.attributes.is_some()
    }

    /// Returns the attributes that the value recorded itself.
    pub(crate) fn attributes(&self) -> &[KeyValue] {
        self.attributes.as_deref().unwrap_or_default()
    }
}
