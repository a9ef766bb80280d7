//! Runs a body that is a future.

use super::open::SpanHandle;
use super::outcome::{self, Outcome};
use super::yield_span::received_span;
use crate::panic::catch;
use pin_project_lite::pin_project;
use std::panic::resume_unwind;
use std::pin::Pin;
use std::task::{Context, Poll};

/// Runs a future that a function returned. The output type `T` comes from the function's signature,
/// so that users need not annotate the types of closures.
#[inline]
pub fn future_in_span<F, T, O>(
    body: F,
    span: SpanHandle,
    outcome: O,
) -> InSpan<F, impl FnOnce(T, SpanHandle) -> T>
where
    F: Future<Output = T>,
    O: FnOnce(&T) -> Outcome<'_>,
{
    InSpan::new(body, span, end_with(outcome))
}

/// Runs an async `body`, which yields its span in the first poll, and passes the value and the span
/// to `then`, which ends the span or moves it into a returned future or stream. The span ends early
/// with a panic, or when the future is dropped.
#[inline]
pub fn in_span_async<F, N, R>(body: F, then: N) -> InSpan<F, N>
where
    F: Future,
    N: FnOnce(F::Output, SpanHandle) -> R,
{
    InSpan { body: Some(body), span: None, then: Some(then) }
}

/// Ends the span with the outcome of the value.
fn end_with<T>(outcome: impl FnOnce(&T) -> Outcome<'_>) -> impl FnOnce(T, SpanHandle) -> T {
    move |returned, mut span| {
        if let Some(span) = span.take() {
            outcome::end_returned(span, || outcome(&returned));
        }
        returned
    }
}

pin_project! {
    /// The future of a traced body.
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled"]
    pub struct InSpan<F, N> {
        // Dropped while the span is current, so that spans which destructors of its locals open are
        // children.
        #[pin]
        body: Option<F>,
        // `None` until the body has yielded it.
        span: Option<SpanHandle>,
        // `None` once the body has ended.
        then: Option<N>,
    }

    impl<F, N> PinnedDrop for InSpan<F, N> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            let Some(span) = this.span.as_mut().and_then(SpanHandle::take) else { return };
            let attached = span.attach();
            let dropped = catch(|| this.body.set(None));
            drop(attached);
            match dropped {
                Ok(()) => outcome::end_cancelled(span, None),
                Err(payload) => {
                    outcome::end_panicked(span, &*payload, None);
                    resume_unwind(payload)
                }
            }
        }
    }
}

impl<F, N, R> Future for InSpan<F, N>
where
    F: Future,
    N: FnOnce(F::Output, SpanHandle) -> R,
{
    type Output = R;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<R> {
        let polled = loop {
            let polled = self.as_mut().poll_body(context);
            if self.span.is_some() {
                break polled;
            }
            // This is the first poll. If there is a span, the body waits for it to be current.
            let span = received_span().unwrap_or_default();
            let is_open = span.is_some();
            *self.as_mut().project().span = Some(span);
            if !is_open {
                break polled;
            }
        };
        let Poll::Ready(returned) = polled else { return Poll::Pending };
        let this = self.project();
        let Some(then) = this.then.take() else { return Poll::Pending };
        Poll::Ready(then(returned, this.span.take().unwrap_or_default()))
    }
}

impl<F, N> InSpan<F, N> {
    /// Runs a future in a span that is open, and passes its value to `then`.
    pub(super) fn new(body: F, span: SpanHandle, then: N) -> Self {
        InSpan { body: Some(body), span: Some(span), then: Some(then) }
    }
}

impl<F: Future, N> InSpan<F, N> {
    /// Polls the body inside the span, and ends the span if the body panics.
    #[inline]
    fn poll_body(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let mut this = self.project();
        let Some(body) = this.body.as_mut().as_pin_mut() else { return Poll::Pending };
        let Some(span) =
            this.span.as_mut().filter(|span| span.is_some()).and_then(SpanHandle::live)
        else {
            return body.poll(context);
        };
        let attached = span.attach();
        if !span.is_recording() {
            return body.poll(context);
        }
        let polled = catch(|| body.poll(context));
        // The body has dropped its locals if it ended or panicked, so the span may be left.
        drop(attached);
        polled.unwrap_or_else(|payload| {
            if let Some(span) = this.span.as_mut().and_then(SpanHandle::take) {
                outcome::end_panicked(span, &*payload, None);
            }
            resume_unwind(payload)
        })
    }
}
