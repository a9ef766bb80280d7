//! Reads a value as a shape. Most values do not have the shape that is tried, and nobody asks why: an
//! error of `serde_json` would quote the whole text that did not fit.

use serde::de::value::{MapAccessDeserializer, MapDeserializer, SeqDeserializer};
use serde::de::{Error, IntoDeserializer, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};
use std::fmt::{self, Display};

/// The value as what it may be.
pub(crate) fn read<'a, T: Deserialize<'a>>(value: &'a Value) -> Option<T> {
    T::deserialize(Quiet(value)).ok()
}

/// A value whose deserializer does not say why something does not fit.
#[derive(Clone, Copy, Debug)]
struct Quiet<'a>(&'a Value);

/// It does not fit.
#[derive(Debug)]
struct Misfit;

impl Display for Misfit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("another shape")
    }
}

impl std::error::Error for Misfit {}

impl Error for Misfit {
    fn custom<T: Display>(_: T) -> Self {
        Misfit
    }
}

impl<'a> IntoDeserializer<'a, Misfit> for Quiet<'a> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

/// The fields of an object.
fn fields(
    object: &Map<String, Value>,
) -> MapDeserializer<'_, impl Iterator<Item = (&str, Quiet<'_>)>, Misfit> {
    MapDeserializer::new(object.iter().map(|(name, value)| (name.as_str(), Quiet(value))))
}

impl<'de> Deserializer<'de> for Quiet<'de> {
    type Error = Misfit;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        match self.0 {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(*value),
            Value::Number(number) => match (number.as_u64(), number.as_i64(), number.as_f64()) {
                (Some(value), ..) => visitor.visit_u64(value),
                (_, Some(value), _) => visitor.visit_i64(value),
                (.., Some(value)) => visitor.visit_f64(value),
                _ => Err(Misfit),
            },
            Value::String(text) => visitor.visit_borrowed_str(text),
            Value::Array(items) => {
                SeqDeserializer::new(items.iter().map(Quiet)).deserialize_any(visitor)
            }
            Value::Object(object) => fields(object).deserialize_any(visitor),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        match self.0 {
            Value::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        match self.0 {
            Value::String(text) => visitor.visit_enum(text.as_str().into_deserializer()),
            Value::Object(object) => visitor.visit_enum(MapAccessDeserializer::new(fields(object))),
            _ => Err(Misfit),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        visitor.visit_unit()
    }

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
    fn a_value_is_read_as_serde_json_reads_it() {
        let value = all();
        let read_here: All<'_> = read(&value).unwrap();
        assert_eq!(read_here, All::deserialize(&value).unwrap());
        assert_eq!(read_here.rest["other"], value["other"]);
        assert_eq!(read::<Plain>(&json!({"High": {"by": 3}})), Some(Plain::High { by: 3 }));
        assert_eq!(read::<Value>(&value), Some(value));
    }

    #[test]
    fn what_does_not_fit_here_does_not_fit_there() {
        let values = [json!(null), json!(300), json!(-1), json!("text"), json!([1]), json!({})];
        for name in all().as_object().unwrap().keys() {
            for wrong in &values {
                let mut value = all();
                value[name] = wrong.clone();
                let (here, there) = (read::<All<'_>>(&value), All::deserialize(&value));
                assert_eq!(here, there.ok(), "{name}: {wrong}");
            }
        }
    }
}
