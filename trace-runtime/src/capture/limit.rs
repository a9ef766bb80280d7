//! How many bytes of a value are captured.

use super::bounded::{Bounded, COUNTED};
use crate::openinference::OpenInferenceSpanKind;
use std::cell::Cell;
use std::sync::atomic::{AtomicUsize, Ordering};

static VALUE_LIMIT: AtomicUsize = AtomicUsize::new(1 << 20);

/// What is read before it is cut may be this long.
static READ_LIMIT: AtomicUsize = AtomicUsize::new(1 << 20);

thread_local! {
    /// Whether what this thread captures now will be read before it is cut.
    static IS_READ: Cell<bool> = const { Cell::new(false) };
}

/// Sets how many bytes of a value are captured. Where spans are `cut_later`, a value that says what
/// was exchanged with a model is kept whole until then: cut JSON says nothing.
pub(crate) fn set_value_limit(bytes: usize, cut_later: bool) {
    let read = if cut_later { bytes.saturating_mul(COUNTED) } else { bytes };
    VALUE_LIMIT.store(bytes, Ordering::Relaxed);
    READ_LIMIT.store(read, Ordering::Relaxed);
}

pub(super) fn value_limit() -> usize {
    VALUE_LIMIT.load(Ordering::Relaxed)
}

/// Captures values of a span of this kind.
pub(crate) fn capturing<T>(kind: OpenInferenceSpanKind, capture: impl FnOnce() -> T) -> T {
    if !kind.is_model_call() {
        return capture();
    }
    let _reading = Reading(set_is_read(true));
    capture()
}

/// Room for a value of the span that is captured now.
pub(super) fn bounded() -> Bounded {
    let limit = value_limit();
    // A thread that is ending has no locals any more.
    let is_read = IS_READ.try_with(Cell::get).unwrap_or(false);
    let whole = if is_read { READ_LIMIT.load(Ordering::Relaxed) } else { limit };
    Bounded::whole_up_to(whole, limit)
}

/// Puts back what was before, also behind a panic.
struct Reading(bool);

impl Drop for Reading {
    fn drop(&mut self) {
        set_is_read(self.0);
    }
}

fn set_is_read(is_read: bool) -> bool {
    IS_READ.try_with(|now| now.replace(is_read)).unwrap_or(false)
}
