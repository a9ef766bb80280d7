//! JSON text as an attribute value.

use super::AttributeValue;
use crate::capture::{CapturedValue, bounded_copy};
use opentelemetry::Value;
use serde::{Serialize, Serializer};

/// JSON text, for attributes whose value is defined to be JSON, such as the arguments of a tool
/// call. The attribute is a string, since OpenTelemetry has no type for objects.
///
/// | from | write |
/// |---|---|
/// | a type that implements `Serialize` | [`Json::of(&value)`](Json::of) |
/// | a `serde_json::Value` | `Json::from(value)`, or the value itself where a parameter is `impl Into<Json>` |
/// | text that is JSON already | [`Json::from_text(text)`](Json::from_text) |
///
/// ```
/// use trace_runtime::record::Json;
///
/// #[derive(serde::Serialize)]
/// struct Arguments { city: &'static str }
///
/// assert_eq!(Json::of(&Arguments { city: "Rome" }).as_str(), r#"{"city":"Rome"}"#);
/// assert_eq!(Json::from_text("[1]").as_str(), "[1]");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Json(String);

impl Json {
    /// Serializes a value to JSON. A value that cannot be serialized becomes a text with the
    /// reason, and a value longer than the limit of attribute values (1 MiB by default) is
    /// truncated.
    ///
    /// ```
    /// use trace_runtime::record::Json;
    ///
    /// assert_eq!(Json::of(&["tea", "coffee"]).as_str(), r#"["tea","coffee"]"#);
    /// ```
    #[must_use]
    pub fn of<T: Serialize + ?Sized>(value: &T) -> Self {
        Json(CapturedValue::from_serialize(value).into_json())
    }

    /// Wraps text that is already JSON, such as the arguments of a tool call as the API sent them.
    /// The text is not validated: a backend can show even invalid JSON.
    ///
    /// ```
    /// use trace_runtime::record::Json;
    ///
    /// let arguments = r#"{"city": "Rome"}"#; // as the response contains it
    /// assert_eq!(Json::from_text(arguments).as_str(), arguments);
    /// ```
    #[must_use]
    pub fn from_text(text: impl Into<String>) -> Self {
        Json(text.into())
    }

    /// Returns the JSON text.
    ///
    /// ```
    /// use trace_runtime::record::Json;
    ///
    /// assert_eq!(Json::from(serde_json::json!({"a": 1})).as_str(), r#"{"a":1}"#);
    /// ```
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
        Some(Value::from(bounded_copy(&self.0)))
    }
}

/// Serializes as the JSON value itself, so that JSON inside a recorded type is not escaped twice.
/// Invalid JSON serializes as a string.
impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match serde_json::from_str::<serde_json::Value>(&self.0) {
            Ok(value) => value.serialize(serializer),
            Err(_) => self.0.serialize(serializer),
        }
    }
}
