//! The spool of one queue, with its bookkeeping: whoever changes what is on disk holds the lock
//! of the spool until the account says the same.

use super::Spool;
use super::folder::Folder;
use super::segment::{Earlier, Segment};
use crate::config::RegisterError;
use crate::delivery::body::Body;
use crate::delivery::deliver::Failure;
use crate::delivery::queue::{Batch, Fate, Queue};
use crate::delivery::settings::SpoolSettings;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// What worker and sender share of the spool.
#[derive(Debug)]
pub(crate) struct Store {
    queue: Arc<Queue>,
    spool: Mutex<Spool>,
    folder: PathBuf,
    /// The part of it for this backend.
    backend: PathBuf,
    pub(crate) is_durable: bool,
    /// How often to look for what other processes have left.
    pub(crate) looks_every: Duration,
}

/// A look costs reading a folder. What is found waited for longer than this.
const LOOKS_EVERY: Duration = Duration::from_secs(60);

impl Store {
    /// Opens the spool of the backend with this name.
    pub(crate) fn open(
        settings: &SpoolSettings,
        backend: &str,
        queue: &Arc<Queue>,
    ) -> Result<Self, RegisterError> {
        // The program may go to another directory.
        let opened = std::path::absolute(&settings.path).and_then(|path| {
            let backend = path.join(folder_name(backend));
            Ok((Spool::open(&backend, settings.bytes, settings.is_durable)?, backend))
        });
        let (spool, backend) = opened.map_err(|error| RegisterError::Folder {
            setting: settings.setting,
            path: settings.path.display().to_string(),
            reason: error.to_string(),
        })?;
        Ok(Store {
            queue: Arc::clone(queue),
            spool: Mutex::new(spool),
            folder: settings.path.clone(),
            backend,
            is_durable: settings.is_durable,
            looks_every: LOOKS_EVERY,
        })
    }

    /// Hands what processes that are gone have left to the queue. Segments are read without the
    /// lock, for which the worker may wait.
    pub(crate) fn adopt(&self) {
        let mut damaged = 0;
        for folder in Folder::adopt(&self.backend).unwrap_or_default() {
            let paths = folder.segments();
            if !self.lock().adopt(folder) {
                continue;
            }
            for path in paths {
                let number = self.lock().adopted_number();
                match Segment::read(&path, number) {
                    Ok(earlier) => {
                        damaged += earlier.damaged;
                        self.add(earlier);
                    }
                    Err(error) => self.say_unreadable(&path, &error),
                }
            }
            self.lock().leave_empty();
        }
        self.say_damaged(damaged);
    }

    fn add(&self, earlier: Earlier) {
        let mut spool = self.lock();
        if spool.add(earlier.segment) {
            for (place, spans) in earlier.batches {
                spool.name(self.queue.recover(spans), place);
            }
        }
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

    /// Reads a batch to send it; `None` if it is not to be sent. An error if it cannot be read now,
    /// and may be later: when fewer files are open, or the disk is back.
    pub(crate) fn load(&self, id: u64, spans: u64) -> Result<Option<Batch>, Failure> {
        let spool = self.lock();
        // Left to the next run, or dropped for a newer one and counted there.
        let Some(loaded) = spool.load(id) else { return Ok(None) };
        let error = match loaded {
            Ok(bytes) => {
                let batch = Batch { id, spans, body: Body::plain(bytes) };
                return Ok(self.queue.loaded(&batch).then_some(batch));
            }
            Err(error) => error,
        };
        drop(spool);
        let failure = |cause, what| {
            let what = format!("a batch in the spool {} {what} ({error})", self.shown());
            Failure { cause, what, advice: "look at the disk".to_owned() }
        };
        if !is_final(error.kind()) {
            return Err(failure("spool unreadable", "cannot be read"));
        }
        self.settle(id, &Fate::lost(spans, failure("spool damaged", "is damaged")));
        Ok(None)
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
            let address = self.queue.address();
            self.queue.diagnostics().lost("spool full", address, spans, &|spans| {
                format!(
                    "{spans} for {address}, the oldest in the spool {}, were dropped since it was \
                     full: raise TRACE_SPOOL_BYTES",
                    self.shown(),
                )
            });
        }
    }

    fn say_damaged(&self, damaged: u64) {
        if damaged > 0 {
            self.queue.diagnostics().late("spool damaged", self.queue.address(), &|| {
                format!(
                    "{damaged} unfinished or damaged records in the spool {} were skipped: an \
                     earlier run ended while it wrote",
                    self.shown(),
                )
            });
        }
    }

    /// What cannot be read stays where it is.
    fn say_unreadable(&self, segment: &Path, error: &io::Error) {
        self.queue.diagnostics().late("spool segment", &self.shown(), &|| {
            format!(
                "{} in the spool cannot be read ({error}), what an earlier run left in it is not \
                 sent: look at the disk, and start the program again or replay the file",
                segment.display(),
            )
        });
    }

    fn say_unwritable(&self, error: &io::Error) {
        self.queue.diagnostics().late("spool", &self.shown(), &|| {
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

/// Whether a batch that could not be read is gone: deleted, cut off or changed.
fn is_final(kind: io::ErrorKind) -> bool {
    use io::ErrorKind::{InvalidData, NotFound, UnexpectedEof};
    matches!(kind, NotFound | UnexpectedEof | InvalidData)
}

/// What is stored for one backend is sent to no other. Readable, and with a checksum of the whole
/// address, whose query is not shown.
fn folder_name(backend: &str) -> String {
    let shown = backend.split('?').next().unwrap_or(backend);
    let readable: String =
        shown.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).take(80).collect();
    format!("{readable}-{:08x}", crc32fast::hash(backend.as_bytes()))
}
