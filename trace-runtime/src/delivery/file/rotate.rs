//! Renames a file that is full, and deletes the oldest.

use crate::delivery::settings::FileFormat;
use std::io;
use std::path::{Path, PathBuf};

/// Renames the file at `path` to the number 1, that one to 2, and so on. At most `kept` rotated files
/// remain: the oldest is overwritten.
pub(super) fn rotate(path: &Path, format: FileFormat, kept: u32) -> io::Result<()> {
    if kept == 0 {
        return std::fs::remove_file(path);
    }
    let numbered = |number| numbered(path, format, number);
    // From the oldest to the newest, so that no file is renamed over one that is kept.
    for number in (1..kept).rev().filter(|number| numbered(*number).exists()) {
        std::fs::rename(numbered(number), numbered(number + 1))?;
    }
    std::fs::rename(path, numbered(1))
}

/// Returns `traces.jsonl.1` for `traces.jsonl`, as programs that read logs expect, and
/// `trace.1.html` for `trace.html`, because a browser shows only files with this ending.
fn numbered(path: &Path, format: FileFormat, number: u32) -> PathBuf {
    let ending = path.extension().filter(|_| format == FileFormat::Page);
    if let Some(ending) = ending.and_then(|ending| ending.to_str()) {
        return path.with_extension(format!("{number}.{ending}"));
    }
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{number}"));
    PathBuf::from(name)
}
