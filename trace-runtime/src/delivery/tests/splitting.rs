//! Batches that become two, and batches whose record in the spool goes away.

use super::harness::{ALL, LONG, Run};
use super::spool::Disk;
use super::{accepted, failure};
use crate::delivery::destination::Attempt;
use std::sync::{Arc, Mutex, mpsc};
use std::time::Instant;

/// A batch is split twice. Each part has its own outcome, parts are sent in the order of their
/// spans, and the record on disk stays until the last one is resolved.
#[test]
fn halves_of_a_batch_are_resolved_one_by_one() {
    for is_durable in [true, false] {
        let disk = Disk::new("halves");
        let run = Run::start(Some(disk.spool(is_durable, 1 << 20)));
        let worker = run.start_worker();
        run.push(&ALL);
        let flush = run.queue.begin_flush();
        run.sending();
        run.answer(Attempt::TooLarge(failure()));
        assert_eq!(run.sending(), ["a", "b"]);
        assert_eq!(disk.names().len(), if is_durable { 4 } else { 0 });
        run.answer(Attempt::TooLarge(failure()));
        assert_eq!(run.sending(), ["a"]);
        run.answer(Attempt::TooLarge(failure()));
        assert_eq!(run.sending(), ["b"]);
        assert_eq!(run.stats().lost_by_cause["status"], 1);
        run.answer(accepted());
        assert_eq!(run.sending(), ["c", "d"]);
        assert_eq!(run.stats().delivered, 1);
        run.answer(accepted());
        let flushed = run.queue.wait_for(&flush, Instant::now() + LONG);
        assert_eq!((flushed.delivered, flushed.lost, flushed.pending), (3, 1, 0));
        assert_eq!((run.stats().bytes, disk.names()), (0, Vec::new()));
        run.queue.stop(LONG);
        worker.join().unwrap();
        run.join();
    }
}

/// The spool drops the record of a batch that the sender has in memory. Its outcome is still
/// open, so it is counted by the answer and not by the eviction.
#[test]
fn batch_evicted_while_it_is_sent_is_not_lost() {
    let disk = Disk::new("dropped-while-sent");
    let first = Run::start(Some(disk.spool(true, 2000)));
    let worker = first.start_worker();
    first.push(&ALL);
    first.sending();
    first.queue.stop(LONG);
    worker.join().unwrap();
    first.answer(accepted());
    first.join();

    let run = Run::start(Some(disk.spool(true, 2000)));
    assert_eq!(run.sending(), ALL, "the batch of the earlier run");
    for _ in 0..50 {
        run.push(&["e", "f", "g", "h"]);
        run.work_durably();
    }
    assert!(!disk.names().contains(&"a".to_owned()), "the oldest were dropped");
    let queue = Arc::clone(&run.queue);
    run.answer(accepted());
    run.sending();
    assert_eq!((queue.stats().recovered, queue.stats().recovered_lost), (4, 0));
    assert_eq!(run.stats().lost, 0, "every span of this run is in memory");
    let worker = run.start_worker();
    run.queue.stop(LONG);
    worker.join().unwrap();
    run.answer(accepted());
    run.join();
}

/// Reading from the spool fails for a while, as it does with too many open files. The batch must
/// wait there and not count as lost.
#[cfg(unix)]
#[test]
fn stored_batch_that_cannot_be_read_is_read_later() {
    let disk = Disk::new("read-later");
    let (reports, reporting) = mpsc::channel();
    let reports = Mutex::new(reports);
    let run = Run::start_reporting(Some(disk.spool(true, 1 << 20)), move || {
        reports.lock().unwrap().send(()).unwrap();
    });
    run.push(&["first"; 4]);
    run.work_durably();
    assert_eq!(run.sending(), ["first"; 4]);
    run.push(&ALL);
    run.leave_to_disk();
    let segments = disk.segments();
    // A symbolic link to itself cannot be opened, like any file in a process with too many open
    // ones.
    let away = |path: &std::path::Path| path.with_extension("away");
    for path in &segments {
        std::fs::rename(path, away(path)).unwrap();
        std::os::unix::fs::symlink(path, path).unwrap();
    }
    run.answer(accepted());
    reporting.recv_timeout(LONG).unwrap();
    for path in &segments {
        std::fs::rename(away(path), path).unwrap();
    }
    assert_eq!(run.sending(), ALL);
    run.answer(accepted());
    run.flush();
    assert_eq!((run.stats().delivered, run.stats().lost), (8, 0));
    let worker = run.start_worker();
    run.queue.stop(LONG);
    worker.join().unwrap();
    run.join();
}
