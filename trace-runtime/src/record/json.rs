//! JSON as the text of an attribute.

use crate::capture::CapturedValue;
use crate::record::AttributeValue;
use opentelemetry::Value;
use serde::{Serialize, Serializer};

/// JSON text, for the attributes that hold JSON.
///
/// ```
/// use trace_runtime::record::Json;
///
/// #[derive(serde::Serialize)]
/// struct Arguments { city: &'static str }
///
/// assert_eq!(Json::of(&Arguments { city: "Rome" }).as_str(), r#"{"city":"Rome"}"#);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Json(String);

impl Json {
    /// A value as JSON. One that cannot be serialised becomes a text that says why, and one that
    /// is longer than the limit of a value (1 MiB) is cut.
    #[must_use]
    pub fn of<T: Serialize + ?Sized>(value: &T) -> Self {
        Json(CapturedValue::of_serialize(value).into_json())
    }

    /// Text that is JSON already, such as the arguments of a tool call on the wire. It is not
    /// checked.
    #[must_use]
    pub fn from_text(text: impl Into<String>) -> Self {
        Json(text.into())
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<serde_json::Value> for Json {
    fn from(value: serde_json::Value) -> Self {
        Json(value.to_string())
    }
}

impl AttributeValue for Json {
    fn attribute_value(&self) -> Option<Value> {
        Some(Value::from(self.0.clone()))
    }
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match serde_json::from_str::<serde_json::Value>(&self.0) {
            Ok(value) => value.serialize(serializer),
            Err(_) => self.0.serialize(serializer),
        }
    }
}
