//! Tells whether spans were accepted, for data that must not arrive before them.

use super::Queue;
use std::sync::Arc;

/// A view of the queue of one destination. An annotation waits here for its span.
#[derive(Clone, Debug)]
pub(crate) struct SpanGate(Arc<Queue>);

/// The spans that had ended at some moment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ended(u64);

impl SpanGate {
    pub(crate) fn new(queue: Arc<Queue>) -> Self {
        SpanGate(queue)
    }

    /// Returns the spans that have ended so far, on all threads.
    pub(crate) fn ended(&self) -> Ended {
        self.0.collect();
        Ended(self.0.lock().ledger.ended())
    }

    /// Returns true if each of these spans was accepted, or is lost.
    pub(crate) fn is_resolved(&self, ended: Ended) -> bool {
        self.0.lock().is_resolved(ended.0)
    }

    /// Returns true if the destination cannot be reached.
    pub(crate) fn is_down(&self) -> bool {
        self.0.lock().outage.is_down()
    }

    /// Returns true if no spans of earlier runs are known to be left in the spool.
    pub(crate) fn is_recovered(&self) -> bool {
        self.0.store.is_none() || self.0.lock().scans.has_completed()
    }
}
