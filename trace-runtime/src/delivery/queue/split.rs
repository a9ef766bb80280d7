//! A batch that is too large becomes two.

use super::state::Open;
use super::{Batch, Queue};
use crate::delivery::body::Body;

impl Queue {
    /// Puts two batches in the place of one, each with a fate of its own; they are sent next.
    /// `None` if its fate is not the sender's any more.
    pub(crate) fn split(&self, id: u64, halves: [(Body, u64); 2]) -> Option<[u64; 2]> {
        let mut state = self.lock();
        if state.is_over() {
            return None;
        }
        state.release(id);
        let whole = state.open.remove(&id)?;
        state.sending = None;
        let [first, second] = halves.map(|(body, spans)| {
            let id = state.new_id();
            let bytes = body.bytes.len();
            state.held += bytes;
            let is_part = whole.is_on_disk;
            state.open.insert(id, Open { spans, bytes, is_part, ..whole });
            Batch { id, spans, body }
        });
        let ids = [first.id, second.id];
        state.outbox.push_front(second);
        state.outbox.push_front(first);
        Some(ids)
    }
}
