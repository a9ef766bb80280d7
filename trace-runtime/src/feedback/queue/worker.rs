//! The thread that prepares annotations: it redacts secrets, encodes, and stores them.
//!
//! It is not the one that sends, since a backend that hangs must not delay the disk.

use super::items::{Item, Items};
use super::{Draft, Phase, Queue};
use crate::delivery::{ExportScope, Location, SendError};
use crate::panic::catch;
use crate::sync::wait;
use std::sync::Arc;
use std::time::Instant;

impl Queue {
    /// Prepares annotations until the queue is shut down.
    pub(super) fn work(&self) {
        let _scope = ExportScope::enter();
        while let Some(draft) = self.next_draft() {
            let (id, bytes) = (draft.id, draft.bytes);
            // A panic would be an error of this crate. It costs the annotation, not the thread.
            if catch(|| self.prepare(draft)).is_err() {
                self.abandon(id);
            }
            self.lock().incoming_bytes -= bytes;
        }
        self.lock().worker_has_ended = true;
        self.progress.notify_all();
    }

    fn next_draft(&self) -> Option<Draft> {
        let mut state = self.lock();
        loop {
            match state.incoming.pop_front() {
                Some(draft) => return Some(draft),
                None if state.phase != Phase::Running => return None,
                None => state = wait(&self.worker_wakes, state),
            }
        }
    }

    fn prepare(&self, draft: Draft) {
        let Draft { id, mut record, key, waits, .. } = draft;
        if self.parts.scrubs_secrets {
            record.scrub();
        }
        let bytes: Arc<[u8]> = record.encode().into();
        let is_stored = self.store(id, &bytes);
        let body = if is_stored { None } else { Some(bytes) };
        let mut state = self.lock();
        if state.phase == Phase::Over {
            return;
        }
        if is_stored {
            state.ledger.move_to_disk(1);
        }
        let replaced = state.items.insert(id, Item::new(Some(key), body, waits));
        // One that is being sent at the moment has its outcome from the answer.
        let replaced = replaced.filter(|id| state.sending != Some(*id));
        drop(state);
        if let Some(replaced) = replaced {
            self.resolve(replaced, None);
        }
        self.sender_wakes.notify_one();
    }

    /// Stores an annotation in the spool. Returns false without a spool, and if the disk cannot be
    /// written, which is reported.
    fn store(&self, id: u64, bytes: &[u8]) -> bool {
        let Some(store) = &self.parts.store else { return false };
        let mut spool = store.lock();
        let (evicted, stored) = spool.store(id, bytes);
        let mut lost = 0;
        let mut state = self.lock();
        for evicted in evicted {
            lost += u64::from(state.resolve(evicted, Some("spool full")));
        }
        let is_over = state.phase == Phase::Over;
        drop(state);
        drop(spool);
        if lost > 0 {
            let error = SendError {
                cause: "spool full",
                what: format!("the spool {} was full", store.shown()),
                advice: "raise TRACE_SPOOL_BYTES".to_owned(),
            };
            self.report_lost(&error, lost);
        }
        self.progress.notify_all();
        stored.map_err(|error| store.report_unwritable(&error)).is_ok() && !is_over
    }

    /// Counts an annotation as lost that could not be prepared.
    fn abandon(&self, id: u64) {
        let mut state = self.lock();
        state.open.remove(&id);
        state.ledger.record_lost("internal error", 1, Location::Memory);
        drop(state);
        let error = SendError {
            cause: "internal error",
            what: "an annotation could not be prepared".to_owned(),
            advice: "report it to the authors of trace-runtime".to_owned(),
        };
        self.report_lost(&error, 1);
        self.progress.notify_all();
    }

    /// Counts and reports the outcome of an annotation, and deletes it from the spool. Only the first
    /// outcome has an effect.
    pub(super) fn resolve(&self, id: u64, error: Option<&SendError>) {
        let mut spool = self.parts.store.as_ref().map(|store| store.lock());
        let mut state = self.lock();
        let is_first = state.resolve(id, error.map(|error| error.cause));
        if let (true, Some(error)) = (is_first, error) {
            state.outage.record_rejection(error);
        }
        drop(state);
        if let (true, Some(spool)) = (is_first, &mut spool) {
            spool.forget(id);
        }
        drop(spool);
        if let (true, Some(error)) = (is_first, error) {
            self.report_lost(error, 1);
        }
        self.progress.notify_all();
    }

    /// Adds an annotation of an earlier run that is in the spool. Returns its id.
    pub(super) fn track_earlier(&self) -> u64 {
        let since = Instant::now();
        let waits = super::Waits { live: None, ended: None, is_earlier: true, since };
        let mut state = self.lock();
        let id = state.items.next_earlier();
        state.items.insert(id, Item::new(None, None, waits));
        debug_assert!(Items::is_earlier(id));
        id
    }
}
