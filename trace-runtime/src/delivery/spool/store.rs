//! The spool of one queue: opening it, adopting what other processes have left, and its reports.

use super::folder::Folder;
use super::regular::foreign_access;
use super::segment::{Earlier, Segment};
use super::{Kind, Spool, Stranded, Takeover};
use crate::config::RegisterError;
use crate::delivery::destination::SendError;
use crate::delivery::diagnostics::Diagnostics;
use crate::delivery::settings::SpoolSettings;
use crate::sync;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

/// The spool of one backend, with its lock.
///
/// A thread that changes the disk holds the lock until the account of the queue has changed too: a
/// batch is never on disk without being counted there, nor counted there without being on disk.
#[derive(Debug)]
pub(crate) struct Store {
    kind: Kind,
    spool: Mutex<Spool>,
    /// The folder of all backends, for messages.
    folder: PathBuf,
    /// The folder of this backend, below `folder`.
    backend: PathBuf,
    /// The destination, for messages.
    address: String,
    diagnostics: Arc<Diagnostics>,
    is_durable: bool,
    scan_interval: Duration,
    /// The owner of the folders that may be adopted.
    user: Option<u32>,
    /// The content for other endpoints, which some destination reports.
    stranded: Option<Arc<Stranded>>,
}

/// The time between two scans for spools that other processes have left. A scan costs reading a
/// folder, and such spans have waited for longer than this.
const SCAN_INTERVAL: Duration = Duration::from_secs(60);

impl Store {
    /// Opens the spool of the backend with this name.
    pub(crate) fn open(
        kind: Kind,
        settings: &SpoolSettings,
        backend: &str,
        address: String,
        diagnostics: Arc<Diagnostics>,
    ) -> Result<Self, RegisterError> {
        // Absolute, since the program may change its working directory.
        let opened = std::path::absolute(&settings.path).and_then(|path| {
            let backend = path.join(kind.folder(backend));
            Ok((Spool::open(kind, &backend, settings.bytes, settings.is_durable)?, backend))
        });
        let (spool, backend) = opened.map_err(|error| RegisterError::Folder {
            setting: settings.setting,
            path: settings.path.display().to_string(),
            reason: error.to_string(),
        })?;
        let (user, folder) = (spool.user(), settings.path.clone());
        let (is_durable, scan_interval) = (settings.is_durable, SCAN_INTERVAL);
        let spool = Mutex::new(spool);
        let store = Store {
            kind,
            spool,
            folder,
            backend,
            address,
            diagnostics,
            is_durable,
            scan_interval,
            user,
            stranded: None,
        };
        store.report_foreign_access();
        Ok(store)
    }

    /// Lets this destination report the content that no destination sends.
    pub(crate) fn reporting(self, stranded: Option<&Arc<Stranded>>) -> Self {
        Store { stranded: stranded.cloned(), ..self }
    }

