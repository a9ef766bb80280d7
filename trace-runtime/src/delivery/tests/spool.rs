//! A folder for a spool, and its content.

use super::harness::{names, new_queue, span};
use crate::config::Setting;
use crate::delivery::body::Body;
use crate::delivery::encode::encode;
use crate::delivery::queue::Queue;
use crate::delivery::settings::SpoolSettings;
use crate::delivery::spool::Records;
use opentelemetry_proto::transform::common::tonic::ResourceAttributesWithSchema;
use std::path::{Path, PathBuf};

/// A folder for a spool.
pub(super) struct Disk(PathBuf);

impl Disk {
    pub(super) fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("delivery-{}-{name}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        Disk(path)
    }

    pub(super) fn spool(&self, is_durable: bool, bytes: u64) -> SpoolSettings {
        let (path, setting) = (self.0.clone(), Setting::Method("spool"));
        SpoolSettings { path, setting, bytes, is_durable }
    }

    /// Starts a process that has stored spans with these names, and sends nothing. Dropping it
    /// kills the process: its locks are free, and nothing is reported.
    pub(super) fn process(&self, names: [&str; 4]) -> Queue {
        let queue = new_queue(Some(self.spool(true, 1 << 20)), |_| {});
        for name in names {
            queue.push(span(name));
        }
        let mut block = queue.next_block(|| {}).unwrap();
        let body =
            Body::plain(encode(block.spans.take(), &ResourceAttributesWithSchema::default()));
        assert!(queue.store_batch(block.id, &body, false));
        queue
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }

    /// Returns the number of files and folders of the backend.
    pub(super) fn entries(&self) -> usize {
        let backends = std::fs::read_dir(&self.0).unwrap().map(|backend| backend.unwrap().path());
        backends.map(|backend| std::fs::read_dir(backend).unwrap().count()).sum()
    }

    /// Returns the paths of all segments.
    pub(super) fn segments(&self) -> Vec<PathBuf> {
        let processes = below(self.0.clone()).into_iter().flat_map(below);
        processes.flat_map(below).collect()
    }

    /// Returns the paths of all lock files.
    pub(super) fn locks(&self) -> Vec<PathBuf> {
        let processes = below(self.0.clone()).into_iter().flat_map(below);
        processes.filter(|path| path.extension().is_some_and(|found| found == "lock")).collect()
    }

    /// Returns the names of the spans that the next run would adopt, sorted.
    pub(super) fn names(&self) -> Vec<String> {
        let mut found = Vec::new();
        read(&self.0, &mut found);
        found.sort();
        found
    }
}

/// Returns the entries of a folder.
fn below(path: PathBuf) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(path).into_iter().flatten();
    entries.map(|entry| entry.unwrap().path()).collect()
}

fn read(path: &Path, found: &mut Vec<String>) {
    if path.is_dir() {
        for entry in std::fs::read_dir(path).unwrap() {
            read(&entry.unwrap().path(), found);
        }
    } else if path.extension().is_some_and(|extension| extension == "otlp") {
        let requests = Records::read(crate::delivery::spool::SPANS, path).unwrap().requests;
        found.extend(requests.iter().flat_map(|(_, protobuf)| names(protobuf)));
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
