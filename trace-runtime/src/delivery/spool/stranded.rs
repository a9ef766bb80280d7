//! Spans and annotations that no destination of this program sends, because their endpoint is not
//! configured.

use super::Kind;
use super::folder::Folder;
use super::names::endpoint;
use super::regular::owner;
use super::segment::Records;
use crate::delivery::diagnostics::Diagnostics;
use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::SystemTime;

/// The bytes that are read to count them. Larger spools have at least the number that is reported.
const MAX_READ_BYTES: u64 = 64 << 20;

/// The search for spans or annotations of this kind, which reports them once in each run.
#[derive(Debug)]
pub(crate) struct Stranded {
    kind: Kind,
    /// The folder of all backends.
    folder: PathBuf,
    /// The names of the folders that belong to destinations of this program.
    known: BTreeSet<String>,
    diagnostics: Arc<Diagnostics>,
    is_reported: AtomicBool,
}

/// The spans or annotations for one endpoint that processes which are gone have left.
#[derive(Debug, Default)]
struct Left {
    number: u64,
    /// The time at which the oldest segment was written last.
    since: Option<SystemTime>,
    /// True if the segments were too long to count all.
    has_more: bool,
    bytes: u64,
}

impl Stranded {
    /// Creates the search for a spool. `backends` identify the destinations of this program.
    pub(crate) fn new(
        kind: Kind,
        folder: &Path,
        backends: &[String],
        diagnostics: Arc<Diagnostics>,
    ) -> io::Result<Self> {
        // Absolute, since the program may change its working directory.
        let folder = std::path::absolute(folder)?;
        let known = backends.iter().map(|backend| kind.folder(backend)).collect();
        Ok(Stranded { kind, folder, known, diagnostics, is_reported: AtomicBool::new(false) })
    }

    /// Reports the content for each unknown endpoint, in the first call. It reads files, so no thread
    /// may call it that ends spans, and no lock may be held.
    pub(crate) fn report_once(&self) {
        if self.is_reported.swap(true, Ordering::Relaxed) {
            return;
        }
        let Ok(entries) = std::fs::read_dir(&self.folder) else { return };
        let user = self.user();
        for entry in entries.filter_map(Result::ok) {
            let name = entry.file_name().to_string_lossy().into_owned();
            let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
            if !is_folder || self.known.contains(&name) {
                continue;
            }
            // The folder of another kind has no segment of this one.
            let left = Left::count(self.kind, &entry.path(), user);
            if left.number > 0 {
                let address = name.strip_prefix(self.kind.prefix).and_then(endpoint);
                self.report(&address.unwrap_or(name), &entry.path(), &left);
            }
        }
    }

    /// Returns the user of this process: the owner of the folders that it has created.
    fn user(&self) -> Option<u32> {
        let own = self.known.iter().map(|name| self.folder.join(name));
        let mut folders = own.chain([self.folder.clone()]);
        folders.find_map(|folder| folder.symlink_metadata().ok()).and_then(|it| owner(&it))
    }

    fn report(&self, endpoint: &str, folder: &Path, left: &Left) {
        let Left { number, since, has_more, .. } = left;
        let folder = folder.display().to_string();
        self.diagnostics.late("spool endpoint", &folder, &|| {
            let at_least = if *has_more { "at least " } else { "" };
            let since = since.map(httpdate::fmt_http_date);
            let since = since.map(|date| format!(" since {date}")).unwrap_or_default();
            format!(
                "{at_least}{} for {endpoint} wait in the spool{since}, and no destination of this \
                 program sends there: {}",
                (self.kind.number)(*number),
                (self.kind.advice)(&folder),
            )
        });
    }
}

impl Left {
    /// Counts the content of the folder of a backend, without those of processes that live.
    fn count(kind: Kind, backend: &Path, user: Option<u32>) -> Self {
        let mut left = Left::default();
        for lock in Folder::locks(backend) {
            // Dropping the folder unlocks it again.
            let Ok(Some(folder)) = Folder::take(&lock, user) else { continue };
            folder.segments(kind.extension).iter().for_each(|segment| left.add(kind, segment));
        }
        left
    }

