//! A body that is a future.

use crate::outcome::{self, Outcome};
use crate::span::OpenSpan;
use pin_project_lite::pin_project;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::Pin;
use std::task::{Context, Poll};

/// Runs `body` in its span, which is current while the body is polled, and ends the span with what
/// it returns, with its panic, or when it is dropped before its end.
#[inline]
pub fn in_span_async<F, O>(
    span: OpenSpan,
    body: F,
    outcome: O,
) -> InSpan<F, impl FnOnce(F::Output, OpenSpan) -> F::Output>
where
    F: Future,
    O: FnOnce(&F::Output) -> Outcome,
{
    in_span_async_then(span, body, move |returned, mut span| {
        if let Some(span) = span.take() {
            outcome::returned(&span, || outcome(&returned));
        }
        returned
    })
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
    in_span_async(span, body, outcome)
}

/// Runs `body` in its span and hands the span on, with the value, to `then`.
#[inline]
pub fn in_span_async_then<F, N, R>(span: OpenSpan, body: F, then: N) -> InSpan<F, N>
where
    F: Future,
    N: FnOnce(F::Output, OpenSpan) -> R,
{
    InSpan { body: Some(body), span, then: Some(then) }
}

pin_project! {
    /// The future of a traced body.
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled"]
    pub struct InSpan<F, N> {
        // Dropped inside the span, so that what its locals do while dropped belongs to the span.
        #[pin]
        body: Option<F>,
        span: OpenSpan,
        // `None` once the body has ended.
        then: Option<N>,
    }

    impl<F, N> PinnedDrop for InSpan<F, N> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            if let Some(span) = this.span.take() {
                let attached = span.attach();
                this.body.set(None);
                drop(attached);
                outcome::cancelled(&span, None);
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

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<R> {
        let mut this = self.project();
        let Some(body) = this.body.as_mut().as_pin_mut() else { return Poll::Pending };
        let attached = this.span.live().map(|span| (span.attach(), span.is_recording()));
        let polled = match attached {
            Some((_, true)) => catch_unwind(AssertUnwindSafe(|| body.poll(context))),
            _ => Ok(body.poll(context)),
        };
        // The body's locals are gone already after an end, and after a panic.
        drop(attached);
        match polled {
            Ok(Poll::Pending) => Poll::Pending,
            Ok(Poll::Ready(returned)) => match this.then.take() {
                Some(then) => Poll::Ready(then(returned, this.span.hand_over())),
                None => Poll::Pending,
            },
            Err(payload) => {
                if let Some(span) = this.span.take() {
                    outcome::panicked(&span, &*payload, None);
                }
                resume_unwind(payload)
            }
        }
    }
}
