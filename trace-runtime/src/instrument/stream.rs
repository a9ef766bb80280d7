//! Runs a stream that an annotated function returned.

use super::collect::{Chunks, Collect, Folded};
use super::error::ErrorInfo;
use super::limited_collect::LimitedCollect;
use super::open::SpanHandle;
use super::outcome::{self, Outcome};
use crate::capture::CapturedValue;
use crate::openinference::keys;
use crate::panic::catch;
use futures_core::{FusedStream, Stream};
use pin_project_lite::pin_project;
use std::panic::resume_unwind;
use std::pin::Pin;
use std::task::{Context, Poll};

/// Puts a stream into a span. The span is current while the stream is polled, never in between; it
/// ends with the stream, with a panic, or when the stream is dropped. The items become the output.
///
/// The item type `T` comes from the function's signature.
pub fn stream_in_span<S, T, R>(
    stream: S,
    span: SpanHandle,
    read: R,
) -> StreamInSpan<S, impl Collect<T>>
where
    S: Stream<Item = T>,
    R: FnMut(&T) -> Outcome<'_>,
{
    let collect = LimitedCollect::new(&span, Chunks::new(read));
    StreamInSpan::new(stream, span, collect)
}

/// Puts a stream into a span whose output is built by the function of the option `collect`.
pub fn collected_stream_in_span<S, T, A, F, R>(
    stream: S,
    span: SpanHandle,
    fold: F,
    read: R,
) -> StreamInSpan<S, impl Collect<T>>
where
    S: Stream<Item = T>,
    A: Default,
    F: FnMut(&mut A, &T) -> Option<ErrorInfo>,
    R: Fn(&A) -> CapturedValue<'_>,
{
    let collect = LimitedCollect::new(&span, Folded::new(fold, read));
    StreamInSpan::new(stream, span, collect)
}

pin_project! {
    /// The stream of an annotated function.
    #[must_use = "streams do nothing unless polled"]
    pub struct StreamInSpan<S: Stream, C: Collect<S::Item>> {
        // `None` once it has ended. It is dropped while the span is current.
        #[pin]
        stream: Option<S>,
        span: SpanHandle,
        collect: C,
        has_first_item: bool,
        error: Option<ErrorInfo>,
    }

    impl<S: Stream, C: Collect<S::Item>> PinnedDrop for StreamInSpan<S, C> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            let Some(span) = this.span.take() else { return };
            let attached = span.attach();
            let dropped = catch(|| this.stream.set(None));
            drop(attached);
            let produced = this.collect.output();
            match dropped {
                Ok(()) => outcome::end_cancelled(span, produced),
                Err(payload) => {
                    outcome::end_panicked(span, &*payload, produced);
                    resume_unwind(payload)
                }
            }
        }
    }
}

impl<S: Stream, C: Collect<S::Item>> StreamInSpan<S, C> {
    pub(super) fn new(stream: S, span: SpanHandle, collect: C) -> Self {
        StreamInSpan { stream: Some(stream), span, collect, has_first_item: false, error: None }
    }
}

impl<S: Stream, C: Collect<S::Item>> Stream for StreamInSpan<S, C> {
    type Item = S::Item;

    #[inline]
    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<S::Item>> {
        let mut this = self.project();
        let Some(stream) = this.stream.as_mut().as_pin_mut() else { return Poll::Ready(None) };
        let Some(span) = this.span.live() else { return stream.poll_next(context) };
        let attached = span.attach();
        if !span.is_recording() {
            return stream.poll_next(context);
        }
        let polled = catch(|| stream.poll_next(context));
        match &polled {
            Ok(Poll::Pending) => {}
            Ok(Poll::Ready(Some(item))) => {
                if !std::mem::replace(this.has_first_item, true) {
                    span.add_event(keys::EVENT_FIRST_ITEM, Vec::new());
                }
                // Reading an item runs the user's code, which may panic.
                if let Ok(Some(error)) = catch(|| this.collect.add(item)) {
                    span.add_event(keys::EVENT_EXCEPTION, error.event_attributes());
                    this.error.get_or_insert(error);
                }
            }
            Ok(Poll::Ready(None)) => {
                this.stream.set(None);
                drop(attached);
                if let Some(span) = this.span.take() {
                    outcome::end_stream(span, this.collect.output(), this.error.take());
                }
            }
            Err(payload) => {
                if let Some(span) = this.span.take() {
                    outcome::end_panicked(span, &**payload, this.collect.output());
                }
            }
        }
        polled.unwrap_or_else(|payload| resume_unwind(payload))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.stream.as_ref().map_or((0, Some(0)), Stream::size_hint)
    }
}

impl<S: FusedStream, C: Collect<S::Item>> FusedStream for StreamInSpan<S, C> {
    fn is_terminated(&self) -> bool {
        self.stream.as_ref().is_none_or(FusedStream::is_terminated)
    }
}
