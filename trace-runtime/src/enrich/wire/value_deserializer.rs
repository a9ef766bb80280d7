//! Deserializes a `Value` without building error messages.
//!
//! Every recorded value is tried against a dozen formats, and most of them do not match. The error
//! of `serde_json` copies the string that did not fit, which for a long prompt or a base64 image
//! costs more than the whole match. The error type of this deserializer is empty.
//!
//! It borrows from the value, so a field that is read as `&str` or skipped is never copied.
//!
//! # What it forgives
//!
//! APIs and clients add and change fields at any time, and one of them must not hide the others. So
//! this deserializer accepts everything that `serde_json` does, and also:
//!
//! * a field of the wrong type, which it reads as null: an `Option` becomes `None`;
//! * a count that is a float (`12.0`) or text (`"12"`), where an unsigned integer is expected;
//! * an enum in an object that has other fields too: `{"text": "Hi", "new": 1}` is a `text`.
//!
//! A required field of the wrong type is still a mismatch, because such fields distinguish the
//! formats. Serde buffers the fields of `flatten` and the variants of `untagged` and `tag` before it
//! reads them, so those are read as strictly as by `serde_json`. [`from_tagged`](super::tagged::from_tagged)
//! takes the place of `tag`.

use super::tagged::TaggedDeserializer;
use serde::de::value::{SeqDeserializer, StrDeserializer};
use serde::de::{DeserializeSeed, Error, IntoDeserializer, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value, map};
use std::fmt::{self, Display};

/// Deserializes a value as `T`, or returns `None` if it does not match.
///
/// Unknown fields are ignored, and optional fields may be null, missing or of another type.
pub(crate) fn from_value<'a, T: Deserialize<'a>>(value: &'a Value) -> Option<T> {
    T::deserialize(ValueDeserializer(value)).ok()
}

/// Returns a count or an index: an unsigned integer, also as a float or as text.
///
/// Cohere's counts are floats, and a client that stores all numbers as `f64` writes `12.0` for 12.
/// The gateways of some vendors send counts as text.
pub(crate) fn count(value: &Value) -> Option<u64> {
    match value {
        Value::Number(number) => number.as_u64().or_else(|| round(number.as_f64()?)),
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

/// Returns a count that is not negative as an integer.
fn round(count: f64) -> Option<u64> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it saturates")]
    (count.is_finite() && count >= 0.0).then(|| count.round() as u64)
}

/// A deserializer for a borrowed value whose error carries no message.
#[derive(Clone, Copy, Debug)]
pub(super) struct ValueDeserializer<'a>(pub(super) &'a Value);

/// The value does not match the type. The reason is discarded.
#[derive(Debug)]
pub(super) struct NoMatch;

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

/// The fields of an object, of which one may be unreadable without a loss of the others.
struct Fields<'a> {
    entries: map::Iter<'a>,
    /// The value of the field whose name was read last.
    value: Option<&'a Value>,
}

fn fields(object: &Map<String, Value>) -> Fields<'_> {
    Fields { entries: object.iter(), value: None }
}

impl<'de> MapAccess<'de> for Fields<'de> {
    type Error = NoMatch;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, NoMatch> {
        let Some((name, value)) = self.entries.next() else { return Ok(None) };
        self.value = Some(value);
        seed.deserialize(StrDeserializer::new(name)).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, NoMatch> {
        seed.deserialize(ValueDeserializer(self.value.take().ok_or(NoMatch)?))
    }

    /// Reads a field, and one of the wrong type as null. Derived code calls this method for each
    /// field that it knows; the seed of the method above could be tried only once.
    fn next_value<V: Deserialize<'de>>(&mut self) -> Result<V, NoMatch> {
        let value = self.value.take().ok_or(NoMatch)?;
        V::deserialize(ValueDeserializer(value))
            .or_else(|_| V::deserialize(ValueDeserializer(&Value::Null)))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.entries.len())
    }
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
            Value::Object(object) => visitor.visit_map(fields(object)),
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
    /// The object may have other fields; the first variant in the order of the enum counts.
    ///
    /// Untagged enums arrive in `deserialize_any` instead: serde buffers them first.
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, NoMatch> {
        match self.0 {
            Value::String(text) => visitor.visit_enum(text.as_str().into_deserializer()),
            Value::Object(object) => {
                let content = |name: &&'static str| {
                    let value = object.get(*name).filter(|value| !value.is_null())?;
                    Some(TaggedDeserializer { name, value })
                };
                visitor.visit_enum(variants.iter().find_map(content).ok_or(NoMatch)?)
            }
            _ => Err(NoMatch),
        }
    }

    /// Reads a count; see [`count`].
    fn deserialize_u64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NoMatch> {
        visitor.visit_u64(count(self.0).ok_or(NoMatch)?)
    }

    /// Skips a value at once, without a walk through its content.
    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NoMatch> {
        visitor.visit_unit()
    }

    // JSON is self-describing, so the type of the value decides, not the requested type.
    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u128 f32 f64 char str string bytes byte_buf unit
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
    fn mismatching_field_is_rejected_if_it_is_required() {
        let values = [json!(null), json!(300), json!(-1), json!("text"), json!([1]), json!({})];
        for name in all().as_object().unwrap().keys() {
            for wrong in &values {
                let mut value = all();
                value[name] = wrong.clone();
                let (ours, theirs) = (from_value::<All<'_>>(&value), All::deserialize(&value));
                let is_optional = ["missing", "null", "there"].contains(&name.as_str());
                match (ours, theirs.ok()) {
                    (Some(ours), None) => {
                        assert!(is_optional, "{name}: {wrong}");
                        assert_eq!(ours.there, (name != "there").then_some(1), "{name}: {wrong}");
                    }
                    (ours, theirs) => assert_eq!(ours, theirs, "{name}: {wrong}"),
                }
            }
        }
    }

    #[test]
    fn count_as_float_or_text_is_read() {
        for (value, expected) in [
            (json!(12), Some(12)),
            (json!(12.0), Some(12)),
            (json!("12"), Some(12)),
            (json!(-1), None),
            (json!(-0.5), None),
            (json!("many"), None),
            (json!(null), None),
        ] {
            assert_eq!(count(&value), expected, "{value}");
            assert_eq!(from_value::<u64>(&value), expected, "{value}");
        }
    }
}
