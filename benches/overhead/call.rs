//! The call that every contender traces: one text in, one text out, `depth` calls deep.

use std::hint::black_box;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

/// What every call is given.
pub(crate) const QUESTION: &str =
    "What is the capital of France, and how many people live there today?";
const ANSWER: &str = "The capital of France is Paris. A little over two million people live in it.";

/// What every span is given besides its input and output.
pub(crate) const FUNCTION: &str = "overhead::call::step";

/// The innermost work: next to nothing, so that the span is what is measured.
pub(crate) fn answer(question: &'static str) -> &'static str {
    black_box(question);
    black_box(ANSWER)
}

/// What an async call awaits, three times: it is ready when it is polled again.
pub(crate) fn yield_now() -> YieldNow {
    YieldNow(false)
}

pub(crate) struct YieldNow(bool);

impl Future for YieldNow {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        if std::mem::replace(&mut self.0, true) { Poll::Ready(()) } else { Poll::Pending }
    }
}

/// Polls a future to its end, without a runtime that would be measured too.
pub(crate) fn drive<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut context) {
            return value;
        }
    }
}
