//! Runs the body of a traced function, and what it returns, inside its span.

use super::Outcome;

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
