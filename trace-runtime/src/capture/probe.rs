//! Finds the best way to capture a value of any type.
//!
//! The compiler chooses at the call site: it looks a method up on `&&&&&Probe`, and each reference
//! that it removes lowers the rank by one. This is known as autoref specialization, and needs no
//! unstable feature. The choice depends on the bounds that are declared at the call site, so an
//! argument of a generic type without bounds is captured as the name of its type.

use super::captured::CapturedValue;
use super::lock::Lock;
use super::plain::Plain;
use super::type_name::without_paths;
use serde::Serialize;
use std::any::type_name;
use std::fmt::Debug;

/// A reference to a value of any type, to capture it. Only `capture!` creates one.
#[derive(Debug)]
pub struct Probe<'a, T: ?Sized>(pub &'a T);

/// One rank of capturing.
pub trait Capture<'a> {
    /// Captures the value.
    fn __trace_capture(&self) -> CapturedValue<'a>;
}

/// First rank: locks around a value that implements `Serialize`, without waiting for them.
impl<'a, T: Lock + ?Sized> Capture<'a> for &&&&Probe<'a, T> {
    #[inline]
    fn __trace_capture(&self) -> CapturedValue<'a> {
        self.0.captured()
    }
}

/// Second rank: text, numbers and booleans, as plain text.
impl<'a, T: Plain + ?Sized> Capture<'a> for &&&Probe<'a, T> {
    #[inline]
    fn __trace_capture(&self) -> CapturedValue<'a> {
        self.0.captured()
    }
}

/// Third rank: types that implement `Serialize`, as JSON.
impl<'a, T: Serialize + ?Sized> Capture<'a> for &&Probe<'a, T> {
    #[inline]
    fn __trace_capture(&self) -> CapturedValue<'a> {
        CapturedValue::from_serialize(self.0)
    }
}

/// Fourth rank: types that implement `Debug`, as its text.
impl<'a, T: Debug> Capture<'a> for &Probe<'a, T> {
    #[inline]
    fn __trace_capture(&self) -> CapturedValue<'a> {
        CapturedValue::from_debug(self.0)
    }
}

/// Last rank: all other types, as the name of the type in angle brackets.
impl<'a, T: ?Sized> Capture<'a> for Probe<'a, T> {
    #[inline]
    fn __trace_capture(&self) -> CapturedValue<'a> {
        let name = type_name::<T>().trim_start_matches('&').trim_start_matches("mut ");
        CapturedValue::type_name(&without_paths(name))
    }
}

/// Captures the value of an expression in the best way that its type allows, with the attributes of
/// its `Record` implementation. The text of a variable is borrowed; that of any other expression is
/// owned, since its value is dropped here.
#[doc(hidden)]
#[macro_export]
macro_rules! __capture {
    ($variable:ident) => {
        $crate::__capture!(@ $variable)
    };
    (*$variable:ident) => {
        $crate::__capture!(@ *$variable)
    };
    ($value:expr) => {
        match &$value {
            value => $crate::__capture!(@ *value).into_owned(),
        }
    };
    (@ $value:expr) => {{
        use $crate::__private::{Capture as _, Recorded as _};
        match &$value {
            value => (&&&&&$crate::__private::Probe(value))
                .__trace_capture()
                .with_recorded((&&$crate::__private::RecordProbe(value)).__trace_recorded()),
        }
    }};
}

#[cfg(test)]
mod tests {
    use crate::__private::capture;
    use crate::openinference::keys::{INPUT_MIME_TYPE, INPUT_VALUE};
    use serde::{Serialize, Serializer, ser::Error};
    use std::fmt::{self, Debug};
    use std::sync::Arc;

    /// The captured value as `value (mime type)`.
    macro_rules! captured {
        ($value:expr) => {{
            let attributes = capture!($value).into_attributes(INPUT_VALUE, INPUT_MIME_TYPE);
            let texts: Vec<_> = attributes.iter().map(|kv| kv.value.to_string()).collect();
            texts.join(" | ")
        }};
    }

    #[derive(Serialize)]
    struct Question {
        text: &'static str,
        weight: f64,
    }

    #[derive(Debug)]
    struct OnlyDebug(#[expect(dead_code, reason = "shown by Debug")] u8);

    struct Bare;

    struct Failing;

    impl Serialize for Failing {
        fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
            Err(S::Error::custom("no"))
        }
    }

    /// Lists nested to a depth.
    struct Lists(u32);

    impl Serialize for Lists {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.collect_seq(self.0.checked_sub(1).map(Lists))
        }
    }

    struct Panicking;

    impl Debug for Panicking {
        fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
            panic!("in Debug")
        }
    }

    #[test]
    fn text_and_numbers_are_captured_bare() {
        assert_eq!(captured!("hi"), "hi | text/plain");
        assert_eq!(captured!(String::from("\"hi\"")), "\"hi\" | text/plain");
        assert_eq!(captured!(&Some(Arc::<str>::from("hi"))), "hi | text/plain");
        assert_eq!(captured!('c'), "c | text/plain");
        assert_eq!(captured!(5), "5 | text/plain");
        assert_eq!(captured!(&mut 2.5_f32), "2.5 | text/plain");
        assert_eq!(captured!(true), "true | text/plain");
        assert_eq!(captured!(f64::NAN), "NaN | text/plain");
    }

    #[test]
    fn unit_has_no_value_and_none_is_null() {
        assert_eq!(captured!(()), "");
        assert_eq!(captured!(None::<String>), "null | application/json");
    }

    #[test]
    fn serialize_with_infinities_gives_json_that_keeps_them() {
        let question = Question { text: "why", weight: f64::INFINITY };
        assert_eq!(captured!(question), r#"{"text":"why","weight":"Infinity"} | application/json"#);
        assert_eq!(captured!([1.0, f64::NAN]), r#"[1.0,"NaN"] | application/json"#);
    }

    #[test]
    fn deep_nesting_is_cut_to_readable_json() {
        let readable = |levels| {
            let text = captured!(Lists(levels));
            let json = text.strip_suffix(" | application/json").unwrap();
            serde_json::from_str::<serde_json::Value>(json).unwrap();
            !json.contains("deeper")
        };
        assert!(readable(126) && !readable(128) && !readable(1_000_000));
    }

    #[test]
    fn debug_is_preferred_to_the_type_name() {
        assert_eq!(captured!(OnlyDebug(1)), "OnlyDebug(1) | text/plain");
        assert_eq!(captured!(vec![OnlyDebug(1)]), "[OnlyDebug(1)] | text/plain");
        assert_eq!(captured!(Bare), "<Bare> | text/plain");
        assert_eq!(captured!(Some(Bare)), "<Option<Bare>> | text/plain");
    }

    #[test]
    fn failing_and_panicking_implementations_give_the_reason() {
        assert_eq!(captured!(Failing), "<unserializable: no> | text/plain");
        assert_eq!(captured!(Panicking), "<unserializable: in Debug> | text/plain");
    }

    #[test]
    fn generic_code_uses_the_declared_bounds() {
        fn by_debug<T: Debug>(value: T) -> String {
            captured!(value)
        }
        #[expect(clippy::needless_pass_by_value, reason = "a value without bounds")]
        fn by_name<T>(value: T) -> String {
            captured!(value)
        }
        assert_eq!(by_debug("x"), "\"x\" | text/plain");
        assert_eq!(by_name(1_u8), "<u8> | text/plain");
    }
}
