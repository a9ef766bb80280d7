//! Code of the user's that the export calls: exporters, mask functions, diagnostic callbacks. None
//! of it may wait for the export, which waits for it.

use std::cell::Cell;

thread_local! {
    static INSIDE: Cell<bool> = const { Cell::new(false) };
}

/// While it lives, this thread is one that the export waits for.
#[derive(Debug)]
pub(super) struct Inside {
    before: bool,
}

impl Inside {
    pub(super) fn enter() -> Self {
        // A thread that is ending has no locals any more.
        Inside { before: INSIDE.try_with(|inside| inside.replace(true)).unwrap_or(false) }
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        let _ = INSIDE.try_with(|inside| inside.set(self.before));
    }
}

/// Whether this thread may not wait for the export.
pub(crate) fn is_inside() -> bool {
    INSIDE.try_with(Cell::get).unwrap_or(false)
}

/// What is said to whoever tries.
pub(crate) const REFUSED: &str = "it was called by what the export calls and waits for (a diagnostic callback, an exporter, a \
     mask), so nothing was done: call it from another thread";
