//! Memory of records that is used again. What the worker's thread frees would be slow to get for the
//! threads that begin spans, so they get it back instead: one record for each that they hand over.

use super::record::SpanRecord;
use std::cell::Cell;

thread_local! {
    /// For the next span of this thread.
    static SPARE: Cell<Option<Box<SpanRecord>>> = const { Cell::new(None) };
}

/// Puts a record where an earlier one was, if there is such a place.
#[inline]
pub(crate) fn boxed(record: SpanRecord) -> Box<SpanRecord> {
    // A thread that is ending has none.
    match SPARE.try_with(Cell::take) {
        Ok(Some(mut spare)) => {
            *spare = record;
            spare
        }
        _ => Box::new(record),
    }
}

/// Keeps the memory of a record whose content is gone, for the next span of this thread.
#[inline]
pub(crate) fn keep_spare(spare: Option<Box<SpanRecord>>) {
    if spare.is_some() {
        let _ = SPARE.try_with(|kept| kept.set(spare));
    }
}
