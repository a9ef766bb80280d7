//! A body that is a future.

use crate::outcome::{self, Outcome};
use crate::span::{LiveSpan, OpenSpan};
use pin_project_lite::pin_project;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::Pin;
use std::task::{Context, Poll};

/// Runs `body` in its span, which is current while the body is polled, and ends the span with what
/// it returns, with its panic, or when it is dropped before its end.
#[inline]
pub fn in_span_async<F, O>(span: OpenSpan, body: F, outcome: O) -> InSpan<F, O>
where
    F: Future,
    O: FnOnce(&F::Output) -> Outcome,
{
    InSpan { body: Some(body), span: span.0, outcome: Some(outcome) }
}

pin_project! {
    /// The future of [`in_span_async`].
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled"]
    pub struct InSpan<F, O> {
        // Dropped inside the span, so that what its locals do while dropped belongs to the span.
        #[pin]
        body: Option<F>,
        // `None` once the span has ended.
        span: Option<LiveSpan>,
        outcome: Option<O>,
    }

    impl<F, O> PinnedDrop for InSpan<F, O> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            if let Some(span) = this.span.take() {
                let attached = span.attach();
                this.body.set(None);
                drop(attached);
                outcome::cancelled(&span);
            }
        }
    }
}

impl<F, O> Future for InSpan<F, O>
where
    F: Future,
    O: FnOnce(&F::Output) -> Outcome,
{
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let mut this = self.project();
        let Some(body) = this.body.as_mut().as_pin_mut() else { return Poll::Pending };
        let Some(span) = this.span else { return body.poll(context) };
        let attached = span.attach();
        if !span.is_recording() {
            return body.poll(context);
        }
        let result = catch_unwind(AssertUnwindSafe(|| body.poll(context)));
        if let Ok(Poll::Pending) = result {
            return Poll::Pending;
        }
        // The body's locals are gone already after an end, and after a panic.
        drop(attached);
        let span = this.span.take();
        match (result, span) {
            (Ok(polled), None) => polled,
            (Ok(Poll::Pending), Some(_)) => Poll::Pending,
            (Ok(Poll::Ready(returned)), Some(span)) => {
                if let Some(outcome) = this.outcome.take() {
                    outcome::returned(&span, || outcome(&returned));
                }
                Poll::Ready(returned)
            }
            (Err(payload), span) => {
                if let Some(span) = span {
                    outcome::panicked(&span, &*payload);
                }
                resume_unwind(payload)
            }
        }
    }
}
