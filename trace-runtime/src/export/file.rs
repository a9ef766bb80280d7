//! OTLP as JSON, a request on each line: what the file exporter of the OpenTelemetry Collector
//! writes, and its receiver reads.

use super::deliver::{Deliver, Delivering, DeliveryResult, Failure, Refused};
use super::encode::encode;
use super::json_lines;
use crate::register::FileSettings;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::transform::common::tonic::ResourceAttributesWithSchema;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SpanData;
use prost::Message;
use std::fs::{File, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// A file that spans are appended to.
#[derive(Debug)]
pub(super) struct FileDelivery {
    settings: FileSettings,
    path: PathBuf,
    file: Mutex<Appended>,
    resource: ResourceAttributesWithSchema,
}

#[derive(Debug)]
struct Appended {
    file: File,
    bytes: u64,
}

impl FileDelivery {
    pub(super) fn open(settings: FileSettings) -> io::Result<Self> {
        // The program may go to another directory.
        let path = std::path::absolute(&settings.path)?;
        let file = Mutex::new(Appended::open(&path)?);
        Ok(FileDelivery { settings, path, file, resource: ResourceAttributesWithSchema::default() })
    }

    fn append(&self, batch: Vec<SpanData>) -> io::Result<()> {
        let request = ExportTraceServiceRequest::decode(encode(batch, &self.resource))?;
        let line = json_lines::write(&request)?;
        let mut appended = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let is_full =
            appended.bytes > 0 && appended.bytes + line.len() as u64 > self.settings.bytes;
        // Somebody may have taken the file away: nobody would find what is written to it.
        let is_there = self.path.exists();
        if is_full && is_there {
            rotate(&self.path, self.settings.kept)?;
        }
        if is_full || !is_there {
            *appended = Appended::open(&self.path)?;
        }
        appended.write(&line)
    }
}

impl Appended {
    fn open(path: &Path) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        options.append(true).create(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(path)?;
        let bytes = file.metadata()?.len();
        Ok(Appended { file, bytes })
    }

    /// Writes a line, or nothing.
    fn write(&mut self, line: &[u8]) -> io::Result<()> {
        if let Err(error) = self.file.write_all(line) {
            let _ = self.file.set_len(self.bytes);
            let _ = self.file.seek(SeekFrom::End(0));
            return Err(error);
        }
        self.bytes += line.len() as u64;
        Ok(())
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

impl Deliver for FileDelivery {
    fn deliver(&self, batch: Vec<SpanData>) -> Delivering<'_> {
        let written: DeliveryResult =
            self.append(batch).map(|()| Refused::default()).map_err(|error| Failure {
                cause: "file",
                what: format!("{} could not be written ({error})", self.address()),
                advice: "make room there, or name another file".to_owned(),
            });
        Box::pin(std::future::ready(written))
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.resource = resource.into();
    }

    fn address(&self) -> String {
        format!("the file {}", self.settings.path.display())
    }
}
