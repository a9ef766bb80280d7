//! The order in which batches of this run and of earlier runs are sent.

use super::harness::{LONG, Run, span};
use super::spool::Disk;
use super::{accepted, failure};
use crate::delivery::destination::Attempt;
use std::fs::{File, TryLockError};

const ROOM: u64 = 1 << 20;
const EARLIER: [&str; 4] = ["earlier"; 4];
const OWN: [&str; 4] = ["own"; 4];

/// A flush has begun, and the worker encodes the spans only after the sender has started: the
/// sender waits for them, although a folder of an earlier run is there from the start.
#[test]
fn spans_of_this_run_are_sent_before_those_of_earlier_runs() {
    let disk = Disk::new("own-first");
    drop(disk.process(EARLIER));
    let run = Run::start_prepared(
        Some(disk.spool(false, ROOM)),
        || {},
        |queue| {
            for name in OWN {
                queue.push(span(name));
            }
            queue.begin_flush();
        },
    );
    let worker = run.start_worker();
    assert_eq!(run.sending(), OWN);
    assert!(!run.queue.has_earlier(), "the spool was not even searched");
    run.answer(accepted());
    assert_eq!(run.sending(), EARLIER);
    run.answer(accepted());
    run.queue.stop(LONG);
    worker.join().unwrap();
    run.join();
}

/// The backend does not take a batch of an earlier run. This run's own batch overtakes it.
#[test]
fn batch_of_an_earlier_run_that_is_retried_lets_this_run_pass() {
    let disk = Disk::new("overtaken");
    drop(disk.process(EARLIER));
    let run = Run::start(Some(disk.spool(true, ROOM)));
    assert_eq!(run.sending(), EARLIER);
    run.push(&OWN);
    run.work_durably();
    run.answer(Attempt::Retry { error: failure(), after: None });
    assert_eq!(run.sending(), OWN);
    run.answer(accepted());
    assert_eq!(run.sending(), EARLIER);
    run.answer(accepted());
    let queue = std::sync::Arc::clone(&run.queue);
    let worker = run.start_worker();
    run.queue.stop(LONG);
    worker.join().unwrap();
    run.join();
    assert_eq!((queue.stats().delivered, queue.stats().lost), (4, 0));
}

/// Returns the number of lock files that a process holds.
fn locked(disk: &Disk) -> usize {
    let is_locked = |path: &std::path::PathBuf| {
        let file = File::open(path).unwrap();
        matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock))
    };
    disk.locks().iter().filter(|path| is_locked(path)).count()
}

/// Each folder needs an open file for its lock. Its batches are sent before the next one is opened,
/// so a thousand folders take no more memory and no more files than one.
#[test]
fn folders_of_earlier_runs_are_taken_over_one_by_one() {
    let disk = Disk::new("one-by-one");
    let number = 20;
    (0..number).for_each(|_| drop(disk.process(EARLIER)));
    let run = Run::start(Some(disk.spool(true, ROOM)));
    for left in (1..=number).rev() {
        assert_eq!(run.sending(), EARLIER);
        assert_eq!((disk.locks().len(), locked(&disk)), (left + 1, 2), "and its own one");
        run.answer(accepted());
    }
    let worker = run.start_worker();
    run.push(&OWN);
    assert_eq!(run.sending(), OWN);
    run.answer(accepted());
    run.flush();
    assert_eq!(run.queue.stats().recovered, 4 * number as u64);
    run.queue.stop(LONG);
    worker.join().unwrap();
    run.join();
    assert_eq!(disk.entries(), 0);
}