    /// Reports the content that no destination sends.
    pub(crate) fn report_stranded(&self) {
        if let Some(stranded) = &self.stranded {
            stranded.report_once();
        }
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, Spool> {
        sync::lock(&self.spool)
    }

    /// Returns true if every batch is stored before it is sent.
    pub(crate) fn is_durable(&self) -> bool {
        self.is_durable
    }

    pub(crate) fn scan_interval(&self) -> Duration {
        self.scan_interval
    }

    #[cfg(test)]
    pub(crate) fn set_scan_interval(&mut self, interval: Duration) {
        self.scan_interval = interval;
    }

    /// Lists the folders that other processes may have left.
    pub(crate) fn scan(&self, takeover: &mut Takeover) {
        takeover.scan(&self.backend);
    }

    /// Takes one step to adopt batches that processes which are gone have left: opens a folder, or
    /// reads a segment. `track` takes the number of spans of a batch and returns its id. Files are
    /// read without the lock, so the worker does not wait.
    pub(crate) fn adopt_next(&self, takeover: &mut Takeover, track: impl Fn(u64) -> u64) {
        if let Some((folder, path)) = takeover.next_segment() {
            takeover.damaged += self.adopt_segment(folder, &path, track);
        } else if let Some(path) = takeover.next_lock() {
            match Folder::take(&path, self.user) {
                Ok(Some(folder)) => {
                    let segments = folder.segments(self.kind.extension);
                    if let Some(number) = self.lock().adopt(folder, segments.len()) {
                        takeover.open(number, segments);
                    }
                }
                Ok(None) => {}
                Err(error) => self.report_foreign_folder(&path.with_extension(""), &error),
            }
        }
        if takeover.is_done() {
            self.report_damaged(std::mem::take(&mut takeover.damaged));
        }
    }

    /// Adopts a segment, and returns the number of damaged records in it.
    fn adopt_segment(&self, folder: u64, path: &Path, track: impl Fn(u64) -> u64) -> u64 {
        let length = path.symlink_metadata().map_or(0, |metadata| metadata.len());
        let mut spool = self.lock();
        if !spool.has_room(length) {
            spool.leave_segment(Some(folder));
            return 0;
        }
        let number = spool.adopted_number();
        drop(spool);
        match Segment::read(self.kind, path, number, folder) {
            Ok(earlier) => {
                let damaged = earlier.damaged;
                self.add(earlier, track);
                damaged
            }
            Err(error) => {
                self.lock().leave_segment(Some(folder));
                self.report_unreadable_segment(path, &error);
                0
            }
        }
    }

    fn add(&self, earlier: Earlier, track: impl Fn(u64) -> u64) {
        let mut spool = self.lock();
        if spool.add(earlier.segment) {
            for (place, spans) in earlier.batches {
                spool.name(track(spans), place);
            }
        }
    }

    /// Returns true if a batch that could not be read is gone for good: deleted, cut off or
    /// changed.
    pub(crate) fn is_final(kind: io::ErrorKind) -> bool {
        use io::ErrorKind::{InvalidData, NotFound, UnexpectedEof};
        matches!(kind, NotFound | UnexpectedEof | InvalidData)
    }

    /// The folder of the spool, for messages.
    pub(crate) fn shown(&self) -> String {
        self.folder.display().to_string()
    }
}

/// Reports. None may be called while the spool is locked, since a callback may flush other queues.
impl Store {
    /// Reports spans that were dropped to make room for newer ones.
    pub(crate) fn report_dropped(&self, spans: u64) {
        if spans > 0 {
            let address = &self.address;
            self.diagnostics.lost("spool full", address, spans, &|spans| {
                format!(
                    "{spans} for {address}, the oldest in the spool {}, were dropped since it was \
                     full: raise TRACE_SPOOL_BYTES",
                    self.shown(),
                )
            });
        }
    }

    fn report_damaged(&self, damaged: u64) {
        if damaged > 0 {
            self.diagnostics.late("spool damaged", &self.address, &|| {
                format!(
                    "{damaged} unfinished or damaged records in the spool {} were skipped: an \
                     earlier run ended while it wrote",
                    self.shown(),
                )
            });
        }
    }

    /// Reports a segment that cannot be read. It stays where it is.
    fn report_unreadable_segment(&self, segment: &Path, error: &io::Error) {
        self.diagnostics.late("spool segment", &self.shown(), &|| {
            format!(
                "{} in the spool cannot be read ({error}), so its {} of an earlier run are not \
                 sent: check the disk, then start the program again or replay the file",
                segment.display(),
                self.kind.things,
            )
        });
    }

    /// Reports a folder that is not adopted, for safety. It stays where it is.
    fn report_foreign_folder(&self, folder: &Path, error: &io::Error) {
        self.diagnostics.late("spool folder", &self.shown(), &|| {
            format!(
                "{} in the spool is left alone ({error}): if its {} are yours, replay it",
                folder.display(),
                self.kind.things,
            )
        });
    }

    /// Reports that other users may write to the spool. The folder of a process is private, but in
    /// a folder that others write to they may put one of their making.
    fn report_foreign_access(&self) {
        for folder in [&self.folder, &self.backend] {
            let Ok(metadata) = folder.metadata() else { continue };
            let Some(problem) = foreign_access(&metadata, self.user) else { continue };
            let folder = folder.display().to_string();
            self.diagnostics.late("spool access", &folder, &|| {
                format!(
                    "the spool {folder} is not safe, since {problem}: others can make this program \
                     send spans with its key; run `chmod go-w` on it, or choose a folder of your own",
                )
            });
        }
    }

    /// Reports that a batch could not be written.
    pub(crate) fn report_unwritable(&self, error: &io::Error) {
        self.diagnostics.late("spool", &self.shown(), &|| {
            format!(
                "the spool {} cannot be written ({error}), {} stay in memory while it has room: \
                 free space, or choose another folder",
                self.shown(),
                self.kind.things,
            )
        });
    }

    /// Describes a batch that cannot be read now.
    pub(crate) fn unreadable_batch(&self, error: &io::Error) -> SendError {
        self.batch_error("spool unreadable", "cannot be read", error)
    }

    /// Describes a batch that is gone for good.
    pub(crate) fn damaged_batch(&self, error: &io::Error) -> SendError {
        self.batch_error("spool damaged", "is damaged", error)
    }

    fn batch_error(&self, cause: &'static str, problem: &str, error: &io::Error) -> SendError {
        let what = format!("a batch in the spool {} {problem} ({error})", self.shown());
        SendError { cause, what, advice: "check the disk".to_owned() }
    }
}
