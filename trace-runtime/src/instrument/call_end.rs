//! Ends the span of a `traced!`, or moves it into the stream or the future that was returned.
//!
//! No type is declared at a call, so the runtime may put an adapter around any stream, whose type
//! then changes. Boxed streams and boxed futures keep their type, since an adapter fits into a box
//! of the same type. The compiler selects the case at the call, as for
//! [`ReturnedProbe`](crate::__private::ReturnedProbe): each reference that method resolution
//! removes lowers the rank by one.

use super::boxed_stream::BoxedStream;
use super::call_stream::{EndBoxedStream, EndBoxedStreamResult, EndStream, EndStreamResult};
use super::error::ErrorInfo;
use super::future::{InSpan, future_in_span};
use super::open::SpanHandle;
use super::outcome::Outcome;
use super::returned_future::{BoxedFuture, EndLater, EndNow, EndUntraced, PutInSpan};
use futures_core::Stream;
use std::convert::Infallible;

/// A reference to the value of a call, to find out how its span ends.
#[derive(Debug)]
pub struct CallProbe<'a, R: ?Sized>(pub &'a R);

/// One rank of ending the span of a call.
pub trait CallEnd {
    /// The way to end the span: a type with a method `finish`, and for streams `collect_items`.
    type End;

    /// Returns the way to end the span.
    fn __trace_end(&self) -> Self::End;
}

/// Ends the span with the value.
#[derive(Debug)]
pub struct EndValue;

/// Ends the span, with an event which states that it did not trace the future in a `Result`.
#[derive(Debug)]
pub struct EndUntracedValue;

/// Moves the span into a boxed future.
#[derive(Debug)]
pub struct EndBoxedFuture;

/// Moves the span into a future, whose type changes.
#[derive(Debug)]
pub struct EndFuture;

macro_rules! ranks {
    ($([$($generics:tt)*] $probe:ty => $end:ident;)*) => {$(
        impl<$($generics)*> CallEnd for $probe {
            type End = $end;

            fn __trace_end(&self) -> $end {
                $end
            }
        }
    )*};
}

ranks! {
    [T: ?Sized] &&&&&&&CallProbe<'_, &T> => EndValue;
    [T: ?Sized] &&&&&&&CallProbe<'_, &mut T> => EndValue;
    [R: BoxedFuture] &&&&&&CallProbe<'_, R> => EndBoxedFuture;
    [S: BoxedStream] &&&&&CallProbe<'_, S> => EndBoxedStream;
    [S: BoxedStream, E] &&&&&CallProbe<'_, Result<S, E>> => EndBoxedStreamResult;
    [S: Stream, E] &&&&CallProbe<'_, Result<S, E>> => EndStreamResult;
    [S: Stream] &&&CallProbe<'_, S> => EndStream;
    [F: Future, E] &&CallProbe<'_, Result<F, E>> => EndUntracedValue;
    [F: Future] &CallProbe<'_, F> => EndFuture;
    [R] CallProbe<'_, R> => EndValue;
}

/// The ends of values that are not a `Result` of a stream. `read` reads the value or its output; there
/// is no error for the other closure to describe.
macro_rules! ends_of_values {
    ($($end:ty => $same_as:expr;)*) => {$(
        impl $end {
            /// Ends the span with the outcome that `read` returns.
            #[inline]
            pub fn finish<R>(
                self,
                returned: R,
                span: SpanHandle,
                read: impl FnOnce(&R) -> Outcome<'_>,
                _describe: impl FnOnce(&Infallible) -> ErrorInfo,
            ) -> R {
                $same_as.finish(returned, span, read)
            }
        }
    )*};
}

ends_of_values! {
    EndValue => EndNow;
    EndUntracedValue => EndUntraced;
}

#[expect(clippy::unused_self, reason = "the type of `self` selects the method")]
impl EndBoxedFuture {
    /// Moves the span into the future. `read` reads the output of the future.
    pub fn finish<R, O>(
        self,
        returned: R,
        span: SpanHandle,
        read: O,
        _describe: impl FnOnce(&Infallible) -> ErrorInfo,
    ) -> R
    where
        R: BoxedFuture + PutInSpan<O>,
        O: FnOnce(&<R as BoxedFuture>::Output) -> Outcome<'_>,
    {
        EndLater.finish(returned, span, read)
    }
}

#[expect(clippy::unused_self, reason = "the type of `self` selects the method")]
impl EndFuture {
    /// Moves the span into the future. `read` reads the output of the future.
    pub fn finish<F: Future>(
        self,
        future: F,
        span: SpanHandle,
        read: impl FnOnce(&F::Output) -> Outcome<'_>,
        _describe: impl FnOnce(&Infallible) -> ErrorInfo,
    ) -> InSpan<F, impl FnOnce(F::Output, SpanHandle) -> F::Output> {
        future_in_span(future, span.into_owned(), read)
    }
}

/// Ends the span of a call in the way that fits its value. The last arguments are those of `__item`,
/// or `collect` and the path of the option.
#[doc(hidden)]
#[macro_export]
macro_rules! __finish_call {
    ($returned:ident, $span:ident, collect $collect:path) => {{
        use $crate::__private::CallEnd as _;
        let end = (&&&&&&&$crate::__private::CallProbe(&$returned)).__trace_end();
        $crate::__private::require_stream(&end);
        end.collect_items(
            $returned,
            $span,
            |collected, item| $crate::__private::collect!(collected, item, $collect),
            |collected| $crate::__private::capture!(*collected),
            |error| $crate::__private::failed!(error),
        )
    }};
    ($returned:ident, $span:ident $($how:tt)*) => {{
        use $crate::__private::CallEnd as _;
        let end = (&&&&&&&$crate::__private::CallProbe(&$returned)).__trace_end();
        end.finish(
            $returned,
            $span,
            |value| $crate::__private::item!(value $($how)*),
            |error| $crate::__private::failed!(error),
        )
    }};
}
