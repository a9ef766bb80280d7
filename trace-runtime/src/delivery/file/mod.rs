//! Writes spans to a file as OTLP JSON, one request on each line.
//!
//! The OpenTelemetry Collector's file exporter writes this format, and its `otlpjsonfile` receiver
//! reads it. A file is handled like a backend, with the same queue and retries, because a write may
//! fail for a while, for example on a full disk.

mod json;

pub(super) use json::read as read_line;

use super::body::Body;
use super::destination::{Attempt, PartialSuccess, SendError, Transport, UNWRITABLE};
use crate::delivery::settings::FileSettings;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use prost::Message;
use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// A file that requests are appended to, and its rotation.
#[derive(Debug)]
pub(super) struct FileTransport {
    settings: FileSettings,
    /// The absolute path. The program may change its working directory.
    path: PathBuf,
    file: File,
}

impl FileTransport {
    pub(super) fn open(settings: FileSettings) -> io::Result<Self> {
        let path = std::path::absolute(&settings.path)?;
        let file = open(&path)?;
        Ok(FileTransport { settings, path, file })
    }

    /// Appends a line, after rotating the file if it would become too long. A single line may be
    /// longer than the limit.
    fn append(&mut self, line: &[u8]) -> io::Result<()> {
        let length = self.file.metadata()?.len();
        let is_full = length > 0 && length + line.len() as u64 > self.settings.bytes;
        // Another process may have moved or deleted the file, for example `logrotate`. The open
        // handle still accepts writes, but they would not end up at the path.
        let exists = self.path.exists();
        if is_full && exists {
            rotate(&self.path, self.settings.kept)?;
        }
        if is_full || !exists {
            self.file = open(&self.path)?;
        }
        append(&mut self.file, line)
    }

    /// Returns the failure for an error of the operating system, which is quoted: "No space left on
    /// device" needs another action than "Permission denied".
    fn failure(&self, cause: &'static str, error: &io::Error) -> SendError {
        SendError {
            cause,
            what: format!("{} could not be written ({error})", self.address()),
            advice: "make the file writable, for example by freeing space, or choose another file"
                .to_owned(),
        }
    }
}

/// Converts a batch from protobuf to a line of JSON.
fn line(body: &Body) -> io::Result<Vec<u8>> {
    let request = ExportTraceServiceRequest::decode(body.protobuf()?)?;
    Ok(json::write(&request)?)
}

/// Opens a file for appending. A new one is readable by its owner only, because spans contain
/// prompts and other user data.
fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Appends a line with a single `write`, because other processes may append to the same file. For
/// the same reason a partial line is terminated and never truncated: the end of the file may
/// belong to another process by now. The retry writes the whole line again.
fn append(file: &mut File, line: &[u8]) -> io::Result<()> {
    let written = if has_partial_line(file)? {
        write_once(file, &[b"\n", line].concat())?.saturating_sub(1)
    } else {
        write_once(file, line)?
    };
    if written == line.len() {
        return Ok(());
    }
    // Terminates the partial line, so that the next one, of any process, is readable.
    let _ = write_once(file, b"\n");
    let reason = format!("{written} of {} bytes written", line.len());
    Err(io::Error::new(ErrorKind::WriteZero, reason))
}

/// Returns true if the last line is not terminated: a process died or ran out of space while it
/// wrote the line.
fn has_partial_line(file: &mut File) -> io::Result<bool> {
    // A pipe has no length, and its end cannot be read.
    if file.metadata()?.len() == 0 {
        return Ok(false);
    }
    file.seek(SeekFrom::End(-1))?;
    let mut last = [0];
    file.read_exact(&mut last)?;
    Ok(last != *b"\n")
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

/// Renames `traces.jsonl` to `traces.jsonl.1`, that one to `.2`, and so on. At most `kept` rotated
/// files remain: the oldest is overwritten.
fn rotate(path: &Path, kept: u32) -> io::Result<()> {
    let numbered = |number: u32| {
        let mut name = path.as_os_str().to_owned();
        name.push(format!(".{number}"));
        PathBuf::from(name)
    };
    if kept == 0 {
        return std::fs::remove_file(path);
    }
    // From the oldest to the newest, so that no file is renamed over one that is kept.
    for number in (1..kept).rev().filter(|number| numbered(*number).exists()) {
        std::fs::rename(numbered(number), numbered(number + 1))?;
    }
    std::fs::rename(path, numbered(1))
}

impl Transport for FileTransport {
    fn send(&mut self, body: &Body, _within: Duration) -> Attempt {
        let line = match line(body) {
            Ok(line) => line,
            // A retry would encode the same batch and fail again.
            Err(error) => return Attempt::Rejected(self.failure("encoding", &error)),
        };
        match self.append(&line) {
            Ok(()) => Attempt::Accepted(PartialSuccess::default()),
            Err(error) => Attempt::Retry { error: self.failure(UNWRITABLE, &error), after: None },
        }
    }

    /// Returns no limit: a write cannot be interrupted.
    fn timeout(&self) -> Duration {
        Duration::MAX
    }

    /// Returns false: the file is meant to be read with tools for JSON lines.
    fn wants_gzip(&self) -> bool {
        false
    }

    /// Returns false: a spool is on a disk too, and likely on the same one.
    fn wants_spool(&self) -> bool {
        false
    }

    /// Returns no limit: a line can have any length.
    fn max_request_bytes(&self) -> usize {
        usize::MAX
    }

    fn address(&self) -> String {
        format!("the file {}", self.settings.path.display())
    }

    /// Returns an empty address: it identifies the spool of a backend, and a file has none.
    fn identity(&self) -> &'static str {
        ""
    }
}
