//! The call that every contender traces: one text in, one text out, nested `depth` times.

use std::hint::black_box;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

/// The argument of every call.
pub(crate) const QUESTION: &str =
    "What is the capital of France, and how many people live there today?";
/// The result of every call.
const ANSWER: &str = "The capital of France is Paris. A little over two million people live in it.";

/// The attribute `code.function.name` of the contenders that set it by hand.
pub(crate) const FUNCTION: &str = "overhead::call::step";

/// The innermost work, which costs almost nothing, so that the span dominates the measurement.
pub(crate) fn answer(question: &'static str) -> &'static str {
    black_box(question);
    black_box(ANSWER)
}

/// Returns a future that is pending once and then ready; async calls await three of them.
pub(crate) fn yield_now() -> YieldNow {
    YieldNow(false)
}

/// The future that [`yield_now`] returns; true after its first poll.
pub(crate) struct YieldNow(bool);

impl Future for YieldNow {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        if std::mem::replace(&mut self.0, true) { Poll::Ready(()) } else { Poll::Pending }
    }
}

/// Polls a future to completion without a runtime, whose cost would be measured too.
pub(crate) fn drive<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut context) {
            return value;
        }
    }
}
