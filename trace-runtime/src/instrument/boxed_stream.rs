//! Boxed streams: an adapter around one fits into a box of the same type.

use super::collect::Collect;
use super::open::SpanHandle;
use super::stream::StreamInSpan;
use futures_core::Stream;
use std::pin::Pin;

/// A pinned box of a stream.
pub trait BoxedStream {
    /// The item of the stream.
    type Item;
}

/// Puts a boxed stream into a span. `C` collects the items, and has to be `Send` where the box is.
pub trait PutStreamInSpan<C> {
    /// Returns a box of the same type.
    #[must_use]
    fn put_in_span(self, span: SpanHandle, collect: C) -> Self;
}

macro_rules! boxed_streams {
    ($([$($auto:ident)*];)*) => {$(
        impl<T> BoxedStream for Pin<Box<dyn Stream<Item = T> $(+ $auto)* + '_>> {
            type Item = T;
        }

        impl<'a, T: 'a, C> PutStreamInSpan<C> for Pin<Box<dyn Stream<Item = T> $(+ $auto)* + 'a>>
        where
            C: Collect<T> $(+ $auto)* + 'a,
        {
            fn put_in_span(self, span: SpanHandle, collect: C) -> Self {
                Box::pin(StreamInSpan::new(self, span, collect))
            }
        }
    )*};
}

boxed_streams! {
    [];
    [Send];
    [Send Sync];
}
