//! Finds the best way to capture a value of any type.
//!
//! The compiler chooses at the call site: a method is looked up on `&&&Probe`, and each reference
//! it takes away is a step down in rank. What is chosen depends on the bounds that are declared
//! there, so a generic argument without bounds is recorded as its type's name.

use super::captured::CapturedValue;
use super::plain::Plain;
use super::type_name::without_paths;
use serde::Serialize;
use std::any::type_name;
use std::fmt::Debug;

/// A value to be captured. Made by `capture!` only.
#[derive(Debug)]
pub struct Probe<'a, T: ?Sized>(pub &'a T);

/// One rank of capturing.
pub trait Capture {
    /// The value as text.
    fn __trace_capture(&self) -> CapturedValue;
}

/// Text, numbers and booleans, as they read.
impl<T: Plain + ?Sized> Capture for &&&Probe<'_, T> {
    fn __trace_capture(&self) -> CapturedValue {
        self.0.captured()
    }
}

/// JSON.
impl<T: Serialize + ?Sized> Capture for &&Probe<'_, T> {
    fn __trace_capture(&self) -> CapturedValue {
        CapturedValue::of_serialize(self.0)
    }
}

/// Debug text.
impl<T: Debug> Capture for &Probe<'_, T> {
    fn __trace_capture(&self) -> CapturedValue {
        CapturedValue::of_debug(self.0)
    }
}

/// The type's name in angle brackets.
impl<T: ?Sized> Capture for Probe<'_, T> {
    fn __trace_capture(&self) -> CapturedValue {
        let name = type_name::<T>().trim_start_matches('&').trim_start_matches("mut ");
        CapturedValue::type_name(&without_paths(name))
    }
}

/// Captures the value of an expression in the best way its type allows, with the attributes that it
/// records of itself.
#[doc(hidden)]
#[macro_export]
macro_rules! __capture {
    ($value:expr) => {{
        use $crate::__private::{Capture as _, Recorded as _};
        match &$value {
            value => (&&&&$crate::__private::Probe(value))
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

    /// Lists in lists.
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
    fn text_and_numbers_are_recorded_bare() {
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
    fn nothing_is_no_value() {
        assert_eq!(captured!(()), "");
        assert_eq!(captured!(None::<String>), "null | application/json");
    }

    #[test]
    fn serialize_gives_json_without_losing_numbers() {
        let question = Question { text: "why", weight: f64::INFINITY };
        assert_eq!(captured!(question), r#"{"text":"why","weight":"Infinity"} | application/json"#);
        assert_eq!(captured!([1.0, f64::NAN]), r#"[1.0,"NaN"] | application/json"#);
    }

    #[test]
    fn what_is_nested_without_end_is_cut_where_readers_give_up() {
        let readable = |levels| {
            let text = captured!(Lists(levels));
            let json = text.strip_suffix(" | application/json").unwrap();
            serde_json::from_str::<serde_json::Value>(json).unwrap();
            !json.contains("deeper")
        };
        assert!(readable(126) && !readable(128) && !readable(1_000_000));
    }

    #[test]
    fn debug_comes_before_the_name() {
        assert_eq!(captured!(OnlyDebug(1)), "OnlyDebug(1) | text/plain");
        assert_eq!(captured!(vec![OnlyDebug(1)]), "[OnlyDebug(1)] | text/plain");
        assert_eq!(captured!(Bare), "<Bare> | text/plain");
        assert_eq!(captured!(Some(Bare)), "<Option<Bare>> | text/plain");
    }

    #[test]
    fn what_fails_or_panics_is_contained() {
        assert_eq!(captured!(Failing), "<unserializable: no> | text/plain");
        assert_eq!(captured!(Panicking), "<unserializable: in Debug> | text/plain");
    }

    #[test]
    fn declared_bounds_decide_in_generic_code() {
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
