//! How a call ended, and what that says of its span.

use super::error::Failed;
use super::live::LiveSpan;
use crate::capture::{CapturedValue, capturing};
use crate::openinference::keys;
use crate::panic;
use opentelemetry::trace::Status;
use std::any::Any;

/// What a call returned.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// A value, or none to record.
    Returned(Option<CapturedValue>),
    /// An error.
    Failed(Failed),
}

/// Ends the span of a call that returned. Reading what it returned runs code of the user's, and a
/// panic in it costs the span its output, not the caller its value.
pub(crate) fn returned(span: &LiveSpan, read: impl FnOnce() -> Outcome) {
    let read = panic::catch(|| capturing(span.kind(), read));
    match read.unwrap_or(Outcome::Returned(None)) {
        Outcome::Returned(value) => span.end(Status::Ok, value),
        Outcome::Failed(failed) => fail(span, &failed, None),
    }
}

/// Ends the span of a stream that came to its end, also if some of its items were errors.
pub(crate) fn finished(span: &LiveSpan, value: Option<CapturedValue>, failed: Option<Failed>) {
    span.end(failed.map_or(Status::Ok, |failed| failed.status()), value);
}

/// Ends the span of a call that panicked, with what it had produced.
pub(crate) fn panicked(
    span: &LiveSpan,
    payload: &(dyn Any + Send),
    produced: Option<CapturedValue>,
) {
    fail(span, &Failed::of_panic(payload), produced);
}

/// Ends the span of a future or a stream that was dropped before its end, with what it had
/// produced.
pub(crate) fn cancelled(span: &LiveSpan, produced: Option<CapturedValue>) {
    span.add_event(keys::EVENT_CANCELLED, Vec::new());
    span.end(Status::Unset, produced);
}

/// Ends the span of a call that failed, with what it had produced.
pub(crate) fn fail(span: &LiveSpan, failed: &Failed, produced: Option<CapturedValue>) {
    span.add_event(keys::EVENT_EXCEPTION, failed.event_attributes());
    span.end(failed.status(), produced);
}

/// Reads what a call returned. Without a second argument the value is captured; with `skip` it is
/// not; with `with f`, what `f` makes of it is.
#[doc(hidden)]
#[macro_export]
macro_rules! __outcome {
    ($returned:ident $($how:tt)*) => {{
        use $crate::__private::{NoStream as _, SplitAny as _};
        if let $crate::__private::Ok(value) = $crate::__private::Split($returned).__trace_split() {
            $crate::__private::StreamProbe(value).require_no_stream();
        }
        $crate::__private::item!($returned $($how)*)
    }};
}

/// Reads an item of a stream the same way; it may be a stream itself.
#[doc(hidden)]
#[macro_export]
macro_rules! __item {
    ($item:ident) => {
        $crate::__item!(@ $item, value => {
            $crate::__private::Some($crate::__private::capture!(*value))
        })
    };
    ($item:ident, skip) => {
        $crate::__item!(@ $item, _value => $crate::__private::None)
    };
    ($item:ident, with $output:expr) => {
        $crate::__item!(@ $item, value => {
            $crate::__private::Some($crate::__private::capture!(
                $crate::__private::apply(value, $output)
            ))
        })
    };
    (@ $item:ident, $value:ident => $captured:expr) => {{
        use $crate::__private::SplitAny as _;
        match $crate::__private::Split($item).__trace_split() {
            $crate::__private::Ok($value) => $crate::__private::Outcome::Returned($captured),
            $crate::__private::Err(error) => {
                $crate::__private::Outcome::Failed($crate::__private::failed!(error))
            }
        }
    }};
}

/// Reads an error behind a reference.
#[doc(hidden)]
#[macro_export]
macro_rules! __failed {
    ($error:expr) => {{
        use $crate::__private::Describe as _;
        (&&&&&$crate::__private::ErrorProbe($error)).__trace_describe()
    }};
}
