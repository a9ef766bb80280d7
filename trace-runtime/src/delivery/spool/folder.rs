//! The folder of a process: beside it lies a file that the process keeps locked as long as it
//! lives, so that nobody takes the folder over before.

use fs4::{FileExt, TryLockError};
use std::fs::{DirBuilder, File, OpenOptions};
use std::hash::{BuildHasher, RandomState};
use std::io;
use std::path::{Path, PathBuf};

/// A folder whose lock this process holds.
#[derive(Debug, Default)]
pub(super) struct Folder {
    path: PathBuf,
    lock: Option<File>,
}

const LOCK: &str = "lock";

impl Folder {
    /// A new folder below `backend`, which is made if it is not there.
    pub(super) fn create(backend: &Path) -> io::Result<Self> {
        make(backend)?;
        loop {
            let random = RandomState::new().hash_one(0_u8);
            let path = backend.join(format!("{}-{random:016x}", std::process::id()));
            let lock_path = path.with_extension(LOCK);
            let lock = private().create_new(true).open(&lock_path)?;
            match FileExt::try_lock(&lock) {
                Ok(()) if lock_path.exists() => {
                    make(&path).inspect_err(|_| drop(std::fs::remove_file(&lock_path)))?;
                    return Ok(Folder { path, lock: Some(lock) });
                }
                // Between the two calls another process may have taken the new file for an orphan;
                // it deletes it before it lets go.
                Ok(()) | Err(TryLockError::WouldBlock) => {}
                // The file system has no locks, and will have none at the next try.
                Err(TryLockError::Error(error)) => {
                    drop(std::fs::remove_file(&lock_path));
                    return Err(error);
                }
            }
        }
    }

    /// Takes over the folders of processes that are gone. Those of this process are locked too.
    pub(super) fn adopt(backend: &Path) -> io::Result<Vec<Self>> {
        let mut locks: Vec<PathBuf> = std::fs::read_dir(backend)?
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|path| path.extension().is_some_and(|extension| extension == LOCK))
            .collect();
        locks.sort();
        let mut folders = Vec::new();
        for lock_path in locks {
            let Ok(lock) = private().open(&lock_path) else { continue };
            // Between the two calls another process may have taken it over and deleted it.
            if FileExt::try_lock(&lock).is_err() || !lock_path.exists() {
                continue;
            }
            let folder = Folder { path: lock_path.with_extension(""), lock: Some(lock) };
            if folder.path.is_dir() {
                folders.push(folder);
            } else {
                folder.leave();
            }
        }
        Ok(folders)
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Its segments, the oldest first.
    pub(super) fn segments(&self) -> Vec<PathBuf> {
        let Ok(entries) = std::fs::read_dir(&self.path) else { return Vec::new() };
        let mut paths: Vec<PathBuf> = entries.filter_map(|e| Some(e.ok()?.path())).collect();
        paths.retain(|path| path.extension().is_some_and(|extension| extension == "otlp"));
        paths.sort();
        paths
    }

    /// How long they are together.
    pub(super) fn bytes(&self) -> u64 {
        let segments = self.segments();
        segments.iter().filter_map(|path| Some(path.metadata().ok()?.len())).sum()
    }

    /// Brings the names of the segments to the disk itself, as syncing a file does with what is in
    /// it. A file system that cannot do that for folders does it by itself, or not at all.
    pub(super) fn sync(&self) {
        sync(&self.path);
    }

    /// The same for the folders above.
    pub(super) fn sync_above(&self) {
        self.path.ancestors().skip(1).take(3).for_each(sync);
    }

    /// Lets go. Nothing remains if nothing is in it.
    pub(super) fn leave(self) {
        if self.lock.is_none() {
            return;
        }
        let is_gone = std::fs::remove_dir(&self.path).is_ok() || !self.path.exists();
        if is_gone {
            // Deleted while it is locked, so that nobody can hold a file that is not there.
            let _ = std::fs::remove_file(self.path.with_extension(LOCK));
        }
    }
}

fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

fn make(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

fn sync(folder: &Path) {
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
}
