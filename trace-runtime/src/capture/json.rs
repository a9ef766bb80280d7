//! Serializes values as JSON that every reader accepts.
//!
//! `serde_json` writes NaN and infinities as `null`, which loses them; here they become text,
//! spelled as in the JSON form of protobuf. Lists and objects that are nested too deeply are
//! replaced by a note, since readers reject them and recursion could overflow the stack. So is a lock
//! inside another value, since its `Serialize` would wait for it.

use super::lock::{LOCK, is_lock};
use serde::ser::{
    Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
    SerializeTupleStruct, SerializeTupleVariant, Serializer,
};
use std::fmt;

/// A wrapper around a value, a serializer or a part of one, which intercepts floats and nesting.
///
/// `serde_stacker` and `serde_path_to_error` wrap serializers in the same way: each method forwards
/// to the inner serializer and wraps the nested values.
pub(crate) struct JsonSafe<T> {
    inner: T,
    /// The number of lists and objects around it.
    depth: usize,
    /// The number of newtypes and `Some` around it, which JSON does not show.
    wrappers: usize,
}

/// The note in place of parts that are nested too deeply.
pub(super) const TOO_DEEP: &str = "… [deeper than is recorded]";
/// The depth at which `serde_json` stops reading.
const MAX_DEPTH: usize = 127;
/// The number of newtypes and `Some` around a value. They recurse as lists do.
const MAX_WRAPPERS: usize = 127;

impl<'a, T: ?Sized> JsonSafe<&'a T> {
    pub(crate) fn new(value: &'a T) -> Self {
        JsonSafe { inner: value, depth: 0, wrappers: 0 }
    }
}

impl<T> JsonSafe<T> {
    /// Wraps another part at the same depth.
    #[inline]
    fn around<U>(&self, inner: U) -> JsonSafe<U> {
        JsonSafe { inner, depth: self.depth, wrappers: self.wrappers }
    }

    /// Wraps the value in a newtype or a `Some`.
    #[inline]
    fn wrapping<U>(&self, inner: U) -> JsonSafe<U> {
        JsonSafe { wrappers: self.wrappers + 1, ..self.around(inner) }
    }

    /// Wraps the value in an object.
    #[inline]
    fn nesting<U>(&self, inner: U) -> JsonSafe<U> {
        JsonSafe { depth: self.depth + 1, ..self.around(inner) }
    }
}

impl<T: Serialize + ?Sized> Serialize for JsonSafe<&T> {
    #[inline]
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.depth >= MAX_DEPTH || self.wrappers >= MAX_WRAPPERS {
            return serializer.serialize_str(TOO_DEEP);
        }
        if is_lock::<T>() {
            return serializer.serialize_str(LOCK);
        }
        self.inner.serialize(self.around(serializer))
    }
}

macro_rules! scalars {
    ($($method:ident: $type:ty),* $(,)?) => {$(
        #[inline]
        fn $method(self, value: $type) -> Result<S::Ok, S::Error> {
            self.inner.$method(value)
        }
    )*};
}

macro_rules! compounds {
    ($($method:ident($($argument:ident: $type:ty),*) -> $compound:ident;)*) => {$(
        #[inline]
        fn $method(self, $($argument: $type),*) -> Result<Self::$compound, S::Error> {
            let JsonSafe { inner, depth, wrappers } = self;
            let inner = inner.$method($($argument),*)?;
            Ok(JsonSafe { inner, depth: depth + 1, wrappers })
        }
    )*};
}

impl<S: Serializer> Serializer for JsonSafe<S> {
    type Ok = S::Ok;
    type Error = S::Error;
    type SerializeSeq = JsonSafe<S::SerializeSeq>;
    type SerializeTuple = JsonSafe<S::SerializeTuple>;
    type SerializeTupleStruct = JsonSafe<S::SerializeTupleStruct>;
    type SerializeTupleVariant = JsonSafe<S::SerializeTupleVariant>;
    type SerializeMap = JsonSafe<S::SerializeMap>;
    type SerializeStruct = JsonSafe<S::SerializeStruct>;
    type SerializeStructVariant = JsonSafe<S::SerializeStructVariant>;