    fn add(&mut self, kind: Kind, segment: &Path) {
        let Ok(metadata) = segment.symlink_metadata() else { return };
        if self.bytes + metadata.len() > MAX_READ_BYTES {
            self.has_more = true;
            return;
        }
        self.bytes += metadata.len();
        let Ok(Records { requests, .. }) = Records::read(kind, segment) else { return };
        let number = requests.iter().filter_map(|(_, request)| (kind.count)(request)).sum::<u64>();
        if number > 0 {
            self.number += number;
            let written = metadata.modified().ok();
            self.since =
                self.since.map_or(written, |since| Some(written.map_or(since, |it| it.min(since))));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::names::folder_name;
    use super::super::{SPANS, Spool};
    use super::*;
    use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
    use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span};
    use prost::Message;
    use std::sync::Mutex;

    const OTHER: &str = "http://old-host:4318/v1/traces";

    /// Stores a batch of three spans for a backend. The process that did it may have ended.
    fn store(folder: &Path, backend: &str) -> Spool {
        let mut spool =
            Spool::open(SPANS, &folder.join(folder_name(backend)), 1 << 20, false).unwrap();
        let scope = ScopeSpans { spans: vec![Span::default(); 3], ..ScopeSpans::default() };
        let resource = ResourceSpans { scope_spans: vec![scope], ..ResourceSpans::default() };
        let request = ExportTraceServiceRequest { resource_spans: vec![resource] };
        spool.store(1, &request.encode_to_vec()).1.unwrap();
        spool
    }

    /// Returns a new folder for one test.
    fn new_folder(test: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("stranded-{test}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        folder
    }

    /// Looks twice, and returns the reports.
    fn reports(folder: &Path, own: &str) -> Vec<String> {
        let reports = Arc::new(Mutex::new(Vec::new()));
        let sink = Arc::clone(&reports);
        let diagnostics = Diagnostics::new(Some(Box::new(move |diagnostic| {
            sink.lock().unwrap().push(diagnostic.to_string());
        })));
        let names = [own.to_owned()];
        let stranded = Stranded::new(SPANS, folder, &names, Arc::new(diagnostics)).unwrap();
        (0..2).for_each(|_| stranded.report_once());
        std::mem::take(&mut *reports.lock().unwrap())
    }

    #[test]
    fn oldest_segment_and_those_that_are_too_long_are_reported() {
        let folder = new_folder("long");
        (0..2).for_each(|_| store(&folder, OTHER).close());
        let left: Vec<_> = Folder::locks(&folder.join(folder_name(OTHER)))
            .iter()
            .map(|lock| lock.with_extension(""))
            .collect();
        let segment = std::fs::read_dir(&left[0]).unwrap().next().unwrap().unwrap().path();
        let times = std::fs::FileTimes::new().set_modified(SystemTime::UNIX_EPOCH);
        std::fs::File::options().write(true).open(segment).unwrap().set_times(times).unwrap();
        // It takes no room on the disk.
        let long = std::fs::File::create(left[1].join("9999999999.otlp")).unwrap();
        long.set_len(MAX_READ_BYTES).unwrap();
        let reports = reports(&folder, "http://h/v1/traces");
        let expected = "at least 6 spans for http://old-host:4318 wait in the spool since Thu, 01 Jan \
                        1970 00:00:00 GMT, and no destination";
        assert!(reports[0].starts_with(expected), "{reports:?}");
        std::fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn spans_for_an_unknown_endpoint_are_reported_once() {
        let folder = new_folder("once");
        let own = "http://h/v1/traces";
        let lives = store(&folder, own);
        (0..2).for_each(|_| store(&folder, OTHER).close());
        let living = store(&folder, OTHER);
        let reports = reports(&folder, own);
        let [report] = &reports[..] else { panic!("one line: {reports:?}") };
        let path = folder.join(folder_name(OTHER)).display().to_string();
        assert!(report.starts_with("6 spans for http://old-host:4318 wait in the spool since "));
        assert!(report.contains(" GMT, and no destination") && report.contains(&path), "{report}");
        drop((lives, living));
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
