//! Writes spans to files: OTLP JSON with one request on each line, or the page to look at them.
//!
//! The OpenTelemetry Collector's file exporter writes these lines, and its `otlpjsonfile` receiver
//! reads them. A file is handled like a backend, with the same queue and retries, because a write may
//! fail for a while, for example on a full disk.

mod append;
mod json;
mod page;
mod rotate;
#[cfg(test)]
mod tests;

#[cfg(feature = "file")]
pub(super) use json::{read as read_line, write as write_line};
#[cfg(feature = "file")]
pub(super) use page::blocks;
pub(super) use page::is_page;
#[cfg(feature = "html")]
pub(super) use page::{HTML, block};

use super::body::Body;
use super::destination::{Attempt, PartialSuccess, SendError, Transport, UNWRITABLE};
use crate::delivery::settings::{FileFormat, FileSettings};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use prost::Message;
use std::fs::File;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

/// A file that requests are appended to, and its rotation.
#[derive(Debug)]
pub(super) struct FileTransport {
    settings: FileSettings,
    /// The absolute path. The program may change its working directory.
    path: PathBuf,
    /// `None` between a rotation and the next successful attempt to open the path.
    file: Option<File>,
}

impl FileTransport {
    pub(super) fn open(settings: FileSettings) -> io::Result<Self> {
        let path = std::path::absolute(&settings.path)?;
        let file = Some(append::open(&path, settings.format)?);
        Ok(FileTransport { settings, path, file })
    }

    /// Appends an entry, after rotating the file if it would become too long. A single entry may be
    /// longer than the limit.
    fn append(&mut self, entry: &[u8]) -> io::Result<()> {
        let FileSettings { format, bytes, kept, .. } = self.settings;
        if let Some(file) = &self.file {
            let length = file.metadata()?.len();
            let is_full = length > page::head(format).len() as u64
                && length.saturating_add(entry.len() as u64) > bytes;
            // Another process may have moved or deleted the file, for example `logrotate`. The open
            // handle still accepts writes, but they would not end up at the path.
            let exists = self.path.exists();
            if is_full && exists {
                rotate::rotate(&self.path, format, kept)?;
            }
            if is_full || !exists {
                self.file = None;
            }
        }
        let file = match &mut self.file {
            Some(file) => file,
            None => self.file.insert(append::open(&self.path, format)?),
        };
        append::append(file, entry, format)
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

/// Converts a batch from protobuf to an entry of a file.
fn entry(body: &Body, format: FileFormat) -> io::Result<Vec<u8>> {
    let request = ExportTraceServiceRequest::decode(body.protobuf()?)?;
    let line = json::write(&request)?;
    match format {
        FileFormat::JsonLines => Ok(line),
        FileFormat::Page => page::entry(&line),
    }
}

impl Transport for FileTransport {
    fn send(&mut self, body: &Body, _within: Duration) -> Attempt {
        let entry = match entry(body, self.settings.format) {
            Ok(entry) => entry,
            // A retry would encode the same batch and fail again.
            Err(error) => return Attempt::Rejected(self.failure("encoding", &error)),
        };
        match self.append(&entry) {
            Ok(()) => Attempt::Accepted(PartialSuccess::default()),
            Err(error) => Attempt::Retry { error: self.failure(UNWRITABLE, &error), after: None },
        }
    }

    /// Returns no limit: a write cannot be interrupted.
    fn timeout(&self) -> Duration {
        Duration::MAX
    }

    /// Returns false: the file is meant to be read with tools for JSON lines, or by a browser.
    fn wants_gzip(&self) -> bool {
        false
    }

    /// Returns false: a spool is on a disk too, and likely on the same one.
    fn wants_spool(&self) -> bool {
        false
    }

    /// Returns no limit: an entry can have any length.
    fn max_request_bytes(&self) -> usize {
        usize::MAX
    }

    fn address(&self) -> String {
        let noun = match self.settings.format {
            FileFormat::JsonLines => "file",
            FileFormat::Page => "page",
        };
        format!("the {noun} {}", self.settings.path.display())
    }

    /// Returns an empty address: it identifies the spool of a backend, and a file has none.
    fn identity(&self) -> &'static str {
        ""
    }
}
