//! Passes a span from inside an async body to the future that polls the body.
//!
//! The span is opened inside the body, because the arguments live there: an async block that
//! borrows them from outside would store them twice. But the future outside has to make the span
//! current around each poll. So the body yields its span in the first poll:
//!
//! 1. [`YieldSpan::poll`] puts the span into a thread-local and returns `Pending`, without waking.
//! 2. [`InSpan::poll`](super::InSpan) takes it with [`received_span`], and polls the body again at
//!    once, inside the span.
//!
//! Both steps happen in one poll on one thread; an executor never sees the `Pending`. The
//! alternative, a cell that body and future share, costs an allocation per call.

use super::open::SpanHandle;
use std::cell::Cell;
use std::pin::Pin;
use std::task::{Context, Poll};

thread_local! {
    /// Filled by the body in its first poll, emptied as soon as that poll returns.
    static YIELDED: Cell<Option<SpanHandle>> = const { Cell::new(None) };
}

/// Yields the span of the body and completes when it is current. Completes at once without a span.
#[inline]
pub fn yield_span(span: SpanHandle) -> YieldSpan {
    YieldSpan(span.is_some().then_some(span))
}

/// Takes the span that the body yielded in the poll that has just returned.
#[inline]
pub(super) fn received_span() -> Option<SpanHandle> {
    YIELDED.try_with(Cell::take).ok().flatten()
}

/// The future of [`yield_span`].
#[derive(Debug)]
#[must_use = "futures do nothing unless polled"]
pub struct YieldSpan(Option<SpanHandle>);

impl Future for YieldSpan {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, _context: &mut Context<'_>) -> Poll<()> {
        let Some(span) = self.0.take() else { return Poll::Ready(()) };
        match YIELDED.try_with(|yielded| yielded.set(Some(span))) {
            Ok(()) => Poll::Pending,
            // A thread that is ending has destroyed its thread-locals; the body runs untraced.
            Err(_) => Poll::Ready(()),
        }
    }
}
