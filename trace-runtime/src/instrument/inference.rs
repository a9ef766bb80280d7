//! Functions that only guide the compiler's type inference in generated code.

use super::SpanHandle;

/// Returns `None` of the type that an `async` body declares.
///
/// Generated code returns the value if there is one. That statement never runs, but it checks the
/// body against the declared type, as the return type of a plain function does.
#[must_use]
pub fn infer_return_type<T>() -> Option<T> {
    None
}

/// Calls the closure of the option `output`. The type of `value` is the type that the closure
/// accepts, so that users need not write it.
pub fn apply_output<'a, T: ?Sized, U>(value: &'a T, output: impl FnOnce(&'a T) -> U) -> U {
    output(value)
}

/// Ends the span of a function that returns `!`. A closure in this place would leave the type of its
/// argument open, since nothing of type `!` is ever passed to it.
pub fn finish_diverging<T>(never: T, _span: SpanHandle) -> T {
    never
}
