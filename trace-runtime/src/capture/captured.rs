//! A captured value.

use super::bounded::BoundedText;
use super::json::{JsonSafe, TOO_DEEP};
use super::limit::{bounded_text, value_limit};
use super::recursion::StackLimited;
use crate::openinference::keys;
use crate::panic::{catch, message};
use memchr::memchr;
use opentelemetry::KeyValue;
use serde::Serialize;
use std::borrow::Cow;
use std::fmt::{self, Write};

/// The text of a value, the form of that text, and the attributes that the value records itself.
///
/// Text of the application is borrowed until it is stored in the record of the span, whose memory
/// is used again. All other text was written for the capture, and is owned.
#[derive(Clone, Debug, PartialEq)]
pub struct CapturedValue<'a> {
    pub(super) text: Cow<'a, str>,
    pub(super) form: Form,
    /// `None` for most values, which is dropped without a call.
    pub(super) attributes: Option<Vec<KeyValue>>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Form {
    /// Plain text. It may contain NUL bytes, which are removed on the worker thread.
    Text,
    /// A number or a boolean: text on its own, and unquoted inside JSON.
    Scalar,
    Json,
    /// The name of the type, since the value cannot be read.
    TypeName,
    /// No value to show: the type cannot be read, but implements `Record`.
    RecordOnly,
    /// No value: the function returns `()`.
    #[default]
    Nothing,
}

impl Form {
    /// Returns the MIME type of the text; `None` if there is none to show.
    pub(super) fn mime_type(self) -> Option<&'static str> {
        match self {
            Form::Nothing | Form::RecordOnly => None,
            Form::Json => Some(keys::MIME_JSON),
            Form::Text | Form::Scalar | Form::TypeName => Some(keys::MIME_TEXT),
        }
    }
}

impl<'a> CapturedValue<'a> {
    #[inline]
    pub(super) fn text(text: &'a str) -> Self {
        if text.len() <= value_limit() {
            let (text, form) = (Cow::Borrowed(text), Form::Text);
            return CapturedValue { text, form, attributes: None };
        }
        CapturedValue::truncated(text)
    }

    /// Returns the value with a text of its own, which outlives that of the application.
    #[must_use]
    pub fn into_owned(self) -> CapturedValue<'static> {
        let CapturedValue { text, form, attributes } = self;
        CapturedValue { text: Cow::Owned(text.into_owned()), form, attributes }
    }
}

impl CapturedValue<'static> {
    fn new(text: String, form: Form) -> Self {
        CapturedValue { text: Cow::Owned(text), form, attributes: None }
    }

    #[cold]
    fn truncated(text: &str) -> Self {
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

    /// Captures a float. NaN and infinities become text, since JSON has no such numbers.
    pub(super) fn float(value: f64, shown: impl fmt::Display) -> Self {
        if value.is_finite() {
            Self::scalar(shown)
        } else {
            Self::new(shown.to_string(), Form::Text)
        }
    }

    pub(crate) fn from_debug(value: &dyn fmt::Debug) -> Self {
        Self::written(Form::Text, |bounded| write!(bounded, "{value:?}"))
    }

    pub(crate) fn from_display(value: &dyn fmt::Display) -> Self {
        Self::written(Form::Text, |bounded| write!(bounded, "{value}"))
    }

    /// Captures a value as JSON. A JSON string or number on its own is recorded as bare text.
    ///
    /// An error or a panic of `Serialize` becomes the text `<unserializable: reason>`.
    pub(crate) fn from_serialize<T: Serialize + ?Sized>(value: &T) -> Self {
        // The serializer owns the text it writes to: the compiler then inlines the many small
        // writes.
        let mut serializer = serde_json::Serializer::new(bounded_text());
        let result = catch(|| JsonSafe::new(value).serialize(&mut serializer));
        let bounded = serializer.into_inner();
        match result {
            Err(payload) => Self::unserializable(message(&*payload)),
            Ok(Err(error)) if !bounded.stopped() => Self::unserializable(error),
            Ok(_) => {
                let (text, is_truncated) = bounded.finish();
                if is_truncated { Self::new(text, Form::Text) } else { Self::json(text) }
            }
        }
    }

    pub(super) fn json(text: String) -> Self {
        match text.as_bytes() {
            [b'"', ..] => match serde_json::from_str::<String>(&text) {
                Ok(plain) => CapturedValue::text(&plain).into_owned(),
                Err(_) => Self::new(text, Form::Json),
            },
            // An object, a list or `null`; all else that JSON allows here is a scalar.
            [b'{' | b'[' | b'n', ..] => Self::new(text, Form::Json),
            _ => Self::new(text, Form::Scalar),
        }
    }

    /// Creates a value from JSON text. Text that was truncated is not valid JSON any more.
    pub(super) fn finished(bounded: BoundedText) -> Self {
        let (text, is_truncated) = bounded.finish();
        Self::new(text, if is_truncated { Form::Text } else { Form::Json })
    }

    /// The text in place of a value that has none. The reason may be long: it comes from the
    /// application.
    pub(super) fn unserializable(reason: impl fmt::Display) -> Self {
        let mut bounded = bounded_text();
        let _ = write!(bounded, "<unserializable: {reason}>");
        Self::new(bounded.finish().0, Form::Text)
    }

    fn written(form: Form, write: impl FnOnce(&mut StackLimited) -> fmt::Result) -> Self {
        let mut limited = StackLimited::new(bounded_text());
        let result = catch(|| write(&mut limited));
        let is_too_deep = limited.is_exceeded();
        let bounded = limited.text;
        match result {
            Err(payload) => Self::unserializable(message(&*payload)),
            Ok(Err(fmt::Error)) if is_too_deep => {
                Self::new(bounded.finish().0 + TOO_DEEP, Form::Text)
            }
            Ok(Err(fmt::Error)) if !bounded.stopped() => {
                Self::unserializable("its formatting failed")
            }
            Ok(_) => Self::new(bounded.finish().0, form),
        }
    }
}