    scalars! {
        serialize_bool: bool, serialize_char: char, serialize_str: &str, serialize_bytes: &[u8],
        serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64,
        serialize_u8: u8, serialize_u16: u16, serialize_u32: u32, serialize_u64: u64,
        serialize_i128: i128, serialize_u128: u128, serialize_unit_struct: &'static str,
    }

    fn serialize_f32(self, value: f32) -> Result<S::Ok, S::Error> {
        if value.is_finite() {
            self.inner.serialize_f32(value)
        } else {
            self.serialize_f64(value.into())
        }
    }

    fn serialize_f64(self, value: f64) -> Result<S::Ok, S::Error> {
        match value {
            f64::INFINITY => self.inner.serialize_str("Infinity"),
            f64::NEG_INFINITY => self.inner.serialize_str("-Infinity"),
            _ if value.is_nan() => self.inner.serialize_str("NaN"),
            _ => self.inner.serialize_f64(value),
        }
    }

    fn serialize_none(self) -> Result<S::Ok, S::Error> {
        self.inner.serialize_none()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<S::Ok, S::Error> {
        let value = self.wrapping(value);
        self.inner.serialize_some(&value)
    }

    fn serialize_unit(self) -> Result<S::Ok, S::Error> {
        self.inner.serialize_unit()
    }

    fn serialize_unit_variant(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
    ) -> Result<S::Ok, S::Error> {
        self.inner.serialize_unit_variant(name, index, variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        value: &T,
    ) -> Result<S::Ok, S::Error> {
        let value = self.wrapping(value);
        self.inner.serialize_newtype_struct(name, &value)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<S::Ok, S::Error> {
        let value = self.nesting(value);
        self.inner.serialize_newtype_variant(name, index, variant, &value)
    }

    compounds! {
        serialize_seq(length: Option<usize>) -> SerializeSeq;
        serialize_tuple(length: usize) -> SerializeTuple;
        serialize_tuple_struct(name: &'static str, length: usize) -> SerializeTupleStruct;
        serialize_tuple_variant(name: &'static str, index: u32, variant: &'static str, length: usize)
            -> SerializeTupleVariant;
        serialize_map(length: Option<usize>) -> SerializeMap;
        serialize_struct(name: &'static str, length: usize) -> SerializeStruct;
        serialize_struct_variant(name: &'static str, index: u32, variant: &'static str, length: usize)
            -> SerializeStructVariant;
    }

    fn collect_str<T: fmt::Display + ?Sized>(self, value: &T) -> Result<S::Ok, S::Error> {
        self.inner.collect_str(value)
    }

    fn is_human_readable(&self) -> bool {
        self.inner.is_human_readable()
    }
}

macro_rules! elements {
    ($($trait:ident: $method:ident),* $(,)?) => {$(
        impl<S: $trait> $trait for JsonSafe<S> {
            type Ok = S::Ok;
            type Error = S::Error;

            #[inline]
            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), S::Error> {
                let value = self.around(value);
                self.inner.$method(&value)
            }

            fn end(self) -> Result<S::Ok, S::Error> {
                self.inner.end()
            }
        }
    )*};
}

elements! {
    SerializeSeq: serialize_element,
    SerializeTuple: serialize_element,
    SerializeTupleStruct: serialize_field,
    SerializeTupleVariant: serialize_field,
}

macro_rules! fields {
    ($($trait:ident),*) => {$(
        impl<S: $trait> $trait for JsonSafe<S> {
            type Ok = S::Ok;
            type Error = S::Error;

            #[inline]
            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                key: &'static str,
                value: &T,
            ) -> Result<(), S::Error> {
                let value = self.around(value);
                self.inner.serialize_field(key, &value)
            }

            fn end(self) -> Result<S::Ok, S::Error> {
                self.inner.end()
            }
        }
    )*};
}

fields!(SerializeStruct, SerializeStructVariant);

impl<S: SerializeMap> SerializeMap for JsonSafe<S> {
    type Ok = S::Ok;
    type Error = S::Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), S::Error> {
        self.inner.serialize_key(key)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), S::Error> {
        let value = self.around(value);
        self.inner.serialize_value(&value)
    }

    fn end(self) -> Result<S::Ok, S::Error> {
        self.inner.end()
    }
}
