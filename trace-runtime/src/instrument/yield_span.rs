//! Hands a span from inside an async body to the future that polls it.

use super::open::OpenSpan;
use std::cell::Cell;
use std::pin::Pin;
use std::task::{Context, Poll};

thread_local! {
    /// Whether the next is filled: cheaper to look at, since it needs no destructor.
    static HAS_OPENED: Cell<bool> = const { Cell::new(false) };
    /// Filled by the body in its first poll, emptied as soon as that poll has returned.
    static OPENED: Cell<Option<OpenSpan>> = const { Cell::new(None) };
}

/// Hands the span over and waits to be polled again, inside the span. Without a span there is
/// nothing to wait for.
#[inline]
pub fn hand_over(span: OpenSpan) -> HandOver {
    HandOver(span.is_some().then_some(span))
}

/// What the body handed over in the poll that has just returned.
#[inline]
pub(super) fn take_over() -> Option<OpenSpan> {
    if !HAS_OPENED.replace(false) {
        return None;
    }
    OPENED.try_with(Cell::take).ok().flatten()
}

/// The future of [`hand_over`].
#[derive(Debug)]
#[must_use = "futures do nothing unless polled"]
pub struct HandOver(Option<OpenSpan>);

impl Future for HandOver {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, _context: &mut Context<'_>) -> Poll<()> {
        let Some(span) = self.0.take() else { return Poll::Ready(()) };
        // Polled again at once, without being woken: see `InSpan::poll`.
        match OPENED.try_with(|opened| opened.set(Some(span))) {
            Ok(()) => {
                HAS_OPENED.set(true);
                Poll::Pending
            }
            Err(_) => Poll::Ready(()),
        }
    }
}
