//! A value as it will be recorded.

use super::bounded::Bounded;
use super::finite::Finite;
use super::limit::{bounded, value_limit};
use crate::memory::{attribute_bytes, text_bytes};
use crate::openinference::keys;
use crate::panic::{contained, message};
use memchr::memchr;
use opentelemetry::KeyValue;
use serde::Serialize;
use std::borrow::Cow;
use std::fmt::{self, Write};

/// A value as text, what kind of text it is, and what else the value records of itself.
#[derive(Clone, Debug, PartialEq)]
pub struct CapturedValue {
    text: String,
    form: Form,
    attributes: Vec<KeyValue>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// Recorded as it is, but for NUL bytes; in JSON a string.
    Text,
    /// A number or a boolean: text when bare, in JSON as it is.
    Scalar,
    Json,
    /// The name of a type of which nothing else is known.
    TypeName,
    /// The function returns nothing: there is no value to record.
    Nothing,
}

impl CapturedValue {
    fn new(text: String, form: Form) -> Self {
        CapturedValue { text, form, attributes: Vec::new() }
    }

    #[inline]
    pub(super) fn text(text: &str) -> Self {
        if text.len() <= value_limit() {
            return Self::new(text.to_owned(), Form::Text);
        }
        Self::written(Form::Text, |bounded| bounded.write_str(text))
    }

    pub(super) fn scalar(value: impl fmt::Display) -> Self {
        Self::new(value.to_string(), Form::Scalar)
    }

    pub(super) fn null() -> Self {
        Self::new("null".to_owned(), Form::Json)
    }

    pub(crate) fn nothing() -> Self {
        Self::new(String::new(), Form::Nothing)
    }

    pub(super) fn type_name(name: &str) -> Self {
        Self::new(format!("<{name}>"), Form::TypeName)
    }

    /// Adds what a [`Record`](crate::record::Record) says of itself, which is more than the name
    /// of its type.
    #[must_use]
    #[inline]
    pub fn with_recorded(mut self, recorded: Option<Vec<KeyValue>>) -> Self {
        if let Some(recorded) = recorded {
            if self.form == Form::TypeName {
                self.form = Form::Nothing;
            }
            self.attributes.extend(recorded);
        }
        self
    }

    /// What the value records of itself. None is left.
    pub(crate) fn take_recorded(&mut self) -> Vec<KeyValue> {
        std::mem::take(&mut self.attributes)
    }

    /// A number that JSON does not have is text there.
    pub(super) fn float(value: f64, shown: impl fmt::Display) -> Self {
        if value.is_finite() { Self::scalar(shown) } else { Self::text(&shown.to_string()) }
    }

    pub(crate) fn of_debug(value: &dyn fmt::Debug) -> Self {
        Self::written(Form::Text, |bounded| write!(bounded, "{value:?}"))
    }

    pub(crate) fn of_display(value: &dyn fmt::Display) -> Self {
        Self::written(Form::Text, |bounded| write!(bounded, "{value}"))
    }

    /// JSON; what is a JSON string or number is recorded as text when bare.
    pub(crate) fn of_serialize<T: Serialize + ?Sized>(value: &T) -> Self {
        // Owns what it writes to, so that the compiler sees through each of the many small writes.
        let mut serializer = serde_json::Serializer::new(bounded());
        let result = contained(|| Finite::new(value).serialize(&mut serializer));
        let bounded = serializer.into_inner();
        match result {
            Err(payload) => Self::unserializable(&message(&*payload)),
            Ok(Err(error)) if !bounded.stopped() => Self::unserializable(&error.to_string()),
            Ok(_) => {
                let (text, is_cut) = bounded.finish();
                if is_cut { Self::new(text, Form::Text) } else { Self::json(text) }
            }
        }
    }

    pub(super) fn json(text: String) -> Self {
        match text.as_bytes() {
            [b'"', ..] => match serde_json::from_str::<String>(&text) {
                Ok(plain) => Self::text(&plain),
                Err(_) => Self::new(text, Form::Json),
            },
            [b'{' | b'[' | b'n', ..] => Self::new(text, Form::Json),
            _ => Self::new(text, Form::Scalar),
        }
    }

    /// Text that was cut already, if it was: never JSON any more.
    pub(super) fn finished(bounded: Bounded) -> Self {
        let (text, is_cut) = bounded.finish();
        Self::new(text, if is_cut { Form::Text } else { Form::Json })
    }

    pub(super) fn unserializable(reason: &str) -> Self {
        Self::text(&format!("<unserializable: {reason}>"))
    }

    fn written(form: Form, write: impl FnOnce(&mut Bounded) -> fmt::Result) -> Self {
        let mut bounded = bounded();
        match contained(|| write(&mut bounded)) {
            Err(payload) => Self::unserializable(&message(&*payload)),
            Ok(Err(fmt::Error)) if !bounded.stopped() => {
                Self::unserializable("its formatting failed")
            }
            Ok(_) => Self::new(bounded.finish().0, form),
        }
    }

    /// Appends the value to JSON text.
    pub(super) fn write_json(&self, json: &mut Bounded) -> std::io::Result<()> {
        use std::io::Write;
        match self.form {
            Form::Text | Form::TypeName => {
                serde_json::to_writer(json, &*without_nul(&self.text)).map_err(Into::into)
            }
            Form::Scalar | Form::Json => json.write_all(self.text.as_bytes()),
            Form::Nothing => json.write_all(b"null"),
        }
    }

    pub(super) fn is_text(&self) -> bool {
        matches!(self.form, Form::Text | Form::TypeName)
    }

    pub(super) fn as_text(&self) -> &str {
        &self.text
    }

    /// The value as JSON text.
    pub(crate) fn into_json(self) -> String {
        match self.form {
            Form::Text => serde_json::Value::String(self.into_text()).to_string(),
            _ => self.text,
        }
    }

    /// The text alone.
    pub(crate) fn into_text(self) -> String {
        match without_nul(&self.text) {
            Cow::Owned(without) => without,
            Cow::Borrowed(_) => self.text,
        }
    }

    /// The memory that it holds.
    #[inline]
    pub(crate) fn bytes(&self) -> usize {
        text_bytes(&self.text) + self.attributes.iter().map(attribute_bytes).sum::<usize>()
    }

    /// The value with its mime type, if there is a value, and what it records of itself.
    pub(crate) fn into_parts(mut self) -> (Option<(String, &'static str)>, Vec<KeyValue>) {
        let attributes = self.take_recorded();
        let mime_type = match self.form {
            Form::Nothing => return (None, attributes),
            Form::Json => keys::MIME_JSON,
            Form::Text | Form::Scalar | Form::TypeName => keys::MIME_TEXT,
        };
        (Some((self.into_text(), mime_type)), attributes)
    }

    /// The same, with the value under these keys.
    pub(crate) fn into_attributes(
        self,
        key: &'static str,
        mime_type: &'static str,
    ) -> Vec<KeyValue> {
        let (value, recorded) = self.into_parts();
        let value =
            value.map(|(text, mime)| [KeyValue::new(key, text), KeyValue::new(mime_type, mime)]);
        value.into_iter().flatten().chain(recorded).collect()
    }
}

/// NUL bytes are what some backends' databases cannot store. Looked for where time costs the caller
/// nothing.
fn without_nul(text: &str) -> Cow<'_, str> {
    match memchr(0, text.as_bytes()) {
        Some(_) => Cow::Owned(text.replace('\0', "")),
        None => Cow::Borrowed(text),
    }
}
