//! Deserializes an object whose variant is named by one of its own fields.
//!
//! Serde's `#[serde(tag = "type")]` buffers the other fields before it reads them, so one field of a
//! wrong type would be a mismatch of all.

use super::value_deserializer::{NoMatch, ValueDeserializer};
use serde::de::value::StrDeserializer;
use serde::de::{DeserializeSeed, EnumAccess, VariantAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// Deserializes an object as the variant of an enum that the field `tag` names, as
/// `{"type": "text", "text": "Hi"}` names the variant `text`.
///
/// `T` is an enum without `#[serde(tag)]`. Its variants have named fields or hold a struct, and a
/// unit variant with `#[serde(other)]` accepts every other name.
pub(crate) fn from_tagged<'a, T: Deserialize<'a>>(value: &'a Value, tag: &str) -> Option<T> {
    let name = value.get(tag)?.as_str()?;
    T::deserialize(TaggedDeserializer { name, value }).ok()
}

/// An object that is read as the variant of this name.
pub(super) struct TaggedDeserializer<'a> {
    pub(super) name: &'a str,
    pub(super) value: &'a Value,
}

impl<'de> Deserializer<'de> for TaggedDeserializer<'de> {
    type Error = NoMatch;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NoMatch> {
        visitor.visit_enum(self)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option
        unit unit_struct newtype_struct seq tuple tuple_struct map struct enum identifier
        ignored_any
    }
}

impl<'de> EnumAccess<'de> for TaggedDeserializer<'de> {
    type Error = NoMatch;
    type Variant = Content<'de>;

    fn variant_seed<V: DeserializeSeed<'de>>(
        self,
        seed: V,
    ) -> Result<(V::Value, Content<'de>), NoMatch> {
        Ok((seed.deserialize(StrDeserializer::new(self.name))?, Content(self.value)))
    }
}

/// The content of a variant.
pub(super) struct Content<'a>(&'a Value);

impl<'de> VariantAccess<'de> for Content<'de> {
    type Error = NoMatch;

    fn unit_variant(self) -> Result<(), NoMatch> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, NoMatch> {
        seed.deserialize(ValueDeserializer(self.0))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, NoMatch> {
        ValueDeserializer(self.0).deserialize_any(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, NoMatch> {
        ValueDeserializer(self.0).deserialize_any(visitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::enrich::wire::value_deserializer::from_value;
    use serde_json::json;

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(rename_all = "snake_case")]
    enum Block {
        Text {
            text: String,
            size: Option<u64>,
        },
        Image(Url),
        #[serde(other)]
        Other,
    }

    #[derive(Debug, Deserialize, PartialEq)]
    struct Url {
        url: String,
    }

    #[test]
    fn from_tagged_with_unknown_fields_reads_the_named_variant() {
        let read = |value: Value| from_tagged::<Block>(&value, "type");
        let text = |size| Some(Block::Text { text: "a".to_owned(), size });
        assert_eq!(read(json!({"type": "text", "text": "a", "size": 3.0})), text(Some(3)));
        assert_eq!(read(json!({"type": "text", "text": "a", "size": [], "new": 1})), text(None));
        assert_eq!(read(json!({"type": "text", "text": 5})), None);
        let image = Some(Block::Image(Url { url: "b".to_owned() }));
        assert_eq!(read(json!({"type": "image", "url": "b", "new": 1})), image);
        assert_eq!(read(json!({"type": "brand_new", "text": "a"})), Some(Block::Other));
        assert_eq!(read(json!({"text": "a"})), None);
    }

    #[test]
    fn enum_in_an_object_with_other_fields_is_read() {
        let read = |value: Value| from_value::<Block>(&value);
        let image = Some(Block::Image(Url { url: "b".to_owned() }));
        assert_eq!(read(json!({"a_new_field": 1, "image": {"url": "b"}, "text": null})), image);
        assert_eq!(read(json!({"a_new_field": 1})), None);
    }
}
