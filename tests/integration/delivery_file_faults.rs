//! Files that cannot be written for a while.

use crate::delivery_spool::quiet;
use integration_tests::{Program, Receiver, Temporary};
use std::fs;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use trace_runtime::{Registration, chain, register};

#[chain]
fn work(_n: u32) {}

/// Delivered, pending and lost, of each destination.
fn accounts(registration: &Registration) -> Vec<(u64, u64, u64)> {
    let stats = registration.stats();
    stats.iter().map(|stats| (stats.delivered, stats.pending, stats.lost)).collect()
}

#[test]
fn a_file_that_cannot_be_written_for_a_moment_misses_nothing() {
    let (_turn, folder, receiver) = (Program::turn(), Temporary::new(), Receiver::http());
    fs::create_dir(folder.path()).unwrap();
    let path = folder.path().join("traces.jsonl");
    let registration = quiet().endpoint(receiver.endpoint()).file(&path).install().unwrap();
    fs::remove_dir_all(folder.path()).unwrap();
    (0..10).for_each(work);
    let error = registration.flush().unwrap_err();
    assert!(error.cause.contains("could not be written (No such file or directory"), "{error}");
    assert_eq!(accounts(&registration), [(10, 0, 0), (0, 10, 0)]);
    fs::create_dir(folder.path()).unwrap();
    registration.flush().unwrap();
    assert_eq!(accounts(&registration), [(10, 0, 0), (10, 0, 0)]);
    registration.shutdown().unwrap();
    let replayed = register().endpoint(receiver.endpoint()).replay(&path).unwrap();
    assert_eq!((replayed.delivered, replayed.damaged), (10, 0));
}

#[test]
fn what_a_file_did_not_take_by_the_end_is_lost_and_said_once() {
    let (_turn, folder, receiver) = (Program::turn(), Temporary::new(), Receiver::http());
    fs::create_dir(folder.path()).unwrap();
    let said = Arc::new(Mutex::new(Vec::new()));
    let heard = Arc::clone(&said);
    let registration = register()
        .verbose(false)
        .endpoint(receiver.endpoint())
        .file(folder.path().join("traces.jsonl"))
        // With a spool too: a file has none.
        .spool(folder.path().with_extension("spool"))
        .shutdown_timeout(Duration::from_secs(60))
        .on_diagnostic(move |diagnostic| heard.lock().unwrap().push(diagnostic.clone()))
        .install()
        .unwrap();
    fs::remove_dir_all(folder.path()).unwrap();
    (0..10).for_each(work);
    let begun = Instant::now();
    registration.shutdown().unwrap_err();
    assert!(begun.elapsed() < Duration::from_secs(30), "it is not waited for to the end");
    assert_eq!(accounts(&registration), [(10, 0, 0), (0, 0, 10)]);
    assert_eq!(registration.stats()[1].lost_by_cause["file"], 10);
    let said = std::mem::take(&mut *said.lock().unwrap());
    let [lost] = &said[..] else { panic!("one line: {said:?}") };
    assert_eq!(lost.spans, 10);
    for expected in ["could not be written (No such file", "10 spans not delivered: make room"] {
        assert!(lost.message.contains(expected), "{lost}");
    }
    fs::remove_dir_all(folder.path().with_extension("spool")).unwrap();
}
