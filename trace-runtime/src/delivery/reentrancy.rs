//! Detects re-entrant calls. Exporters, masks and diagnostic callbacks of the user run on export
//! threads; waiting for the export from inside one would deadlock.

use std::cell::Cell;

thread_local! {
    static IN_EXPORT_SCOPE: Cell<bool> = const { Cell::new(false) };
}

/// Marks this thread as one that the export waits for, until it is dropped.
#[derive(Debug)]
pub(crate) struct ExportScope {
    /// Scopes nest: a diagnostic callback runs on a worker, or on a thread of the user.
    was_in_scope: bool,
}

impl ExportScope {
    pub(crate) fn enter() -> Self {
        // A thread that is ending has destroyed its thread-locals. It cannot call a flush from a
        // callback.
        let was_in_scope = IN_EXPORT_SCOPE.try_with(|flag| flag.replace(true)).unwrap_or(false);
        ExportScope { was_in_scope }
    }
}

impl Drop for ExportScope {
    fn drop(&mut self) {
        let _ = IN_EXPORT_SCOPE.try_with(|flag| flag.set(self.was_in_scope));
    }
}

/// Returns true if the export waits for this thread, which therefore must not wait for the export.
pub(crate) fn in_export_scope() -> bool {
    IN_EXPORT_SCOPE.try_with(Cell::get).unwrap_or(false)
}

/// The error text for a flush or shutdown called from an export callback.
pub(crate) const REENTRANT: &str = "it was called inside a callback of the export (a \
     diagnostic callback, an exporter, a mask) and would wait for itself, so nothing was done: call \
     it from another thread";
