//! Opens files in folders that other users may write to.

use std::fs::{File, Metadata, OpenOptions};
use std::io;
use std::path::Path;

/// Opens a regular file. Anything else is an error: a symbolic link may lead to any file of this
/// user, a pipe would block the thread, and a device may never end.
pub(super) fn open_regular(path: &Path, options: &mut OpenOptions) -> io::Result<File> {
    require_regular(&path.symlink_metadata()?)?;
    // The path may lead elsewhere by now, so the open file decides.
    #[cfg(unix)]
    {
        let flags = libc::O_NOFOLLOW | libc::O_NONBLOCK;
        std::os::unix::fs::OpenOptionsExt::custom_flags(options, flags);
    }
    let file = options.open(path)?;
    require_regular(&file.metadata()?)?;
    Ok(file)
}

fn require_regular(metadata: &Metadata) -> io::Result<()> {
    if metadata.is_file() {
        return Ok(());
    }
    Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file"))
}

/// Returns the user that owns a file or folder, where there are owners.
#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "other platforms have no owners")]
pub(super) fn owner(metadata: &Metadata) -> Option<u32> {
    Some(std::os::unix::fs::MetadataExt::uid(metadata))
}

#[cfg(not(unix))]
pub(super) fn owner(_metadata: &Metadata) -> Option<u32> {
    None
}

/// Returns the problem if users other than `user` may write into a folder. The superuser may do so
/// anyway.
#[cfg(unix)]
pub(super) fn foreign_access(metadata: &Metadata, user: Option<u32>) -> Option<String> {
    let mode = std::os::unix::fs::MetadataExt::mode(metadata) & 0o7777;
    if mode & 0o022 != 0 {
        return Some(format!("other users may write to it (mode {mode:o})"));
    }
    let owner = owner(metadata)?;
    (owner != 0 && Some(owner) != user).then(|| format!("it belongs to another user ({owner})"))
}

#[cfg(not(unix))]
pub(super) fn foreign_access(_metadata: &Metadata, _user: Option<u32>) -> Option<String> {
    None
}
