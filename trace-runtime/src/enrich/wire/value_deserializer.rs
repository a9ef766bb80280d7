//! Deserializes a `Value` without building error messages.
//!
//! Every recorded value is tried against a dozen formats, and most of them do not match. The error
//! of `serde_json` copies the string that did not fit, which for a long prompt or a base64 image
//! costs more than the whole match. The error type of this deserializer is empty.
//!
//! It borrows from the value, so a field that is read as `&str` or skipped is never copied, and it
//! accepts and rejects exactly the values that `serde_json` does (see the tests).

use serde::de::value::{MapAccessDeserializer, MapDeserializer, SeqDeserializer};
use serde::de::{Error, IntoDeserializer, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};
use std::fmt::{self, Display};

/// Deserializes a value as `T`, or returns `None` if it does not match.
///
/// Unknown fields are ignored and optional fields may be null or missing, as with `serde_json`.
pub(crate) fn from_value<'a, T: Deserialize<'a>>(value: &'a Value) -> Option<T> {
    T::deserialize(ValueDeserializer(value)).ok()
}

/// A deserializer for a borrowed value whose error carries no message.
#[derive(Clone, Copy, Debug)]
struct ValueDeserializer<'a>(&'a Value);

/// The value does not match the type. The reason is discarded.
#[derive(Debug)]
struct NoMatch;

impl Display for NoMatch {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the value does not match")
    }
}

impl std::error::Error for NoMatch {}

impl Error for NoMatch {
    // The message is a lazy `Display`; leaving it unformatted is the purpose of this module.
    fn custom<T: Display>(_: T) -> Self {
        NoMatch
    }
}

impl<'a> IntoDeserializer<'a, NoMatch> for ValueDeserializer<'a> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

/// Returns an object as a map that serde can visit.
fn fields(
    object: &Map<String, Value>,
) -> MapDeserializer<'_, impl Iterator<Item = (&str, ValueDeserializer<'_>)>, NoMatch> {
    MapDeserializer::new(
        object.iter().map(|(name, value)| (name.as_str(), ValueDeserializer(value))),
    )
}

impl<'de> Deserializer<'de> for ValueDeserializer<'de> {
    type Error = NoMatch;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NoMatch> {
        match self.0 {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(*value),
            // Unsigned first: a positive integer fits all three, and `u64` is the widest for it.
            Value::Number(number) => match (number.as_u64(), number.as_i64(), number.as_f64()) {
                (Some(value), ..) => visitor.visit_u64(value),
                (_, Some(value), _) => visitor.visit_i64(value),
                (.., Some(value)) => visitor.visit_f64(value),
                _ => Err(NoMatch),
            },
            Value::String(text) => visitor.visit_borrowed_str(text),
            Value::Array(items) => {
                SeqDeserializer::new(items.iter().map(ValueDeserializer)).deserialize_any(visitor)
            }
            Value::Object(object) => fields(object).deserialize_any(visitor),
        }
    }

    /// Reads null as `None`. A missing field never arrives here: serde's derive handles it.
    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NoMatch> {
        match self.0 {
            Value::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, NoMatch> {
        visitor.visit_newtype_struct(self)
    }

    /// Reads an enum as `"Variant"` or as `{"Variant": ..}`, the default representation of serde.
    ///
    /// Tagged and untagged enums arrive in `deserialize_any` instead: serde buffers them first.
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, NoMatch> {
        match self.0 {
            Value::String(text) => visitor.visit_enum(text.as_str().into_deserializer()),
            Value::Object(object) => visitor.visit_enum(MapAccessDeserializer::new(fields(object))),
            _ => Err(NoMatch),
        }
    }

    /// Skips a value at once, without a walk through its content.
    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NoMatch> {
        visitor.visit_unit()
    }

    // JSON is self-describing, so the type of the value decides, not the requested type.
    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct seq tuple tuple_struct map struct identifier
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use std::collections::BTreeMap;

    /// One field for each way in which the provider formats use serde.
    #[derive(Debug, Deserialize, PartialEq)]
    struct All<'a> {
        text: &'a str,
        owned: String,
        flag: bool,
        small: u8,
        below: i32,
        float: f64,
        from_integer: f64,
        missing: Option<u8>,
        null: Option<u8>,
        there: Option<u8>,
        list: Vec<Wrapped>,
        pair: (u8, String),
        unit: Plain,
        tagged: Tagged,
        either: Either,
        #[serde(flatten)]
        rest: BTreeMap<String, Value>,
    }

    #[derive(Debug, Deserialize, PartialEq)]
    struct Wrapped(u64);

    #[derive(Debug, Deserialize, PartialEq)]
    enum Plain {
        Low,
        High { by: u8 },
    }

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(tag = "type", rename_all = "snake_case")]
    enum Tagged {
        Image { url: String },
    }

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(untagged)]
    enum Either {
        Numbers(Vec<f64>),
        Text(String),
    }

    fn all() -> Value {
        json!({
            "text": "borrowed", "owned": "ü", "flag": true, "small": 7, "below": -3, "float": 0.5,
            "from_integer": 2, "null": null, "there": 1, "list": [1, 2], "pair": [1, "two"],
            "unit": "Low", "tagged": {"type": "image", "url": "there"}, "either": "text",
            "other": {"nested": [null, {"a": 1.5}]},
        })
    }

    #[test]
    fn matching_value_is_read_as_by_serde_json() {
        let value = all();
        let parsed: All<'_> = from_value(&value).unwrap();
        assert_eq!(parsed, All::deserialize(&value).unwrap());
        assert_eq!(parsed.rest["other"], value["other"]);
        assert_eq!(from_value::<Plain>(&json!({"High": {"by": 3}})), Some(Plain::High { by: 3 }));
        assert_eq!(from_value::<Value>(&value), Some(value));
    }

    #[test]
    fn mismatching_field_is_rejected_as_by_serde_json() {
        let values = [json!(null), json!(300), json!(-1), json!("text"), json!([1]), json!({})];
        for name in all().as_object().unwrap().keys() {
            for wrong in &values {
                let mut value = all();
                value[name] = wrong.clone();
                let (ours, theirs) = (from_value::<All<'_>>(&value), All::deserialize(&value));
                assert_eq!(ours, theirs.ok(), "{name}: {wrong}");
            }
        }
    }
}
