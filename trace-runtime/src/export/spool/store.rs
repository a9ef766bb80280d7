//! The spool of one queue, with its bookkeeping.

use super::{Found, Spool};
use crate::export::body::Body;
use crate::export::deliver::Failure;
use crate::export::queue::{Fate, Queue};
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
        let (evicted, stored) = match body.protobuf() {
            Ok(protobuf) => self.lock().store(id, &protobuf),
            Err(error) => (Vec::new(), Err(error)),
        };
        match &stored {
            // Settled while it was written: it need not be kept.
            Ok(()) if !self.queue.spooled(id, in_memory) => self.forget(id),
            Ok(()) => {}
            Err(error) => self.say_unwritable(error),
        }
        self.drop_oldest(&evicted);
        stored.is_ok()
    }

    /// A batch from the spool; `None` if it is there no more.
    pub(crate) fn load(&self, id: u64, spans: u64) -> Option<Body> {
        let loaded = self.lock().load(id);
        match loaded {
            Some(Ok(bytes)) => Some(Body { bytes, is_gzip: false }),
            Some(Err(error)) => {
                let what = format!("a batch in the spool {} is damaged ({error})", self.shown());
                let advice = "look at the disk".to_owned();
                let failure = Failure { cause: "spool damaged", what, advice };
                self.queue.settle(id, &Fate::lost(spans, failure));
                self.forget(id);
                None
            }
            // Left to the next run, or dropped for a newer one and accounted for there.
            None => None,
        }
    }

    pub(crate) fn forget(&self, id: u64) {
        self.lock().forget(id);
    }

    /// Leaves what is stored to the next run.
    pub(crate) fn close(&self) {
        self.lock().close();
        self.queue.say_on_disk(&self.shown());
    }

    fn drop_oldest(&self, evicted: &[u64]) {
        let spans = evicted.iter().map(|id| self.queue.evicted(*id)).sum();
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
