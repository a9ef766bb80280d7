//! Values that are recorded as plain text: text, numbers, booleans, and `()`.

use super::captured::CapturedValue;
use std::borrow::Cow;
use std::rc::Rc;
use std::sync::Arc;

/// A type that is text, a number or a boolean, or a pointer to one, or an `Option` of one.
///
/// These types implement `Serialize` as well, but JSON would put text into quotes.
pub trait Plain {
    /// Captures the value as plain text.
    fn captured(&self) -> CapturedValue<'_>;
}

macro_rules! text {
    ($($type:ty),*) => {$(
        impl Plain for $type {
            #[inline]
            fn captured(&self) -> CapturedValue<'_> {
                CapturedValue::text(self)
            }
        }
    )*};
}

text!(str, String, Cow<'_, str>);

impl Plain for char {
    #[inline]
    fn captured(&self) -> CapturedValue<'_> {
        CapturedValue::text(self.encode_utf8(&mut [0; 4])).into_owned()
    }
}

macro_rules! scalar {
    ($($type:ty),*) => {$(
        impl Plain for $type {
            #[inline]
            fn captured(&self) -> CapturedValue<'_> {
                CapturedValue::scalar(self)
            }
        }
    )*};
}

scalar!(bool, i8, i16, i32, i64, i128, isize, u8, u16, u32, u64, u128, usize);

impl Plain for f32 {
    #[inline]
    fn captured(&self) -> CapturedValue<'_> {
        CapturedValue::float(f64::from(*self), self)
    }
}

impl Plain for f64 {
    #[inline]
    fn captured(&self) -> CapturedValue<'_> {
        CapturedValue::float(*self, self)
    }
}

impl Plain for () {
    #[inline]
    fn captured(&self) -> CapturedValue<'_> {
        CapturedValue::nothing()
    }
}

impl<T: Plain> Plain for Option<T> {
    #[inline]
    fn captured(&self) -> CapturedValue<'_> {
        match self {
            Some(value) => value.captured(),
            None => CapturedValue::null(),
        }
    }
}

macro_rules! forwarded {
    ($($pointer:ty),*) => {$(
        impl<T: Plain + ?Sized> Plain for $pointer {
            #[inline]
            fn captured(&self) -> CapturedValue<'_> {
                (**self).captured()
            }
        }
    )*};
}

forwarded!(&T, &mut T, Box<T>, Rc<T>, Arc<T>);
