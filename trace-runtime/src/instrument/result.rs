//! Tells a `Result` from every other value, without naming its types.

use std::convert::Infallible;

/// What a call returned, of any type.
#[derive(Debug)]
pub struct Split<'a, R: ?Sized>(pub &'a R);

impl<'a, T, E> Split<'a, Result<T, E>> {
    /// Of a `Result`, the value or the error. An inherent method goes before [`SplitAny`]'s.
    ///
    /// # Errors
    ///
    /// The error of the `Result`.
    pub fn __trace_split(&self) -> Result<&'a T, &'a E> {
        self.0.as_ref()
    }
}

/// Every other value is a success.
pub trait SplitAny<'a> {
    /// The type of the value.
    type Value: ?Sized;

    /// The value, as a success.
    ///
    /// # Errors
    ///
    /// Never.
    fn __trace_split(&self) -> Result<&'a Self::Value, &'a Infallible>;
}

impl<'a, R: ?Sized> SplitAny<'a> for Split<'a, R> {
    type Value = R;

    fn __trace_split(&self) -> Result<&'a R, &'a Infallible> {
        Ok(self.0)
    }
}
