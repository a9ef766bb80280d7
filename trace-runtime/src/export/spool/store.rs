//! The spool of one queue, with its bookkeeping: whoever changes what is on disk holds the lock
//! of the spool until the account says the same.

use super::{Found, Spool};
use crate::export::body::Body;
use crate::export::deliver::Failure;
use crate::export::queue::{Batch, Fate, Queue};
use crate::register::{RegisterError, SpoolSettings};
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What worker and sender share of the spool.
#[derive(Debug)]
pub(crate) struct Store {
    queue: Arc<Queue>,
    spool: Mutex<Spool>,
    folder: PathBuf,
    pub(crate) is_durable: bool,
}

impl Store {
    /// Opens the spool of the backend with this name, and hands what earlier runs left to the
    /// queue.
    pub(crate) fn open(
        settings: &SpoolSettings,
        backend: &str,
        queue: &Arc<Queue>,
    ) -> Result<Self, RegisterError> {
        let folder = settings.path.join(folder_name(backend));
        let opened = Spool::open(&folder, settings.bytes, settings.is_durable);
        let (mut spool, found) = opened.map_err(|error| RegisterError::Folder {
            setting: settings.setting,
            path: settings.path.display().to_string(),
            reason: error.to_string(),
        })?;
        let Found { batches, damaged } = found;
        for (place, spans) in batches {
            spool.name(queue.recover(spans), place);
        }
        let store = Store {
            queue: Arc::clone(queue),
            spool: Mutex::new(spool),
            folder: settings.path.clone(),
            is_durable: settings.is_durable,
        };
        store.say_damaged(damaged);
        Ok(store)
    }

    /// Stores a batch. `false` means that it could not be stored, which is said.
    pub(crate) fn keep(&self, id: u64, body: &Body, in_memory: bool) -> bool {
        let protobuf = match body.protobuf() {
            Ok(protobuf) => protobuf,
            Err(error) => {
                self.say_unwritable(&error);
                return false;
            }
        };
        let mut spool = self.lock();
        if !self.queue.is_open(id) {
            // Given up: nothing older has to go for it.
            return false;
        }
        let (evicted, stored) = spool.store(id, &protobuf);
        let dropped = evicted.iter().map(|id| self.queue.evicted(*id)).sum();
        if stored.is_ok() && !self.queue.spooled(id, in_memory) {
            spool.forget(id);
        }
        drop(spool);
        self.say_dropped(dropped);
        stored.map_err(|error| self.say_unwritable(&error)).is_ok()
    }

    /// Reads a batch to send it; `None` if it is not to be sent.
    pub(crate) fn load(&self, id: u64, spans: u64) -> Option<Batch> {
        let spool = self.lock();
        // Left to the next run, or dropped for a newer one and counted there.
        let loaded = spool.load(id)?;
        match loaded {
            Ok(bytes) => {
                let batch = Batch { id, spans, body: Body::plain(bytes) };
                self.queue.loaded(&batch).then_some(batch)
            }
            Err(error) => {
                drop(spool);
                let what = format!("a batch in the spool {} is damaged ({error})", self.shown());
                let advice = "look at the disk".to_owned();
                let failure = Failure { cause: "spool damaged", what, advice };
                self.settle(id, &Fate::lost(spans, failure));
                None
            }
        }
    }

    /// Decides the fate of a batch, and says it when the spool has let it go: it cannot be closed
    /// between the two.
    pub(crate) fn settle(&self, id: u64, fate: &Fate) {
        let mut spool = self.lock();
        if self.queue.decide(id, fate) {
            spool.forget(id);
            drop(spool);
            self.queue.conclude(id, fate);
        }
    }

    /// Puts two batches in the place of one. On disk they share its record.
    pub(crate) fn split(&self, id: u64, halves: [(Body, u64); 2]) {
        let mut spool = self.lock();
        if let Some(parts) = self.queue.split(id, halves) {
            spool.share(id, parts);
        }
    }

    /// At the end, gives a part of a batch a record of its own, so that it can be sent without the
    /// others. If there is no room it is sent with them again.
    pub(crate) fn separate(&self, part: &Batch) {
        if let Ok(protobuf) = part.body.protobuf() {
            let _ = self.lock().separate(part.id, &protobuf);
        }
    }

    /// Leaves what is stored to the next run.
    pub(crate) fn close(&self) {
        self.lock().close();
        self.queue.say_on_disk(&self.shown());
    }

    fn say_dropped(&self, spans: u64) {
        if spans > 0 {
            self.queue.diagnostics().lost("spool full", spans, &|spans| {
                format!(
                    "{spans}, the oldest in the spool {}, were dropped since it was full: raise \
                     TRACE_SPOOL_BYTES",
                    self.shown(),
                )
            });
        }
    }

    fn say_damaged(&self, damaged: u64) {
        if damaged > 0 {
            self.queue.diagnostics().late("spool damaged", &|| {
                format!(
                    "{damaged} unfinished or damaged records in the spool {} were skipped: an \
                     earlier run ended while it wrote",
                    self.shown(),
                )
            });
        }
    }

    fn say_unwritable(&self, error: &io::Error) {
        self.queue.diagnostics().late("spool", &|| {
            format!(
                "the spool {} cannot be written ({error}), spans stay in memory while it has room: \
                 make room there, or name another folder",
                self.shown(),
            )
        });
    }

    fn shown(&self) -> String {
        self.folder.display().to_string()
    }

    fn lock(&self) -> MutexGuard<'_, Spool> {
        self.spool.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What is stored for one backend is sent to no other. Readable, and with a checksum of the whole
/// address, whose query is not shown.
fn folder_name(backend: &str) -> String {
    let shown = backend.split('?').next().unwrap_or(backend);
    let readable: String =
        shown.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).take(80).collect();
    format!("{readable}-{:08x}", crc32fast::hash(backend.as_bytes()))
}
