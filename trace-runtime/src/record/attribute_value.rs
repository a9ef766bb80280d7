//! Values that become attributes, with their type.

use opentelemetry::{Array, StringValue, Value};
use std::borrow::Cow;
use std::rc::Rc;
use std::sync::Arc;

/// A value that can be an attribute: booleans, numbers, text, arrays of those, and an `Option` of
/// any of them, where `None` sets nothing.
///
/// ```
/// use trace_runtime::{AttributeValue, opentelemetry::Value};
///
/// assert_eq!(3_usize.attribute_value(), Some(Value::I64(3)));
/// assert_eq!("text".attribute_value(), Some(Value::from("text")));
/// assert_eq!(None::<bool>.attribute_value(), None);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be an attribute",
    label = "expected a bool, a number, text, or an array of one of them",
    note = "write `.to_string()` behind it, or serialise it to JSON text"
)]
pub trait AttributeValue {
    /// The value as OpenTelemetry takes it; `None` sets no attribute.
    fn attribute_value(&self) -> Option<Value>;
}

macro_rules! copied {
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

copied! {
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

/// Integers that may not fit 64 signed bits: those that do not are text, rather than wrong.
macro_rules! wide {
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
                Some(match values {
                    Some(values) => Value::Array(Array::I64(values)),
                    None => texts(self.iter().map(ToString::to_string)),
                })
            }
        }
    )*};
}

wide!(u64, usize, isize, i128, u128);

macro_rules! text {
    ($($type:ty),*) => {$(
        impl AttributeValue for $type {
            fn attribute_value(&self) -> Option<Value> {
                Some(Value::from(self.to_string()))
            }
        }
    )*};
}

text!(str, String, Cow<'_, str>, char);

macro_rules! text_arrays {
    ($($type:ty),*) => {$(
        impl AttributeValue for [$type] {
            fn attribute_value(&self) -> Option<Value> {
                Some(texts(self.iter().map(ToString::to_string)))
            }
        }
    )*};
}

text_arrays!(&str, String, Cow<'_, str>, char);

impl AttributeValue for Value {
    fn attribute_value(&self) -> Option<Value> {
        Some(self.clone())
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

macro_rules! forwarded {
    ($($pointer:ty),*) => {$(
        impl<T: AttributeValue + ?Sized> AttributeValue for $pointer {
            fn attribute_value(&self) -> Option<Value> {
                (**self).attribute_value()
            }
        }
    )*};
}

forwarded!(&T, &mut T, Box<T>, Rc<T>, Arc<T>);

fn texts(texts: impl Iterator<Item = String>) -> Value {
    Value::Array(Array::String(texts.map(StringValue::from).collect()))
}
