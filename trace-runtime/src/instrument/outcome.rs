//! Ends a span with the outcome of its call.

use super::error::ErrorInfo;
use super::live::LiveSpan;
use crate::capture::{CapturedValue, with_limits_for};
use crate::openinference::keys;
use crate::panic;
use opentelemetry::trace::Status;
use std::any::Any;

/// The value or the error that a call returned.
#[derive(Clone, Debug)]
pub enum Outcome<'a> {
    /// A value; `None` if its recording is switched off.
    Returned(Option<CapturedValue<'a>>),
    /// An error.
    Failed(ErrorInfo),
}

/// Ends the span of a call that returned.
///
/// `read` captures the value, which runs the user's code. If it panics, the span has no output; the
/// caller still receives the value.
#[inline]
pub(crate) fn end_returned<'a>(span: Box<LiveSpan>, read: impl FnOnce() -> Outcome<'a>) {
    let kind = span.kind();
    let mut span = Some(span);
    // The outcome is used inside, since a value that leaves `catch` is copied.
    let _ = panic::catch(|| {
        let outcome = with_limits_for(kind, read);
        if let Some(span) = span.take() {
            end_with(span, outcome);
        }
    });
    if let Some(span) = span {
        end_with(span, Outcome::Returned(None));
    }
}

#[inline]
fn end_with(span: Box<LiveSpan>, outcome: Outcome<'_>) {
    match outcome {
        Outcome::Returned(value) => span.end(Status::Ok, value),
        Outcome::Failed(error) => end_failed(span, &error, None),
    }
}

/// Ends the span of a call that returned a future which the span does not trace.
///
/// The call has succeeded, and an event states that the status is not that of the future. An `Err` in
/// place of the future needs no event.
pub(crate) fn end_with_untraced_future<'a>(
    span: Box<LiveSpan>,
    read: impl FnOnce() -> Outcome<'a>,
) {
    let read = panic::catch(|| with_limits_for(span.kind(), read));
    match read.unwrap_or(Outcome::Returned(None)) {
        Outcome::Returned(value) => {
            span.add_event(keys::EVENT_UNTRACED_FUTURE, Vec::new());
            span.end(Status::Ok, value);
        }
        Outcome::Failed(error) => end_failed(span, &error, None),
    }
}

/// Ends the span of a stream that ended. An item that was an error makes the span an error, even if
/// more items followed.
pub(crate) fn end_stream(
    span: Box<LiveSpan>,
    value: Option<CapturedValue<'_>>,
    error: Option<ErrorInfo>,
) {
    span.end(error.map_or(Status::Ok, |error| error.status()), value);
}

/// Ends the span of a call that panicked, with the output it had produced.
pub(crate) fn end_panicked(
    span: Box<LiveSpan>,
    payload: &(dyn Any + Send),
    produced: Option<CapturedValue<'_>>,
) {
    end_failed(span, &ErrorInfo::from_panic(payload), produced);
}

/// Ends the span of a future or a stream that was dropped early, with the output it had produced.
///
/// A drop is a cancellation in Rust, for example by a timeout or by a client that has read enough.
/// It is not an error, so the status stays unset and an event marks it.
pub(crate) fn end_cancelled(span: Box<LiveSpan>, produced: Option<CapturedValue<'_>>) {
    span.add_event(keys::EVENT_CANCELLED, Vec::new());
    span.end(Status::Unset, produced);
}

/// Ends the span of a call that failed, with the output it had produced.
pub(crate) fn end_failed(
    span: Box<LiveSpan>,
    error: &ErrorInfo,
    produced: Option<CapturedValue<'_>>,
) {
    span.add_event(keys::EVENT_EXCEPTION, error.event_attributes());
    span.end(error.status(), produced);
}

/// Reads the value that a function returned.
///
/// Without a second argument the value is captured; with `skip` it is not; with `with f`, the
/// result of `f` is captured instead. Without a second argument, a stream whose type has a name does
/// not compile here, see [`StreamProbe`](crate::__private::StreamProbe). The second argument shows
/// that the user knows what the span records of the stream.
#[doc(hidden)]
#[macro_export]
macro_rules! __outcome {
    ($returned:ident) => {{
        use $crate::__private::{AsSuccess as _, LentStream as _, NoStream as _};
        if let $crate::__private::Ok(value) =
            $crate::__private::AsResult($returned).__trace_as_result()
        {
            (&&$crate::__private::StreamProbe(value)).require_no_stream();
        }
        $crate::__private::item!($returned)
    }};
    ($returned:ident $($how:tt)+) => {
        $crate::__private::item!($returned $($how)+)
    };
}

/// Ends the span of a call that returned, or moves it into a returned future, see
/// [`ReturnedProbe`](crate::__private::ReturnedProbe). The last arguments are those of `__outcome`.
#[doc(hidden)]
#[macro_export]
macro_rules! __finish {
    ($returned:ident, $span:ident $($how:tt)*) => {{
        use $crate::__private::SpanEnd as _;
        let end = (&&&&$crate::__private::ReturnedProbe(&$returned)).__trace_end();
        end.finish($returned, $span, |returned| {
            $crate::__private::outcome!(returned $($how)*)
        })
    }};
}

/// Reads an item of a stream as `__outcome` reads a value. An item may itself be a stream.
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
                $crate::__private::apply_output(value, $output)
            ))
        })
    };
    (@ $item:ident, $value:ident => $captured:expr) => {{
        use $crate::__private::AsSuccess as _;
        match $crate::__private::AsResult($item).__trace_as_result() {
            $crate::__private::Ok($value) => $crate::__private::Outcome::Returned($captured),
            $crate::__private::Err(error) => {
                $crate::__private::Outcome::Failed($crate::__private::failed!(error))
            }
        }
    }};
}

/// Describes an error, given a reference to it.
#[doc(hidden)]
#[macro_export]
macro_rules! __failed {
    ($error:expr) => {{
        use $crate::__private::DescribeError as _;
        (&&&&&$crate::__private::ErrorProbe($error)).__trace_describe()
    }};
}
