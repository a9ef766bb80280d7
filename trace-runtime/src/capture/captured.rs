//! A value as it will be recorded.

use super::bounded::Bounded;
use super::finite::Finite;
use super::value_limit;
use crate::outcome::panic::{contained, message};
use crate::semconv;
use opentelemetry::KeyValue;
use serde::Serialize;
use std::fmt::{self, Write};

/// A value as text, and what kind of text it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CapturedValue {
    text: String,
    form: Form,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// Recorded as it is; in JSON a string.
    Text,
    /// A number or a boolean: text when bare, in JSON as it is.
    Scalar,
    Json,
    /// The function returns nothing: there is no value to record.
    Nothing,
}

impl CapturedValue {
    pub(super) fn text(text: &str) -> Self {
        Self::written(Form::Text, |bounded| bounded.write_str(text))
    }

    pub(super) fn scalar(value: impl fmt::Display) -> Self {
        CapturedValue { text: value.to_string(), form: Form::Scalar }
    }

    pub(super) fn null() -> Self {
        CapturedValue { text: "null".to_owned(), form: Form::Json }
    }

    pub(super) fn nothing() -> Self {
        CapturedValue { text: String::new(), form: Form::Nothing }
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
        let mut bounded = Bounded::new(value_limit());
        let serialized = contained(|| serde_json::to_writer(&mut bounded, &Finite(value)));
        match serialized {
            Err(payload) => Self::unserializable(&message(&*payload)),
            Ok(Err(error)) if !bounded.stopped() => Self::unserializable(&error.to_string()),
            Ok(_) => {
                let (text, is_cut) = bounded.finish();
                if is_cut { CapturedValue { text, form: Form::Text } } else { Self::json(text) }
            }
        }
    }

    pub(super) fn json(text: String) -> Self {
        match text.as_bytes() {
            [b'"', ..] => match serde_json::from_str::<String>(&text) {
                Ok(plain) => Self::text(&plain),
                Err(_) => CapturedValue { text, form: Form::Json },
            },
            [b'{' | b'[' | b'n', ..] => CapturedValue { text, form: Form::Json },
            _ => CapturedValue { text, form: Form::Scalar },
        }
    }

    /// Text that was cut already, if it was: never JSON any more.
    pub(super) fn finished(bounded: Bounded) -> Self {
        let (text, is_cut) = bounded.finish();
        CapturedValue { text, form: if is_cut { Form::Text } else { Form::Json } }
    }

    pub(super) fn unserializable(reason: &str) -> Self {
        Self::text(&format!("<unserializable: {reason}>"))
    }

    fn written(form: Form, write: impl FnOnce(&mut Bounded) -> fmt::Result) -> Self {
        let mut bounded = Bounded::new(value_limit());
        match contained(|| write(&mut bounded)) {
            Err(payload) => Self::unserializable(&message(&*payload)),
            Ok(Err(fmt::Error)) if !bounded.stopped() => {
                Self::unserializable("its formatting failed")
            }
            Ok(_) => CapturedValue { text: bounded.finish().0, form },
        }
    }

    /// Appends the value to JSON text.
    pub(super) fn write_json(&self, json: &mut Bounded) -> std::io::Result<()> {
        use std::io::Write;
        match self.form {
            Form::Text => serde_json::to_writer(json, &self.text).map_err(Into::into),
            Form::Scalar | Form::Json => json.write_all(self.text.as_bytes()),
            Form::Nothing => json.write_all(b"null"),
        }
    }

    pub(super) fn is_text(&self) -> bool {
        self.form == Form::Text
    }

    pub(super) fn as_text(&self) -> &str {
        &self.text
    }

    /// The text alone.
    pub(crate) fn into_text(self) -> String {
        self.text
    }

    /// The value and its mime type, under these keys; nothing where there is no value.
    pub(crate) fn into_attributes(
        self,
        key: &'static str,
        mime_type: &'static str,
    ) -> Vec<KeyValue> {
        let mime = match self.form {
            Form::Nothing => return Vec::new(),
            Form::Json => semconv::MIME_JSON,
            Form::Text | Form::Scalar => semconv::MIME_TEXT,
        };
        vec![KeyValue::new(key, self.text), KeyValue::new(mime_type, mime)]
    }
}
