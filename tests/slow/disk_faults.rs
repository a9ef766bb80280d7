//! Spools on disks that cannot be written, from the start or from some moment on.

use integration_tests::delivery::{
    ENDPOINT, FOLDER, distinct_and_duplicates, env_of_parent, quiet_builder, stats,
    unused_endpoint, wait_until,
};
use integration_tests::{Program, Receiver, TempFolder, child_in_shell, is_child};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};
use trace_runtime::{chain, register};

#[chain]
fn work(_n: u32) {}

#[cfg(target_os = "linux")]
#[test]
fn unwritable_folder_fails_install() {
    let _lock = Program::lock();
    let error = quiet_builder().spool("/dev/null/spool").install().unwrap_err();
    assert_eq!(
        error.to_string(),
        "`spool(..)` names /dev/null/spool, which cannot be written: Not a directory (os error 20)"
    );
    // An existing folder in which not even root may create files.
    let error = quiet_builder().spool("/sys/kernel").install().unwrap_err().to_string();
    assert!(
        error.starts_with("`spool(..)` names /sys/kernel, which cannot be written: "),
        "{error}"
    );
    let error = quiet_builder().durable(true).install().unwrap_err();
    assert_eq!(
        error.to_string(),
        "`durable(..)` is \"true\": expected a folder to write to: call `spool(..)`, or set \
         TRACE_SPOOL_DIR"
    );
}

/// Runs in a child process in which no file may grow.
fn deliver_on_a_full_disk() {
    let messages = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&messages);
    let registration = register()
        .verbose(false)
        .endpoint(env_of_parent(ENDPOINT))
        .spool(env_of_parent(FOLDER))
        .durable(true)
        .on_diagnostic(move |diagnostic| sink.lock().unwrap().push(diagnostic.to_string()))
        .install()
        .unwrap();
    (0..100).for_each(work);
    // The backend is reachable, so the broken disk costs no span.
    registration.flush().unwrap();
    assert_eq!((stats(&registration).delivered, stats(&registration).on_disk), (100, 0));
    registration.shutdown().unwrap();
    let messages = messages.lock().unwrap();
    assert_eq!(messages.len(), 1, "{messages:?}");
    assert!(messages[0].contains("cannot be written (File too large"), "{messages:?}");
}

#[cfg(target_os = "linux")]
#[test]
fn full_disk_is_reported_once_and_delivery_continues_from_memory() {
    if is_child() {
        return deliver_on_a_full_disk();
    }
    let (_lock, folder, receiver) = (Program::lock(), TempFolder::new(), Receiver::http());
    let test = "disk_faults::full_disk_is_reported_once_and_delivery_continues_from_memory";
    // With SIGXFSZ ignored, a write beyond the file size limit fails as on a full disk.
    let output = child_in_shell(test, "trap '' XFSZ; ulimit -f 0; exec \"$0\" \"$@\"")
        .env(ENDPOINT, receiver.endpoint())
        .env(FOLDER, folder.path())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(distinct_and_duplicates(&receiver, 0), (100, 0));
}

/// Ends a span of about 4 KB.
fn end_large_span() {
    #[chain]
    fn echo(_text: &str) {}
    echo(&"x".repeat(4000));
}

/// The environment variable with the shell command that makes the disk fail while it is in use.
const FAIL: &str = "TEST_FAIL";

/// Runs in a child process on a disk that fails while it is in use.
fn deliver_on_a_failing_disk() {
    let (folder, endpoint) = (env_of_parent(FOLDER), env_of_parent(ENDPOINT));
    let fail = std::env::var(FAIL).ok();
    let messages = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&messages);
    let unwritable = || {
        let messages = messages.lock().unwrap();
        messages.iter().filter(|(_, it): &&(u64, String)| it.contains("cannot be written")).count()
    };
    let registration = register()
        .verbose(false)
        .endpoint(&endpoint)
        .spool(&folder)
        .spool_bytes(1 << 20)
        .durable(true)
        .on_diagnostic(move |d| sink.lock().unwrap().push((d.spans, d.to_string())))
        .install()
        .unwrap();
    // Each span is on disk before the next one ends, until the first one cannot be written.
    let mut ended = 0;
    while unwritable() == 0 {
        end_large_span();
        ended += 1;
        wait_until(|| stats(&registration).on_disk == ended || unwritable() > 0);
        if let (3, Some(command)) = (ended, &fail) {
            assert!(Command::new("sh").args(["-c", command]).status().unwrap().success());
        }
    }
    let stored = ended - 1;
    assert!(stored >= 3, "the disk failed before it was in use");
    (0..10).for_each(|_| end_large_span());
    let error = registration.flush().unwrap_err();
    assert_eq!((error.delivered, error.pending, error.on_disk, error.lost), (0, 11, stored, 0));
    let error = registration.shutdown().unwrap_err();
    assert_eq!((error.delivered, error.pending, error.on_disk, error.lost), (0, 0, stored, 11));
    assert_eq!((stats(&registration).on_disk, stats(&registration).lost), (stored, 11));
    let messages = std::mem::take(&mut *messages.lock().unwrap());
    assert_eq!(messages.iter().map(|(spans, _)| spans).sum::<u64>(), 11, "{messages:?}");
    let about_disk: Vec<_> =
        messages.iter().filter(|(_, it)| it.contains("cannot be wr")).collect();
    assert_eq!(about_disk.len(), 1, "{messages:?}");
    eprintln!("message: {}", about_disk[0].1);
    if fail.is_none() {
        // The file system may be mounted for this process only, so the next run is here.
        assert_next_run_sends(&folder, &endpoint, stored);
    }
    eprintln!("stored: {stored}");
}

