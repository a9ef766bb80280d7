//! Ends the span of a function that has returned, or moves it into the future that was returned.
//!
//! The macro recognizes a future by the spelling of the return type. If the type is an alias or has
//! another name, only the compiler knows that it is a future, so this code asks the compiler. As in
//! [`Probe`](crate::__private::Probe), each reference that method resolution removes lowers the
//! rank by one:
//!
//! 1. a reference, which lends a value that may be polled elsewhere: the call is complete;
//! 2. a boxed future: the span moves into a new box of the same type;
//! 3. another future, whose type would change with an adapter around it: the span ends, and an event
//!    states that it did not trace the future;
//! 4. every other value: the call is complete.

use super::future::future_in_span;
use super::open::SpanHandle;
use super::outcome::{self, Outcome};
use std::pin::Pin;

/// A reference to a returned value of any type, to find out how its span ends.
#[derive(Debug)]
pub struct ReturnedProbe<'a, R: ?Sized>(pub &'a R);

/// One rank of ending a span.
pub trait SpanEnd {
    /// The way to end the span: a type with a method `finish`.
    type End;

    /// Returns the way to end the span.
    fn __trace_end(&self) -> Self::End;
}

/// Ends the span with the returned value.
#[derive(Debug)]
pub struct EndNow;

/// Ends the span, with an event which states that it did not trace the returned future.
#[derive(Debug)]
pub struct EndUntraced;

/// Moves the span into the returned future.
#[derive(Debug)]
pub struct EndLater;

macro_rules! ranks {
    ($([$($generics:tt)*] $probe:ty => $end:ident;)*) => {$(
        impl<$($generics)*> SpanEnd for $probe {
            type End = $end;

            fn __trace_end(&self) -> $end {
                $end
            }
        }
    )*};
}

ranks! {
    [T: ?Sized] &&&&ReturnedProbe<'_, &T> => EndNow;
    [T: ?Sized] &&&&ReturnedProbe<'_, &mut T> => EndNow;
    [R: BoxedFuture] &&&ReturnedProbe<'_, R> => EndLater;
    [F: Future, E] &&ReturnedProbe<'_, Result<F, E>> => EndUntraced;
    [F: Future] &ReturnedProbe<'_, F> => EndUntraced;
    [R] ReturnedProbe<'_, R> => EndNow;
}

#[expect(clippy::unused_self, reason = "the type of `self` selects the method")]
impl EndNow {
    /// Ends the span with the outcome that `read` returns. `read` runs only if the span records.
    #[inline]
    pub fn finish<R>(
        self,
        returned: R,
        mut span: SpanHandle,
        read: impl FnOnce(&R) -> Outcome<'_>,
    ) -> R {
        if let Some(span) = span.take_recording() {
            outcome::end_returned(span, || read(&returned));
        }
        returned
    }
}

#[expect(clippy::unused_self, reason = "the type of `self` selects the method")]
impl EndUntraced {
    /// Ends the span as [`EndNow`] does, after the event if there is a future.
    pub fn finish<R>(
        self,
        returned: R,
        mut span: SpanHandle,
        read: impl FnOnce(&R) -> Outcome<'_>,
    ) -> R {
        if let Some(span) = span.take_recording() {
            outcome::end_with_untraced_future(span, || read(&returned));
        }
        returned
    }
}

#[expect(clippy::unused_self, reason = "the type of `self` selects the method")]
impl EndLater {
    /// Moves the span into the future. `read` reads the output of the future.
    pub fn finish<R, O>(self, returned: R, span: SpanHandle, read: O) -> R
    where
        R: BoxedFuture + PutInSpan<O>,
        O: FnOnce(&<R as BoxedFuture>::Output) -> Outcome<'_>,
    {
        if span.is_some() { returned.put_in_span(span.into_owned(), read) } else { returned }
    }
}

/// A boxed future: an adapter around it fits into a box of the same type.
pub trait BoxedFuture {
    /// The output of the future.
    type Output;
}

/// Puts a boxed future into a span. `O` reads the output, and has to be `Send` where the box is.
pub trait PutInSpan<O> {
    /// Returns a box of the same type.
    #[must_use]
    fn put_in_span(self, span: SpanHandle, read: O) -> Self;
}

macro_rules! boxed_futures {
    ($($pin:ident [$($auto:ident)*] [$($bound:ident)*];)*) => {$(
        impl<T> BoxedFuture for boxed!($pin dyn Future<Output = T> $(+ $auto)* + '_) {
            type Output = T;
        }

        impl<'a, T: 'a, O> PutInSpan<O> for boxed!($pin dyn Future<Output = T> $(+ $auto)* + 'a)
        where
            O: FnOnce(&T) -> Outcome<'_> $(+ $bound)* + 'a,
        {
            fn put_in_span(self, span: SpanHandle, read: O) -> Self {
                box_again!($pin self, |future| future_in_span(future, span, read))
            }
        }
    )*};
}

macro_rules! boxed {
    (pinned $($object:tt)*) => { Pin<Box<$($object)*>> };
    (bare $($object:tt)*) => { Box<$($object)*> };
}

macro_rules! box_again {
    (pinned $boxed:expr, |$future:ident| $adapter:expr) => {{
        let $future = $boxed;
        Box::pin($adapter)
    }};
    // A box of a future that is not `Unpin` is a future only when it is pinned.
    (bare $boxed:expr, |$future:ident| $adapter:expr) => {{
        let $future = Box::into_pin($boxed);
        Box::new($adapter)
    }};
}

boxed_futures! {
    pinned [] [];
    pinned [Send] [Send];
    pinned [Send Sync] [Send Sync];
    bare [] [];
    bare [Send] [Send];
    bare [Send Sync] [Send Sync];
    bare [Unpin] [];
    bare [Send Unpin] [Send];
    bare [Send Sync Unpin] [Send Sync];
}
