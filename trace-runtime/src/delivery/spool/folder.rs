//! The folder of a process. Next to it is a lock file, which the process keeps locked as long as
//! it lives, so that no other process adopts the folder before. The operating system unlocks it
//! when the process dies, however it dies.

use super::regular::{open_regular, owner};
use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::hash::{BuildHasher, RandomState};
use std::io;
use std::path::{Path, PathBuf};

/// A folder whose lock this process holds.
#[derive(Debug, Default)]
pub(super) struct Folder {
    path: PathBuf,
    /// Locked until it is closed.
    lock: Option<File>,
}

const LOCK_EXTENSION: &str = "lock";

impl Folder {
    /// Creates a folder below `backend`, which is created if it is missing.
    pub(super) fn create(backend: &Path) -> io::Result<Self> {
        create_folder(backend)?;
        if !backend.symlink_metadata()?.is_dir() {
            let (kind, path) = (io::ErrorKind::NotADirectory, backend.display());
            return Err(io::Error::new(kind, format!("{path} is a symbolic link")));
        }
        loop {
            let random = RandomState::new().hash_one(0_u8);
            let path = backend.join(format!("{}-{random:016x}", std::process::id()));
            let lock_path = path.with_extension(LOCK_EXTENSION);
            let lock = private().create_new(true).open(&lock_path)?;
            match lock.try_lock() {
                Ok(()) if lock_path.exists() => {
                    create_folder(&path).inspect_err(|_| drop(std::fs::remove_file(&lock_path)))?;
                    return Ok(Folder { path, lock: Some(lock) });
                }
                // Between the two calls another process may have taken the new file for an orphan.
                // It deletes the file before it unlocks it.
                Ok(()) | Err(TryLockError::WouldBlock) => {}
                // The file system has no locks, and will have none at the next attempt.
                Err(TryLockError::Error(error)) => {
                    drop(std::fs::remove_file(&lock_path));
                    return Err(error);
                }
            }
        }
    }

    /// Returns the lock files of all folders of a backend.
    pub(super) fn locks(backend: &Path) -> Vec<PathBuf> {
        let Ok(entries) = std::fs::read_dir(backend) else { return Vec::new() };
        let mut locks: Vec<PathBuf> = entries.filter_map(|e| Some(e.ok()?.path())).collect();
        locks.retain(|path| path.extension().is_some_and(|found| found == LOCK_EXTENSION));
        locks.sort();
        locks
    }

    /// Locks the folder of a process that is gone. Returns `None` if the process lives: this
    /// process is not an exception, since its files are locked too. A folder that is a link, or that
    /// belongs to another user than `user`, is an error: its spans would be sent with the key of
    /// this program, and its files deleted.
    pub(super) fn take(lock_path: &Path, user: Option<u32>) -> io::Result<Option<Self>> {
        let lock = match open_regular(lock_path, &mut private()) {
            Ok(lock) => lock,
            Err(error) if error.kind() == io::ErrorKind::InvalidInput => return Err(error),
            // It is gone by now, or other users cannot read it.
            Err(_) => return Ok(None),
        };
        // Between the two calls another process may have adopted and deleted it.
        if lock.try_lock().is_err() || lock_path.symlink_metadata().is_err() {
            return Ok(None);
        }
        let folder = Folder { path: lock_path.with_extension(""), lock: Some(lock) };
        let Ok(metadata) = folder.path.symlink_metadata() else {
            folder.leave();
            return Ok(None);
        };
        let problem = if !metadata.is_dir() {
            "it is not a folder"
        } else if owner(&metadata) != user {
            "it belongs to another user"
        } else {
            return Ok(Some(folder));
        };
        Err(io::Error::new(io::ErrorKind::InvalidInput, problem))
    }

    /// Returns the user of this process, as the owner of the folder that it has created.
    pub(super) fn user(&self) -> Option<u32> {
        self.path.symlink_metadata().ok().and_then(|metadata| owner(&metadata))
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Returns the paths of its segments with this extension, the oldest first.
    pub(super) fn segments(&self, extension: &str) -> Vec<PathBuf> {
        let Ok(entries) = std::fs::read_dir(&self.path) else { return Vec::new() };
        let mut paths: Vec<PathBuf> = entries.filter_map(|e| Some(e.ok()?.path())).collect();
        paths.retain(|path| path.extension().is_some_and(|found| found == extension));
        paths.sort();
        paths
    }

    /// Syncs the names of the segments to the disk; syncing a file covers its content alone.
    /// Errors are ignored: a file system that cannot sync folders does it by itself, or not at
    /// all.
    pub(super) fn sync(&self) {
        sync(&self.path);
    }

    /// Syncs the names of the folders above it.
    pub(super) fn sync_above(&self) {
        self.path.ancestors().skip(1).take(3).for_each(sync);
    }

    /// Unlocks the folder, and deletes it if it is empty.
    pub(super) fn leave(self) {
        if self.lock.is_none() {
            return;
        }
        let is_gone =
            std::fs::remove_dir(&self.path).is_ok() || self.path.symlink_metadata().is_err();
        if is_gone {
            // Deleted while it is locked: else another process could lock a file that is gone.
            let _ = std::fs::remove_file(self.path.with_extension(LOCK_EXTENSION));
        }
    }
}

/// Returns options that create files for this user alone, since spans may hold private texts.
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Creates a folder and those above it, for this user alone.
fn create_folder(path: &Path) -> io::Result<()> {
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