/// Installs again on the same spool and asserts that it sends all stored spans.
fn assert_next_run_sends(folder: &str, endpoint: &str, stored: u64) {
    let receiver = Receiver::http_at(endpoint);
    let next = quiet_builder().endpoint(endpoint).spool(folder).install().unwrap();
    wait_until(|| stats(&next).recovered == stored);
    next.shutdown().unwrap();
    assert_eq!(distinct_and_duplicates(&receiver, 0), (usize::try_from(stored).unwrap(), 0));
}

/// Runs a test as a child process through a shell script, which must end with `exec "$0" "$@"`.
/// Returns the message about the disk, the number of spans on it, and the endpoint.
fn on_a_failing_disk(
    test: &str,
    script: &str,
    folder: &Path,
    fail: Option<&str>,
) -> (String, u64, String) {
    let endpoint = unused_endpoint();
    let mut command = child_in_shell(&format!("disk_faults::{test}"), script);
    command.env(ENDPOINT, &endpoint).env(FOLDER, folder).envs(fail.map(|fail| (FAIL, fail)));
    let output = command.output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{stderr}");
    let line = |start| stderr.lines().find_map(|line| line.strip_prefix(start)).unwrap().to_owned();
    (line("message: "), line("stored: ").parse().unwrap(), endpoint)
}

/// Returns true if this user may mount file systems in a new namespace. Some kernels and sandboxes
/// forbid it.
#[cfg(target_os = "linux")]
fn may_mount() -> bool {
    let mut command = Command::new("unshare");
    command.args(["--user", "--map-root-user", "--mount", "true"]);
    let may = command.output().is_ok_and(|output| output.status.success());
    if !may {
        eprintln!("NOT TESTED: this machine does not let users mount a file system");
    }
    may
}

#[cfg(target_os = "linux")]
#[test]
fn segment_at_its_size_limit_keeps_stored_spans() {
    if is_child() {
        return deliver_on_a_failing_disk();
    }
    let (_lock, folder) = (Program::lock(), TempFolder::new());
    // A file size limit of some kilobytes acts like a full disk and needs no privileges.
    let limit = "trap '' XFSZ; ulimit -f 64; exec \"$0\" \"$@\"";
    let (messages, stored, _) = on_a_failing_disk(
        "segment_at_its_size_limit_keeps_stored_spans",
        limit,
        folder.path(),
        None,
    );
    assert!(messages.contains("cannot be written (File too large (os error 27))"), "{messages}");
    assert!((3..16).contains(&stored), "{stored}");
    assert_eq!(folder.files(), Vec::<PathBuf>::new());
}

#[cfg(target_os = "linux")]
#[test]
fn disk_becoming_full_keeps_stored_spans() {
    if is_child() {
        return deliver_on_a_failing_disk();
    }
    if !may_mount() {
        return;
    }
    let (_lock, folder) = (Program::lock(), TempFolder::new());
    std::fs::create_dir(folder.path()).unwrap();
    let small = "exec unshare --user --map-root-user --mount sh -c 'mount -t tmpfs -o size=128k \
                 none \"$TEST_FOLDER\" && exec \"$0\" \"$@\"' \"$0\" \"$@\"";
    let (messages, stored, _) =
        on_a_failing_disk("disk_becoming_full_keeps_stored_spans", small, folder.path(), None);
    assert!(
        messages.contains("cannot be written (No space left on device (os error 28))"),
        "{messages}"
    );
    assert!((3..32).contains(&stored), "{stored}");
}

#[cfg(target_os = "linux")]
#[test]
fn spool_becoming_read_only_keeps_stored_spans() {
    if is_child() {
        return deliver_on_a_failing_disk();
    }
    if !may_mount() {
        return;
    }
    let (_lock, folder) = (Program::lock(), TempFolder::new());
    let in_namespace = "exec unshare --user --map-root-user --mount \"$0\" \"$@\"";
    let fail = "mount --bind \"$TEST_FOLDER\" \"$TEST_FOLDER\" && \
                mount -o remount,bind,ro \"$TEST_FOLDER\"";
    let (messages, stored, endpoint) = on_a_failing_disk(
        "spool_becoming_read_only_keeps_stored_spans",
        in_namespace,
        folder.path(),
        Some(fail),
    );
    assert!(
        messages.contains("cannot be written (Read-only file system (os error 30))"),
        "{messages}"
    );
    let folder_name = folder.path().to_str().unwrap();
    assert_next_run_sends(folder_name, &endpoint, stored);
    assert_eq!(folder.files(), Vec::<PathBuf>::new());
}
