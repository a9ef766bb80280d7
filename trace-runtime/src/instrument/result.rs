//! Distinguishes a `Result` from every other value without knowing its type.
//!
//! The macro sees tokens, not types, and an alias such as `io::Result<T>` hides a `Result`. Method
//! resolution sees through the alias: an inherent method takes precedence over a trait's method of
//! the same name.

use std::convert::Infallible;

/// A reference to a returned value of any type, to read it as a `Result`.
#[derive(Debug)]
pub struct AsResult<'a, R: ?Sized>(pub &'a R);

impl<'a, T, E> AsResult<'a, Result<T, E>> {
    /// Returns the value or the error of a `Result`.
    ///
    /// # Errors
    ///
    /// The error of the `Result`.
    pub fn __trace_as_result(&self) -> Result<&'a T, &'a E> {
        self.0.as_ref()
    }
}

/// Reads every value that is not a `Result` as a success.
pub trait AsSuccess<'a> {
    /// The type of the value.
    type Value: ?Sized;

    /// Returns the value as a success.
    ///
    /// # Errors
    ///
    /// Never.
    fn __trace_as_result(&self) -> Result<&'a Self::Value, &'a Infallible>;
}

impl<'a, R: ?Sized> AsSuccess<'a> for AsResult<'a, R> {
    type Value = R;

    fn __trace_as_result(&self) -> Result<&'a R, &'a Infallible> {
        Ok(self.0)
    }
}
