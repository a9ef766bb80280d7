//! A stream that a traced function has returned.

use super::capturing::Capturing;
use super::collect::{Chunks, Collect, Folded};
use super::error::Failed;
use super::open::OpenSpan;
use super::outcome::{self, Outcome};
use crate::capture::CapturedValue;
use crate::openinference::keys;
use crate::panic::catch;
use futures_core::{FusedStream, Stream};
use pin_project_lite::pin_project;
use std::panic::resume_unwind;
use std::pin::Pin;
use std::task::{Context, Poll};

/// Puts a stream into a span: current while the stream is polled and never in between, ended with
/// the stream, with a panic, or when the stream is dropped. The items become the output.
///
/// The type of the items `T` is the one that the function declares.
pub fn stream_in_span<S, T, R>(
    stream: S,
    span: OpenSpan,
    read: R,
) -> StreamInSpan<S, impl Collect<T>>
where
    S: Stream<Item = T>,
    R: FnMut(&T) -> Outcome,
{
    let collect = Capturing::new(&span, Chunks::new(read));
    StreamInSpan::new(stream, span, collect)
}

/// The same, with an output that the option `collect` makes of the items.
pub fn collected_stream_in_span<S, T, A, F, R>(
    stream: S,
    span: OpenSpan,
    fold: F,
    read: R,
) -> StreamInSpan<S, impl Collect<T>>
where
    S: Stream<Item = T>,
    A: Default,
    F: FnMut(&mut A, &T) -> Option<Failed>,
    R: Fn(&A) -> CapturedValue,
{
    let collect = Capturing::new(&span, Folded::new(fold, read));
    StreamInSpan::new(stream, span, collect)
}

pin_project! {
    /// The stream of a traced function.
    #[must_use = "streams do nothing unless polled"]
    pub struct StreamInSpan<S: Stream, C: Collect<S::Item>> {
        // `None` once it has ended; dropped inside the span.
        #[pin]
        stream: Option<S>,
        span: OpenSpan,
        collect: C,
        has_begun: bool,
        failed: Option<Failed>,
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
                Ok(()) => outcome::cancelled(&span, produced),
                Err(payload) => {
                    outcome::panicked(&span, &*payload, produced);
                    resume_unwind(payload)
                }
            }
        }
    }
}

impl<S: Stream, C: Collect<S::Item>> StreamInSpan<S, C> {
    fn new(stream: S, span: OpenSpan, collect: C) -> Self {
        StreamInSpan { stream: Some(stream), span, collect, has_begun: false, failed: None }
    }
}

impl<S: Stream, C: Collect<S::Item>> Stream for StreamInSpan<S, C> {
    type Item = S::Item;

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
                if !std::mem::replace(this.has_begun, true) {
                    span.add_event(keys::EVENT_FIRST_ITEM, Vec::new());
                }
                // Reading an item runs code of the user's.
                if let Ok(Some(failed)) = catch(|| this.collect.add(item)) {
                    span.add_event(keys::EVENT_EXCEPTION, failed.event_attributes());
                    this.failed.get_or_insert(failed);
                }
            }
            Ok(Poll::Ready(None)) => {
                this.stream.set(None);
                drop(attached);
                outcome::finished(span, this.collect.output(), this.failed.take());
                this.span.take();
            }
            Err(payload) => outcome::panicked(span, &**payload, this.collect.output()),
        }
        polled.unwrap_or_else(|payload| {
            this.span.take();
            resume_unwind(payload)
        })
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
