//! Rejects functions that return a stream by the name of its type.
//!
//! The span of a stream has to last as long as the stream, so the runtime wraps it. That changes
//! the type, which is possible for `impl Stream` and boxed streams only. For a named type the span
//! would end before the first item; a compile error at the function is better. The options
//! `skip_output` and `output` waive it.

use futures_core::Stream;

/// A reference to a returned value of any type, to check that it is not a stream.
#[derive(Debug)]
pub struct StreamProbe<'a, T: ?Sized>(pub &'a T);

impl<T: Stream + ?Sized> StreamProbe<'_, T> {
    /// Fails to compile for a stream. An inherent method takes precedence over that of
    /// [`NoStream`].
    pub fn require_no_stream(&self)
    where
        T: ReturnedStream,
    {
    }
}

/// A bound that no type meets. It exists for its error message.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is a stream, and its span would end before its first item",
    label = "a named stream type cannot be traced, since tracing changes the type",
    note = "return `impl Stream<Item = ..>` or `Pin<Box<dyn Stream<Item = ..> + Send>>` instead",
    note = "or write `skip_output` or `output = ..`, for a span that ends when the stream is returned"
)]
pub trait ReturnedStream {}

/// Accepts every other value.
pub trait NoStream {
    /// Does nothing.
    fn require_no_stream(&self) {}
}

impl<T: ?Sized> NoStream for StreamProbe<'_, T> {}

/// Accepts a borrowed stream. A method such as `fn model(&mut self, ..) -> &mut Self` lends its own
/// value, and makes no stream. Found before the other two, since it needs one reference more.
pub trait LentStream {
    /// Does nothing.
    fn require_no_stream(&self) {}
}

impl<T: ?Sized> LentStream for &StreamProbe<'_, &T> {}

impl<T: ?Sized> LentStream for &StreamProbe<'_, &mut T> {}
