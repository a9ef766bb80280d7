//! Runs the body of a traced function inside its span.

mod future;
mod sync;

pub use future::{InSpan, in_span_async};
pub use sync::in_span;

/// Lets the compiler check an `async` body against its declared type. Never returns a value.
#[must_use]
pub fn never_returned<T>() -> Option<T> {
    None
}

/// Calls the closure of the option `output`; its argument's type is known from `value`.
pub fn apply<'a, T: ?Sized, U>(value: &'a T, output: impl FnOnce(&'a T) -> U) -> U {
    output(value)
}
