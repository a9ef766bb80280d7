//! Runs the body of a traced function, and what it returns, inside its span.

mod capturing;
mod collect;
mod current;
mod future;
mod hand_over;
mod stream;
mod sync;

pub use current::{InCurrentSpan, WithCurrentSpan, in_current_span};
pub use future::{InSpan, future_in_span, in_span_async, in_span_async_then};
pub use hand_over::{HandOver, hand_over};
pub use stream::{StreamInSpan, collected_stream_in_span, stream_in_span};
pub use sync::{in_span, in_span_later};

use crate::outcome::Outcome;

/// Lets the compiler check an `async` body against its declared type. Never returns a value.
#[must_use]
pub fn never_returned<T>() -> Option<T> {
    None
}

/// Calls the closure of the option `output`; its argument's type is known from `value`.
pub fn apply<'a, T: ?Sized, U>(value: &'a T, output: impl FnOnce(&'a T) -> U) -> U {
    output(value)
}

/// Stands where a call is read that never returns, and whose type tells the compiler nothing.
pub fn never_read<T: ?Sized>(_never: &T) -> Outcome {
    Outcome::Returned(None)
}
