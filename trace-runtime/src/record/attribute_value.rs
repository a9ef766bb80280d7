//! Conversion of Rust values to typed OpenTelemetry attribute values.

use crate::capture::{bound_value, bounded_copy};
use opentelemetry::{Array, StringValue, Value};
use std::borrow::Cow;
use std::rc::Rc;
use std::sync::Arc;

/// A value that can be stored in an attribute with its type: booleans, numbers, text, arrays of
/// these, and an `Option` of any of them. `None` sets no attribute.
///
/// OpenTelemetry has signed 64-bit integers only. An integer outside this range is stored as text,
/// and so is an array that contains one.
///
/// ```
/// use trace_runtime::{opentelemetry::Value, record::AttributeValue};
///
/// assert_eq!(3_usize.attribute_value(), Some(Value::I64(3)));
/// assert_eq!("text".attribute_value(), Some(Value::from("text")));
/// assert_eq!(u64::MAX.attribute_value(), Some(Value::from("18446744073709551615")));
/// assert_eq!(None::<bool>.attribute_value(), None);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be an attribute",
    label = "expected a bool, a number, text, or an array of one of them",
    note = "call `.to_string()` on it, or serialize it to JSON text"
)]
pub trait AttributeValue {
    /// Converts the value to an OpenTelemetry value. `None` sets no attribute.
    fn attribute_value(&self) -> Option<Value>;
}

/// Implements the trait for types that convert to the wider type without loss.
macro_rules! lossless {
    ($($type:ty => $variant:ident as $wide:ty),* $(,)?) => {$(
        impl AttributeValue for $type {
            fn attribute_value(&self) -> Option<Value> {
                Some(Value::$variant(<$wide>::from(*self)))
            }
        }
        impl AttributeValue for [$type] {
            fn attribute_value(&self) -> Option<Value> {
                let values = self.iter().map(|value| <$wide>::from(*value)).collect();
                Some(Value::Array(Array::$variant(values)))
            }
        }
    )*};
}

lossless! {
    bool => Bool as bool,
    i8 => I64 as i64,
    i16 => I64 as i64,
    i32 => I64 as i64,
    i64 => I64 as i64,
    u8 => I64 as i64,
    u16 => I64 as i64,
    u32 => I64 as i64,
    f32 => F64 as f64,
    f64 => F64 as f64,
}

/// Implements the trait for integers that may not fit into `i64`. A value that does not fit becomes
/// text: a wrapped or clamped number would be a wrong number.
macro_rules! wide_integers {
    ($($type:ty),*) => {$(
        impl AttributeValue for $type {
            fn attribute_value(&self) -> Option<Value> {
                Some(match i64::try_from(*self) {
                    Ok(value) => Value::I64(value),
                    Err(_) => Value::from(self.to_string()),
                })
            }
        }
        impl AttributeValue for [$type] {
            fn attribute_value(&self) -> Option<Value> {
                let values: Option<Vec<i64>> =
                    self.iter().map(|value| i64::try_from(*value).ok()).collect();
                // The items of an OpenTelemetry array share one type.
                Some(match values {
                    Some(values) => Value::Array(Array::I64(values)),
                    None => text_array(self.iter().map(ToString::to_string)),
                })
            }
        }
    )*};
}

wide_integers!(u64, usize, isize, i128, u128);

macro_rules! text {
    ($($type:ty),*) => {$(
        impl AttributeValue for $type {
            fn attribute_value(&self) -> Option<Value> {
                Some(Value::from(bounded_copy(self)))
            }
        }
    )*};
}

text!(str, String, Cow<'_, str>);

impl AttributeValue for char {
    fn attribute_value(&self) -> Option<Value> {
        Some(Value::from(self.to_string()))
    }
}

// `[str]` cannot exist, so the item types of arrays differ from the list above.
macro_rules! text_arrays {
    ($($type:ty),*) => {$(
        impl AttributeValue for [$type] {
            fn attribute_value(&self) -> Option<Value> {
                Some(text_array(self.iter().map(ToString::to_string)))
            }
        }
    )*};
}

text_arrays!(&str, String, Cow<'_, str>, char);

impl AttributeValue for Value {
    fn attribute_value(&self) -> Option<Value> {
        let mut value = self.clone();
        bound_value(&mut value);
        Some(value)
    }
}

impl<T: AttributeValue> AttributeValue for Option<T> {
    fn attribute_value(&self) -> Option<Value> {
        self.as_ref().and_then(AttributeValue::attribute_value)
    }
}

impl<T> AttributeValue for Vec<T>
where
    [T]: AttributeValue,
{
    fn attribute_value(&self) -> Option<Value> {
        self.as_slice().attribute_value()
    }
}

impl<T, const N: usize> AttributeValue for [T; N]
where
    [T]: AttributeValue,
{
    fn attribute_value(&self) -> Option<Value> {
        self.as_slice().attribute_value()
    }
}

/// Pointers convert the value that they point to.
macro_rules! forward_attribute_value {
    ($($pointer:ty),*) => {$(
        impl<T: AttributeValue + ?Sized> AttributeValue for $pointer {
            fn attribute_value(&self) -> Option<Value> {
                (**self).attribute_value()
            }
        }
    )*};
}

forward_attribute_value!(&T, &mut T, Box<T>, Rc<T>, Arc<T>);

fn text_array(texts: impl Iterator<Item = String>) -> Value {
    Value::Array(Array::String(texts.map(StringValue::from).collect()))
}
