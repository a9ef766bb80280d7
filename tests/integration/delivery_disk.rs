//! Disks that cannot be written, from the beginning or from some time on.

use crate::delivery_spool::{ENDPOINT, FOLDER, accepted, nowhere, of_parent, quiet, stats, until};
use integration_tests::{Program, Receiver, Temporary, child};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};
use trace_runtime::{chain, register};

#[chain]
fn work(_n: u32) {}

#[cfg(target_os = "linux")]
#[test]
fn a_folder_that_cannot_be_written_is_an_error_of_install() {
    let _turn = Program::turn();
    let error = quiet().spool("/dev/null/spool").install().unwrap_err();
    assert_eq!(
        error.to_string(),
        "`spool(..)` names /dev/null/spool, which cannot be written: Not a directory (os error 20)"
    );
    // There, and for nobody to write to, root included.
    let error = quiet().spool("/sys/kernel").install().unwrap_err().to_string();
    assert!(
        error.starts_with("`spool(..)` names /sys/kernel, which cannot be written: "),
        "{error}"
    );
    let error = quiet().durable(true).install().unwrap_err();
    assert_eq!(
        error.to_string(),
        "`durable(..)` is \"true\": expected a folder to write to: call `spool(..)`, or set \
         TRACE_SPOOL_DIR"
    );
}

#[test]
#[ignore = "run by the next test, where no file may grow"]
fn on_a_full_disk() {
    let said = Arc::new(Mutex::new(Vec::new()));
    let heard = Arc::clone(&said);
    let registration = register()
        .verbose(false)
        .endpoint(of_parent(ENDPOINT))
        .spool(of_parent(FOLDER))
        .durable(true)
        .on_diagnostic(move |diagnostic| heard.lock().unwrap().push(diagnostic.to_string()))
        .install()
        .unwrap();
    (0..100).for_each(work);
    // The backend is there: the disk costs nothing.
    registration.flush().unwrap();
    assert_eq!((stats(&registration).delivered, stats(&registration).on_disk), (100, 0));
    registration.shutdown().unwrap();
    let said = said.lock().unwrap();
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].contains("cannot be written (File too large"), "{said:?}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_said_once_and_memory_goes_on() {
    let (_turn, folder, receiver) = (Program::turn(), Temporary::new(), Receiver::http());
    let child = child("delivery_disk::on_a_full_disk");
    // Writing beyond the limit is an error, as on a full disk, once its signal is ignored.
    let output = std::process::Command::new("sh")
        .args(["-c", "trap '' XFSZ; ulimit -f 0; exec \"$0\" \"$@\""])
        .arg(child.get_program())
        .args(child.get_args())
        .env(ENDPOINT, receiver.endpoint())
        .env(FOLDER, folder.path())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(accepted(&receiver, 0), (100, 0));
}

/// Ends a span of a few kilobytes.
fn large() {
    #[chain]
    fn echo(_text: &str) {}
    echo(&"x".repeat(4000));
}

/// A command of the shell by which the disk fails while it is in use.
const FAIL: &str = "TEST_FAIL";

#[test]
#[ignore = "run by the next tests, each on a disk that fails in another way"]
fn on_a_disk_that_fails() {
    let (folder, endpoint) = (of_parent(FOLDER), of_parent(ENDPOINT));
    let fail = std::env::var(FAIL).ok();
    let said = Arc::new(Mutex::new(Vec::new()));
    let heard = Arc::clone(&said);
    let unwritable = || {
        let said = said.lock().unwrap();
        said.iter().filter(|(_, line): &&(u64, String)| line.contains("cannot be written")).count()
    };
    let registration = register()
        .verbose(false)
        .endpoint(&endpoint)
        .spool(&folder)
        .spool_bytes(1 << 20)
        .durable(true)
        .on_diagnostic(move |d| heard.lock().unwrap().push((d.spans, d.to_string())))
        .install()
        .unwrap();
    // Each is on disk before the next one ends, until one cannot be.
    let mut ended = 0;
    while unwritable() == 0 {
        large();
        ended += 1;
        until(|| stats(&registration).on_disk == ended || unwritable() > 0);
        if let (3, Some(command)) = (ended, &fail) {
            assert!(Command::new("sh").args(["-c", command]).status().unwrap().success());
        }
    }
    let stored = ended - 1;
    assert!(stored >= 3, "it failed while it was in use");
    (0..10).for_each(|_| large());
    let error = registration.flush().unwrap_err();
    assert_eq!((error.delivered, error.pending, error.on_disk, error.lost), (0, 11, stored, 0));
    let error = registration.shutdown().unwrap_err();
    assert_eq!((error.delivered, error.pending, error.on_disk, error.lost), (0, 0, stored, 11));
    assert_eq!((stats(&registration).on_disk, stats(&registration).lost), (stored, 11));
    let said = std::mem::take(&mut *said.lock().unwrap());
    assert_eq!(said.iter().map(|(spans, _)| spans).sum::<u64>(), 11, "{said:?}");
    let of_disk: Vec<_> = said.iter().filter(|(_, line)| line.contains("cannot be wr")).collect();
    assert_eq!(of_disk.len(), 1, "{said:?}");
    eprintln!("said: {}", of_disk[0].1);
    if fail.is_none() {
        // Only this process may see the disk.
        what_is_there_is_sent_by_the_next_run(&folder, &endpoint, stored);
    }
    eprintln!("stored: {stored}");
}

