//! What the spool tells the account. It does so while it holds the lock of the spool, so that disk
//! and account change as one.

use super::state::{NOT_OURS, Open};
use super::{Batch, Queue};

impl Queue {
    /// A batch of an earlier run was found in the spool.
    pub(crate) fn recover(&self, spans: u64) -> u64 {
        let mut state = self.lock();
        let id = state.new_id();
        let open = Open {
            first: NOT_OURS,
            spans,
            bytes: 0,
            is_on_disk: true,
            is_earlier: true,
            is_part: false,
        };
        state.open.insert(id, open);
        state.only_on_disk.insert(id);
        drop(state);
        self.batches.notify_one();
        id
    }

    /// Whether the fate of a batch is open.
    pub(crate) fn is_open(&self, id: u64) -> bool {
        self.lock().open.contains_key(&id)
    }

    /// The batch is in the spool; `in_memory` says whether it stays in memory too. `false` if its
    /// fate is known by now.
    pub(crate) fn spooled(&self, id: u64, in_memory: bool) -> bool {
        let mut state = self.lock();
        let Some(open) = state.open.get_mut(&id) else { return false };
        open.is_part = false;
        let newly = !std::mem::replace(&mut open.is_on_disk, true) && !open.is_earlier;
        let spans = open.spans;
        if newly {
            state.on_disk += spans;
        }
        if !in_memory {
            state.leave_to_disk(id);
        }
        drop(state);
        self.batches.notify_one();
        self.fates.notify_all();
        true
    }

    /// A batch was read from the spool to be sent, and is in memory until its fate is known.
    /// `false` if it is to stay there.
    pub(crate) fn loaded(&self, batch: &Batch) -> bool {
        let mut state = self.lock();
        if state.is_over() || !state.only_on_disk.remove(&batch.id) {
            return false;
        }
        let bytes = batch.body.bytes.len();
        if let Some(open) = state.open.get_mut(&batch.id) {
            open.bytes = bytes;
            state.held += bytes;
        }
        state.sending = Some(batch.clone());
        true
    }

    /// The spool had to drop a batch: what memory still holds is pending again, the rest is lost.
    /// Returns how many spans that is.
    pub(crate) fn evicted(&self, id: u64) -> u64 {
        let mut state = self.lock();
        let in_memory = !state.only_on_disk.remove(&id);
        let Some(open) = state.open.get_mut(&id).filter(|open| open.is_on_disk) else { return 0 };
        (open.is_on_disk, open.is_part) = (false, false);
        let (spans, is_earlier) = (open.spans, open.is_earlier);
        if !is_earlier {
            state.on_disk -= spans;
        }
        if in_memory {
            return 0;
        }
        state.open.remove(&id);
        if is_earlier {
            state.recovered_lost += spans;
        } else {
            state.lose("spool full", spans);
        }
        drop(state);
        self.fates.notify_all();
        spans
    }
}
