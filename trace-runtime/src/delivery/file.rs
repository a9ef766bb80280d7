//! OTLP as JSON, a request on each line: what the file exporter of the OpenTelemetry Collector
//! writes, and its receiver reads.

use super::body::Body;
use super::destination::{Attempt, PartialSuccess, SendError, Transport, UNWRITABLE};
use super::json_lines;
use crate::delivery::settings::FileSettings;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use prost::Message;
use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// A file that spans are appended to. Like a backend it may take a batch later than it is asked to:
/// a disk may be full for a while.
#[derive(Debug)]
pub(super) struct FileTransport {
    settings: FileSettings,
    path: PathBuf,
    file: File,
}

impl FileTransport {
    pub(super) fn open(settings: FileSettings) -> io::Result<Self> {
        // The program may go to another directory.
        let path = std::path::absolute(&settings.path)?;
        let file = open(&path)?;
        Ok(FileTransport { settings, path, file })
    }

    fn append(&mut self, line: &[u8]) -> io::Result<()> {
        let length = self.file.metadata()?.len();
        let is_full = length > 0 && length + line.len() as u64 > self.settings.bytes;
        // Somebody may have taken the file away: nobody would find what is written to it.
        let is_there = self.path.exists();
        if is_full && is_there {
            rotate(&self.path, self.settings.kept)?;
        }
        if is_full || !is_there {
            self.file = open(&self.path)?;
        }
        append(&mut self.file, line)
    }

    fn failure(&self, cause: &'static str, error: &io::Error) -> SendError {
        SendError {
            cause,
            what: format!("{} could not be written ({error})", self.address()),
            advice: "make room there, or name another file".to_owned(),
        }
    }
}

fn line(body: &Body) -> io::Result<Vec<u8>> {
    let request = ExportTraceServiceRequest::decode(body.protobuf()?)?;
    Ok(json_lines::write(&request)?)
}

fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Appends a line by one call, since other processes may append to the file too: what is written
/// is never taken back, it may not be the end of the file any more.
fn append(file: &mut File, line: &[u8]) -> io::Result<()> {
    let written = if is_torn(file)? {
        write_once(file, &[b"\n", line].concat())?.saturating_sub(1)
    } else {
        write_once(file, line)?
    };
    if written == line.len() {
        return Ok(());
    }
    // What comes next, of whichever process, is to be a line of its own.
    let _ = write_once(file, b"\n");
    let reason = format!("{written} of {} bytes written", line.len());
    Err(io::Error::new(ErrorKind::WriteZero, reason))
}

/// Whether the last line has no end: somebody could not write all of it.
fn is_torn(file: &mut File) -> io::Result<bool> {
    // Of what is no file but a pipe there is nothing to read.
    if file.metadata()?.len() == 0 {
        return Ok(false);
    }
    file.seek(SeekFrom::End(-1))?;
    let mut last = [0];
    file.read_exact(&mut last)?;
    Ok(last != *b"\n")
}

fn write_once(file: &mut File, bytes: &[u8]) -> io::Result<usize> {
    loop {
        match file.write(bytes) {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            written => return written,
        }
    }
}

/// `traces.jsonl` becomes `traces.jsonl.1`, that `.2`, and so on; the oldest goes.
fn rotate(path: &Path, kept: u32) -> io::Result<()> {
    let numbered = |number: u32| {
        let mut name = path.as_os_str().to_owned();
        name.push(format!(".{number}"));
        PathBuf::from(name)
    };
    if kept == 0 {
        return std::fs::remove_file(path);
    }
    for number in (1..kept).rev().filter(|number| numbered(*number).exists()) {
        std::fs::rename(numbered(number), numbered(number + 1))?;
    }
    std::fs::rename(path, numbered(1))
}

impl Transport for FileTransport {
    fn send(&mut self, body: &Body, _within: Duration) -> Attempt {
        let line = match line(body) {
            Ok(line) => line,
            Err(error) => return Attempt::Rejected(self.failure("encoding", &error)),
        };
        match self.append(&line) {
            Ok(()) => Attempt::Accepted(PartialSuccess::default()),
            Err(error) => Attempt::Retry { error: self.failure(UNWRITABLE, &error), after: None },
        }
    }

    /// A write takes as long as the disk wants.
    fn timeout(&self) -> Duration {
        Duration::MAX
    }

    fn wants_gzip(&self) -> bool {
        false
    }

    fn wants_spool(&self) -> bool {
        false
    }

    fn longest(&self) -> usize {
        usize::MAX
    }

    fn address(&self) -> String {
        format!("the file {}", self.settings.path.display())
    }

    fn identity(&self) -> &'static str {
        ""
    }
}
