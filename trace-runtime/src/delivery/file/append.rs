//! Appends entries to a file that several processes may write.
//!
//! An entry is one `write` to a file that is open for appending, so that entries of two processes
//! never mix. A process that is killed, or a disk that is full, may leave the last entry torn. It is
//! closed before the next one, and never removed: the end of the file may belong to another process.

use super::page;
use crate::delivery::settings::FileFormat;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::thread;
use std::time::Duration;

/// The attempts to lock a new page. Another process holds the lock while it writes 100 kB.
const LOCK_ATTEMPTS: u32 = 100;
const LOCK_PAUSE: Duration = Duration::from_millis(10);

/// Opens a file for appending, and writes the beginning of its format if it is new. It is readable
/// by its owner only, because spans contain prompts and other user data.
pub(super) fn open(path: &Path, format: FileFormat) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    let head = page::head(format);
    // A pipe has no beginning that could be read, and it is written once.
    if !head.is_empty() && !file.metadata()?.is_file() {
        write_whole(&mut file, head)?;
    } else if !head.is_empty() {
        lock(&file)?;
        let begun = begin(&mut file, head);
        let _ = file.unlock();
        begun?;
    }
    Ok(file)
}

/// Locks a file, so that only one process writes its beginning. Returns an error if another process
/// keeps the lock.
fn lock(file: &File) -> io::Result<()> {
    for _ in 0..LOCK_ATTEMPTS {
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => thread::sleep(LOCK_PAUSE),
            // Some network file systems have no locks. A page that two processes create there at the
            // same moment may have two beginnings, and still opens.
            Err(TryLockError::Error(_)) | Ok(()) => return Ok(()),
        }
    }
    Err(io::Error::new(ErrorKind::WouldBlock, "another process has locked the file"))
}

/// Writes the beginning of a file, or the rest of it if a process was killed while it wrote it.
/// Returns an error for a file with another content, which would be damaged.
fn begin(file: &mut File, head: &[u8]) -> io::Result<()> {
    let mut found = Vec::with_capacity(head.len());
    file.seek(SeekFrom::Start(0))?;
    Read::by_ref(file).take(head.len() as u64).read_to_end(&mut found)?;
    if found.len() < head.len() && head.starts_with(&found) {
        return write_whole(file, &head[found.len()..]);
    }
    if page::is_page(&found) {
        return Ok(());
    }
    let reason = "it exists and is not a page of traces; delete it, or choose another path";
    Err(io::Error::new(ErrorKind::InvalidData, reason))
}

/// Appends an entry with a single `write`. The caller repeats the whole entry after an error.
pub(super) fn append(file: &mut File, entry: &[u8], format: FileFormat) -> io::Result<()> {
    let close = page::close(format);
    let written = if is_torn(file)? {
        write_once(file, &[close, entry].concat())?.saturating_sub(close.len())
    } else {
        write_once(file, entry)?
    };
    if written == entry.len() {
        return Ok(());
    }
    // So that the next entry, of any process, is readable.
    let _ = write_once(file, close);
    Err(short_write(written, entry.len()))
}

/// Returns true if the file does not end with a line break: a process died or ran out of space while
/// it wrote the last entry.
fn is_torn(file: &mut File) -> io::Result<bool> {
    // A pipe has no length, and its end cannot be read.
    if file.metadata()?.len() == 0 {
        return Ok(false);
    }
    file.seek(SeekFrom::End(-1))?;
    let mut last = [0];
    file.read_exact(&mut last)?;
    Ok(last != *b"\n")
}

fn write_whole(file: &mut File, bytes: &[u8]) -> io::Result<()> {
    match write_once(file, bytes)? {
        written if written == bytes.len() => Ok(()),
        written => Err(short_write(written, bytes.len())),
    }
}

fn short_write(written: usize, length: usize) -> io::Error {
    io::Error::new(ErrorKind::WriteZero, format!("{written} of {length} bytes written"))
}

/// Writes once, repeating only a call that a signal interrupted before it wrote anything.
fn write_once(file: &mut File, bytes: &[u8]) -> io::Result<usize> {
    loop {
        match file.write(bytes) {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            written => return written,
        }
    }
}
