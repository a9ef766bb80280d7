//! A body that is a future.

use super::hand_over::take_over;
use super::open::OpenSpan;
use super::outcome::{self, Outcome};
use crate::panic::catch;
use pin_project_lite::pin_project;
use std::panic::resume_unwind;
use std::pin::Pin;
use std::task::{Context, Poll};

/// Runs `body`, which hands its span over in its first poll, and ends the span with what it
/// returns, with its panic, or when it is dropped before its end.
#[inline]
pub fn in_span_async<F, O>(
    body: F,
    outcome: O,
) -> InSpan<F, impl FnOnce(F::Output, OpenSpan) -> F::Output>
where
    F: Future,
    O: FnOnce(&F::Output) -> Outcome,
{
    in_span_async_then(body, ended(outcome))
}

/// The same for a future that a function has returned, whose type of output `T` is written there.
#[inline]
pub fn future_in_span<F, T, O>(
    body: F,
    span: OpenSpan,
    outcome: O,
) -> InSpan<F, impl FnOnce(T, OpenSpan) -> T>
where
    F: Future<Output = T>,
    O: FnOnce(&T) -> Outcome,
{
    InSpan { body: Some(body), span: Some(span), then: Some(ended(outcome)) }
}

/// Runs `body`, which hands its span over in its first poll, and hands the span on, with the
/// value, to `then`.
#[inline]
pub fn in_span_async_then<F, N, R>(body: F, then: N) -> InSpan<F, N>
where
    F: Future,
    N: FnOnce(F::Output, OpenSpan) -> R,
{
    InSpan { body: Some(body), span: None, then: Some(then) }
}

fn ended<T>(outcome: impl FnOnce(&T) -> Outcome) -> impl FnOnce(T, OpenSpan) -> T {
    move |returned, mut span| {
        if let Some(span) = span.take() {
            outcome::returned(&span, || outcome(&returned));
        }
        returned
    }
}

pin_project! {
    /// The future of a traced body.
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled"]
    pub struct InSpan<F, N> {
        // Dropped inside the span, so that what its locals do while dropped belongs to the span.
        #[pin]
        body: Option<F>,
        // `None` until the body has handed it over.
        span: Option<OpenSpan>,
        // `None` once the body has ended.
        then: Option<N>,
    }

    impl<F, N> PinnedDrop for InSpan<F, N> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            let Some(span) = this.span.as_mut().and_then(OpenSpan::take) else { return };
            let attached = span.attach();
            let dropped = catch(|| this.body.set(None));
            drop(attached);
            match dropped {
                Ok(()) => outcome::cancelled(&span, None),
                Err(payload) => {
                    outcome::panicked(&span, &*payload, None);
                    resume_unwind(payload)
                }
            }
        }
    }
}

impl<F, N, R> Future for InSpan<F, N>
where
    F: Future,
    N: FnOnce(F::Output, OpenSpan) -> R,
{
    type Output = R;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<R> {
        let mut polled = self.as_mut().poll_body(context);
        if self.span.is_none() {
            // The first poll: if there is a span, the body waits for it to be taken over.
            let span = take_over().unwrap_or_default();
            let has_begun = span.is_some();
            *self.as_mut().project().span = Some(span);
            if has_begun {
                polled = self.as_mut().poll_body(context);
            }
        }
        let this = self.project();
        match (polled, this.then.take()) {
            (Poll::Ready(returned), Some(then)) => {
                let span = this.span.take().unwrap_or_default();
                Poll::Ready(then(returned, span))
            }
            (_, then) => {
                *this.then = then;
                Poll::Pending
            }
        }
    }
}

impl<F: Future, N> InSpan<F, N> {
    /// Polls the body inside the span, and ends the span if the body panics.
    fn poll_body(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let mut this = self.project();
        let Some(body) = this.body.as_mut().as_pin_mut() else { return Poll::Pending };
        let Some(span) = this.span.as_mut().filter(|span| span.is_some()).and_then(OpenSpan::live)
        else {
            return body.poll(context);
        };
        let attached = span.attach();
        if !span.is_recording() {
            return body.poll(context);
        }
        let polled = catch(|| body.poll(context));
        // The body's locals are gone already after an end, and after a panic.
        drop(attached);
        polled.unwrap_or_else(|payload| {
            if let Some(span) = this.span.as_mut().and_then(OpenSpan::take) {
                outcome::panicked(&span, &*payload, None);
            }
            resume_unwind(payload)
        })
    }
}
