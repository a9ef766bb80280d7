//! How a call ended, and what that says of its span.

mod error;
pub(crate) mod panic;
mod split;

pub use error::{Describe, ErrorProbe, Failed};
pub use split::{Split, SplitAny};

use crate::capture::CapturedValue;
use crate::semconv;
use crate::span::LiveSpan;
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
    match panic::contained(read).unwrap_or(Outcome::Returned(None)) {
        Outcome::Returned(value) => {
            let output = value.map(|value| {
                value.into_attributes(semconv::OUTPUT_VALUE, semconv::OUTPUT_MIME_TYPE)
            });
            span.end(Status::Ok, output.unwrap_or_default());
        }
        Outcome::Failed(failed) => fail(span, &failed),
    }
}

/// Ends the span of a call that panicked.
pub(crate) fn panicked(span: &LiveSpan, payload: &(dyn Any + Send)) {
    fail(span, &Failed::of_panic(payload));
}

/// Ends the span of a future that was dropped before its end.
pub(crate) fn cancelled(span: &LiveSpan) {
    span.add_event(semconv::EVENT_CANCELLED, Vec::new());
    span.end(Status::Unset, Vec::new());
}

fn fail(span: &LiveSpan, failed: &Failed) {
    span.add_event(semconv::EVENT_EXCEPTION, failed.event_attributes());
    span.end(failed.status(), Vec::new());
}

/// Reads what a call returned. Without a second argument the value is captured; with `skip` it is
/// not; with `with f`, what `f` makes of it is.
#[doc(hidden)]
#[macro_export]
macro_rules! __outcome {
    ($returned:ident) => {
        $crate::__outcome!(@ $returned, value => {
            $crate::__private::Some($crate::__private::capture!(*value))
        })
    };
    ($returned:ident, skip) => {
        $crate::__outcome!(@ $returned, _value => $crate::__private::None)
    };
    ($returned:ident, with $output:expr) => {
        $crate::__outcome!(@ $returned, value => {
            $crate::__private::Some($crate::__private::capture!(
                $crate::__private::apply(value, $output)
            ))
        })
    };
    (@ $returned:ident, $value:ident => $captured:expr) => {{
        use $crate::__private::{Describe as _, SplitAny as _};
        match $crate::__private::Split($returned).split() {
            $crate::__private::Ok($value) => $crate::__private::Outcome::Returned($captured),
            $crate::__private::Err(error) => $crate::__private::Outcome::Failed(
                (&&&&&$crate::__private::ErrorProbe(error)).describe(),
            ),
        }
    }};
}