fn what_is_there_is_sent_by_the_next_run(folder: &str, endpoint: &str, stored: u64) {
    let receiver = Receiver::http_again(endpoint);
    let next = quiet().endpoint(endpoint).spool(folder).install().unwrap();
    until(|| stats(&next).recovered == stored);
    next.shutdown().unwrap();
    assert_eq!(accepted(&receiver, 0), (usize::try_from(stored).unwrap(), 0));
}

/// Runs the test above behind a command of the shell that ends with `exec`. Returns what was said
/// of the disk, and how many spans it holds.
fn on_a_failing_disk(shell: &str, folder: &Path, fail: Option<&str>) -> (String, u64, String) {
    let (child, endpoint) = (child("delivery_disk::on_a_disk_that_fails"), nowhere());
    let mut command = Command::new("sh");
    command.args(["-c", shell]).arg(child.get_program()).args(child.get_args());
    command.env(ENDPOINT, &endpoint).env(FOLDER, folder).envs(fail.map(|fail| (FAIL, fail)));
    let output = command.output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{stderr}");
    let line = |start| stderr.lines().find_map(|line| line.strip_prefix(start)).unwrap().to_owned();
    (line("said: "), line("stored: ").parse().unwrap(), endpoint)
}

/// In a namespace where the user may mount, without being root outside. `false` where the kernel or
/// a sandbox does not let users make one.
#[cfg(target_os = "linux")]
fn may_mount() -> bool {
    let mut command = Command::new("unshare");
    command.args(["--user", "--map-root-user", "--mount", "true"]);
    let may = command.output().is_ok_and(|output| output.status.success());
    if !may {
        eprintln!("NOT TESTED: this machine lets no user mount a file system");
    }
    may
}

#[cfg(target_os = "linux")]
#[test]
fn a_segment_that_may_not_grow_keeps_what_it_has() {
    let (_turn, folder) = (Program::turn(), Temporary::new());
    // Like a full disk, for every user: a limit of some kilobytes for each file.
    let limit = "trap '' XFSZ; ulimit -f 64; exec \"$0\" \"$@\"";
    let (said, stored, _) = on_a_failing_disk(limit, folder.path(), None);
    assert!(said.contains("cannot be written (File too large (os error 27))"), "{said}");
    assert!((3..16).contains(&stored), "{stored}");
    assert_eq!(folder.files(), Vec::<PathBuf>::new());
}

#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_becomes_full_keeps_what_it_has() {
    if !may_mount() {
        return;
    }
    let (_turn, folder) = (Program::turn(), Temporary::new());
    std::fs::create_dir(folder.path()).unwrap();
    let small = "exec unshare --user --map-root-user --mount sh -c 'mount -t tmpfs -o size=128k \
                 none \"$TEST_FOLDER\" && exec \"$0\" \"$@\"' \"$0\" \"$@\"";
    let (said, stored, _) = on_a_failing_disk(small, folder.path(), None);
    assert!(said.contains("cannot be written (No space left on device (os error 28))"), "{said}");
    assert!((3..32).contains(&stored), "{stored}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_spool_that_becomes_read_only_keeps_what_it_has() {
    if !may_mount() {
        return;
    }
    let (_turn, folder) = (Program::turn(), Temporary::new());
    let in_namespace = "exec unshare --user --map-root-user --mount \"$0\" \"$@\"";
    let fail = "mount --bind \"$TEST_FOLDER\" \"$TEST_FOLDER\" && \
                mount -o remount,bind,ro \"$TEST_FOLDER\"";
    let (said, stored, endpoint) = on_a_failing_disk(in_namespace, folder.path(), Some(fail));
    assert!(said.contains("cannot be written (Read-only file system (os error 30))"), "{said}");
    let folder_name = folder.path().to_str().unwrap();
    what_is_there_is_sent_by_the_next_run(folder_name, &endpoint, stored);
    assert_eq!(folder.files(), Vec::<PathBuf>::new());
}