impl CapturedValue<'_> {
    /// Adds the attributes of a [`Record`](crate::record::Record) implementation. They describe the
    /// value better than the name of its type, which is then dropped.
    #[must_use]
    #[inline]
    pub fn with_recorded(mut self, recorded: Option<Vec<KeyValue>>) -> Self {
        if let Some(recorded) = recorded {
            if self.form == Form::TypeName {
                self.form = Form::RecordOnly;
            }
            self.attributes.get_or_insert_default().extend(recorded);
        }
        self
    }

    /// Returns true if the value records attributes. Few do.
    #[inline]
    pub(crate) fn has_recorded(&self) -> bool {
        self.attributes.is_some()
    }

    /// Moves the recorded attributes out.
    pub(crate) fn take_recorded(&mut self) -> Vec<KeyValue> {
        self.attributes.take().unwrap_or_default()
    }

    /// Appends the value to JSON text.
    pub(super) fn write_json(&self, json: &mut BoundedText) -> std::io::Result<()> {
        use std::io::Write;
        match self.form {
            Form::Text | Form::TypeName => {
                serde_json::to_writer(json, &*without_nul(&self.text)).map_err(Into::into)
            }
            Form::Scalar | Form::Json => json.write_all(self.text.as_bytes()),
            Form::Nothing | Form::RecordOnly => json.write_all(b"null"),
        }
    }

    pub(super) fn is_text(&self) -> bool {
        matches!(self.form, Form::Text | Form::TypeName)
    }

    /// Returns true if the value has no text, no JSON and no `Debug` form to show.
    pub(super) fn is_opaque(&self) -> bool {
        matches!(self.form, Form::TypeName | Form::RecordOnly)
    }

    pub(super) fn as_text(&self) -> &str {
        &self.text
    }

    /// Returns the value as JSON text.
    pub(crate) fn into_json(self) -> String {
        match self.form {
            Form::Text => serde_json::Value::String(self.into_text()).to_string(),
            _ => self.text.into_owned(),
        }
    }

    /// Returns the text alone.
    pub(crate) fn into_text(self) -> String {
        match without_nul(&self.text) {
            Cow::Owned(without) => without,
            Cow::Borrowed(_) => self.text.into_owned(),
        }
    }

    /// Returns the text with its mime type, if there is a value, and the recorded attributes.
    pub(crate) fn into_parts(mut self) -> (Option<(String, &'static str)>, Vec<KeyValue>) {
        let attributes = self.take_recorded();
        let mime_type = self.form.mime_type();
        (mime_type.map(|mime_type| (self.into_text(), mime_type)), attributes)
    }

    /// Returns attributes: the text and its mime type under these keys, and the recorded ones.
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

/// Removes NUL bytes, which `PostgreSQL` and thus some backends cannot store.
///
/// Text is captured with them and cleaned here, on the worker thread, since the search would slow
/// the traced function down.
fn without_nul(text: &str) -> Cow<'_, str> {
    match memchr(0, text.as_bytes()) {
        Some(_) => Cow::Owned(text.replace('\0', "")),
        None => Cow::Borrowed(text),
    }
}
