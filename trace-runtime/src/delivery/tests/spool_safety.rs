//! Spools into which other users have put files, links and pipes.

use super::harness::new_queue;
use super::spool::Disk;
use crate::delivery::diagnostics::{Diagnostic, Diagnostics};
use crate::delivery::queue::Queue;
use crate::delivery::settings::SpoolSettings;
use crate::delivery::spool::Store;
use std::fs::{self, File, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};

const SPANS: [&str; 4] = ["a", "b", "c", "d"];

/// Starts a process that reports, and lets it look for the spools of others.
fn looking(spool: SpoolSettings) -> (Queue, Vec<String>) {
    let reports = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&reports);
    let report = move |it: &Diagnostic| sink.lock().unwrap().push(it.to_string());
    let queue = new_queue(Some(spool), report);
    queue.adopt_now();
    let reports = reports.lock().unwrap().clone();
    (queue, reports)
}

/// Leaves the spool of a process that is gone. Returns the path of its segment.
fn left(disk: &Disk) -> PathBuf {
    drop(disk.process(SPANS));
    let [segment] = &disk.segments()[..] else { panic!("one segment") };
    segment.clone()
}

/// Replaces the segment of a process that is gone, and asserts that it is reported and stays.
fn assert_left_alone(name: &str, expected: &str, replace: impl FnOnce(&Path)) {
    let disk = Disk::new(name);
    let segment = left(&disk);
    fs::remove_file(&segment).unwrap();
    replace(&segment);
    let (queue, reports) = looking(disk.spool(false, 1 << 30));
    assert!(!queue.has_earlier());
    let [report] = &reports[..] else { panic!("one line: {reports:?}") };
    assert!(report.contains(expected), "{report}");
    segment.symlink_metadata().unwrap();
}

/// Opening a pipe waits for another process that writes to it, which never comes.
#[test]
fn pipe_in_a_spool_does_not_block() {
    assert_left_alone(
        "pipe",
        ".otlp in the spool cannot be read (it is not a regular file)",
        |path| {
            assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
        },
    );
}

/// The device never ends.
#[test]
fn device_in_a_spool_is_not_read() {
    assert_left_alone("device", "it is not a regular file", |path| {
        symlink("/dev/zero", path).unwrap();
    });
}

#[test]
fn segment_beyond_the_bound_is_not_read() {
    assert_left_alone("sparse", "it is longer than 67108864 bytes", |path| {
        File::create(path).unwrap().set_len(64 << 30).unwrap();
    });
}

/// A file with the name of a segment may be anything, also a file that the user needs.
#[test]
fn file_that_is_no_segment_is_not_deleted() {
    for content in ["the text of a user", "OTLP", ""] {
        assert_left_alone("foreign", "it is not a segment of a spool", |path| {
            fs::write(path, content).unwrap();
        });
    }
}

/// The link leads to a segment that belongs elsewhere. It would be marked as sent.
#[test]
fn linked_segment_is_not_followed() {
    let elsewhere = Disk::new("elsewhere");
    let segment = left(&elsewhere);
    let before = fs::read(&segment).unwrap();
    assert_left_alone("linked", "it is not a regular file", |path| {
        symlink(&segment, path).unwrap();
    });
    assert_eq!(fs::read(&segment).unwrap(), before);
}

/// The folder of a process is a link to a folder of the user, with files that are named like
/// segments.
#[test]
fn linked_folder_is_not_taken_over() {
    let (disk, elsewhere) = (Disk::new("linked-folder"), Disk::new("folder-elsewhere"));
    let segment = left(&elsewhere);
    let folder = left(&disk).parent().unwrap().to_owned();
    fs::remove_dir_all(&folder).unwrap();
    symlink(segment.parent().unwrap(), &folder).unwrap();
    let (queue, reports) = looking(disk.spool(false, 1 << 20));
    assert!(!queue.has_earlier() && segment.exists());
    let [report] = &reports[..] else { panic!("one line: {reports:?}") };
    assert!(report.contains("in the spool is left alone (it is not a folder)"), "{report}");
}

/// A lock file that is a link or a pipe costs the other folders nothing.
#[test]
fn linked_lock_is_not_followed() {
    let (disk, target) = (Disk::new("linked-lock"), Disk::new("lock-target"));
    fs::create_dir(target.path()).unwrap();
    let file = target.path().join("file");
    fs::write(&file, "a text").unwrap();
    let segment = left(&disk);
    let backend = segment.parent().unwrap().parent().unwrap();
    symlink(&file, backend.join("0.lock")).unwrap();
    assert!(Command::new("mkfifo").arg(backend.join("1.lock")).status().unwrap().success());
    let (queue, reports) = looking(disk.spool(false, 1 << 20));
    assert!(queue.has_earlier(), "the folder of the process");
    assert_eq!((reports.len(), fs::read_to_string(&file).unwrap()), (1, "a text".to_owned()));
}

/// The folder of the backend has a name that others can predict.
#[test]
fn linked_folder_of_a_backend_is_an_error() {
    let (disk, elsewhere) = (Disk::new("linked-backend"), Disk::new("backend-elsewhere"));
    let backend = left(&disk).parent().unwrap().parent().unwrap().to_owned();
    fs::rename(&backend, elsewhere.path()).unwrap();
    symlink(elsewhere.path(), &backend).unwrap();
    let diagnostics = Arc::new(Diagnostics::new(Some(Box::new(|_| {}))));
    let spool = disk.spool(false, 1 << 20);
    let error = Store::open(
        crate::delivery::spool::SPANS,
        &spool,
        "gate",
        "the gate".to_owned(),
        diagnostics,
    )
    .unwrap_err();
    assert!(error.to_string().ends_with("is a symbolic link"), "{error}");
}

#[test]
fn spool_that_others_may_write_to_is_reported() {
    for (mode, is_reported) in [(0o700, false), (0o755, false), (0o770, true), (0o1777, true)] {
        let disk = Disk::new("shared");
        fs::create_dir(disk.path()).unwrap();
        fs::set_permissions(disk.path(), Permissions::from_mode(mode)).unwrap();
        let (_queue, reports) = looking(disk.spool(false, 1 << 20));
        assert_eq!(reports.len(), usize::from(is_reported), "{mode:o}: {reports:?}");
        assert!(reports.iter().all(|it| it.contains(&format!("mode {mode:o}"))), "{reports:?}");
    }
}
