//! The memory of spans that have ended on this thread: one for each level of nested calls.

use super::live::LiveSpan;
use std::cell::Cell;

/// The number of spans whose memory a thread keeps.
const MAX: usize = 32;

struct Spare {
    spans: [Cell<Option<Box<LiveSpan>>>; MAX],
    count: Cell<usize>,
}

thread_local! {
    static SPARE: Spare =
        const { Spare { spans: [const { Cell::new(None) }; MAX], count: Cell::new(0) } };
}

/// Takes the memory that was kept last. Returns `None` on a thread that is ending, since it has
/// destroyed its thread-locals.
#[inline]
pub(super) fn take() -> Option<Box<LiveSpan>> {
    let take = |spare: &Spare| {
        let last = spare.count.get().checked_sub(1)?;
        spare.count.set(last);
        spare.spans.get(last)?.take()
    };
    SPARE.try_with(take).ok().flatten()
}

/// Keeps the memory of a span.
#[inline]
pub(super) fn keep(span: Box<LiveSpan>) {
    let _ = SPARE.try_with(|spare| {
        let count = spare.count.get();
        if let Some(place) = spare.spans.get(count) {
            place.set(Some(span));
            spare.count.set(count + 1);
        }
    });
}
