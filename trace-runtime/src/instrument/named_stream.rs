//! A returned stream whose type has a name cannot be put into a span: that changes its type. The
//! compiler says so where the function is.

use futures_core::Stream;

/// What a call returned, of any type.
#[derive(Debug)]
pub struct StreamProbe<'a, T: ?Sized>(pub &'a T);

impl<T: Stream + ?Sized> StreamProbe<'_, T> {
    /// Does not compile for a stream. An inherent method goes before [`NoStream`]'s.
    pub fn require_no_stream(&self)
    where
        T: ReturnedStream,
    {
    }
}

/// Implemented by nothing: its message is what it is for.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is a stream, and its span would end before its first item",
    label = "a named stream type cannot be traced, since tracing changes the type",
    note = "return `impl Stream<Item = ..>` or `Pin<Box<dyn Stream<Item = ..> + Send>>` instead"
)]
pub trait ReturnedStream {}

/// Every other value is fine.
pub trait NoStream {
    /// Does nothing.
    fn require_no_stream(&self) {}
}

impl<T: ?Sized> NoStream for StreamProbe<'_, T> {}
