//! The state of the disk between two batches, which is where a kill may come.

use super::harness::{ALL, LONG, Run};
use super::spool::Disk;
use super::{accepted, failure};
use crate::delivery::destination::{Attempt, SendError, UNREACHABLE};
use std::sync::Arc;
use std::thread;
use std::time::Instant;

const ROOM: u64 = 1 << 20;

/// Ends a run whose worker has not started.
fn end(run: Run) {
    let worker = run.start_worker();
    run.queue.stop(LONG);
    worker.join().unwrap();
    run.answer_late(accepted());
    run.join();
}

/// Every kind of answer but "later" is final. At the moment at which the next batch is sent, the
/// next run would find that batch alone, and not the one with an answer.
#[test]
fn batch_with_an_answer_is_marked_before_the_next_one_is_sent() {
    for answer in [accepted, || Attempt::Rejected(failure())] {
        let disk = Disk::new("progress");
        for names in [["a"; 4], ["b"; 4]] {
            drop(disk.process(names));
        }
        let run = Run::start(Some(disk.spool(true, ROOM)));
        let first = run.sending();
        assert_eq!(disk.names().len(), 8);
        run.answer(answer());
        let second = run.sending();
        assert_ne!(first, second);
        assert_eq!(disk.names(), second);
        run.push(&["own"; 4]);
        run.work_durably();
        run.answer(answer());
        assert_eq!(run.sending(), ["own"; 4]);
        assert_eq!(disk.names(), ["own"; 4], "batches of this run are on disk too");
        end(run);
    }
}

/// Both batches are in one segment, which is not deleted with the first of them.
#[test]
fn batch_with_an_answer_is_marked_in_a_segment_that_others_share() {
    let disk = Disk::new("shared-segment");
    let run = Run::start(Some(disk.spool(true, ROOM)));
    for names in [["a"; 4], ["b"; 4], ["c"; 4]] {
        run.push(&names);
        run.work_durably();
    }
    assert_eq!((run.sending(), disk.segments().len()), (vec!["a".to_owned(); 4], 1));
    run.answer(accepted());
    run.sending();
    assert_eq!(disk.names(), [["b"; 4], ["c"; 4]].concat());
    end(run);
}

/// The backend takes a batch in halves. Each half has its own record as soon as the batch is split.
#[test]
fn half_with_an_answer_is_marked_before_the_other_half_is_sent() {
    let disk = Disk::new("half-marked");
    drop(disk.process(ALL));
    let run = Run::start(Some(disk.spool(false, ROOM)));
    assert_eq!(run.sending(), ALL);
    run.answer(Attempt::TooLarge(failure()));
    assert_eq!((run.sending(), disk.names().len()), (vec!["a".into(), "b".into()], 4));
    run.answer(accepted());
    assert_eq!(run.sending(), ["c", "d"]);
    assert_eq!(disk.names(), ["c", "d"]);
    run.answer(accepted());
    end(run);
}

/// The backend answers while the shutdown waits for it: the batch counts as delivered, and is not
/// on disk any more. Until then it is there, in case the program is killed.
#[test]
fn answer_during_the_shutdown_counts() {
    let disk = Disk::new("during");
    let run = Run::start(Some(disk.spool(false, ROOM)));
    let worker = run.start_worker();
    run.push(&ALL);
    assert_eq!(run.sending(), ALL);
    run.queue.begin_stop(Instant::now() + LONG);
    while run.stats().on_disk == 0 {
        thread::yield_now();
    }
    assert_eq!(disk.names(), ALL);
    run.answer(accepted());
    worker.join().unwrap();
    assert_eq!((run.stats().delivered, run.stats().on_disk), (4, 0));
    run.join();
    assert_eq!(disk.entries(), 0);
}

/// The shutdown asks for what earlier runs left. The wait ends with the answer to the last batch.
#[test]
fn recovery_ends_when_the_spool_is_empty() {
    let disk = Disk::new("recovery");
    (0..3).for_each(|_| drop(disk.process(ALL)));
    let run = Run::start(Some(disk.spool(false, ROOM)));
    let recovery = run.queue.begin_recovery(true).unwrap();
    for _ in 0..3 {
        assert_eq!(run.sending(), ALL);
        assert!(!run.queue.wait_for_recovery(&recovery, Instant::now()).is_complete);
        run.answer(accepted());
    }
    let recovered = run.queue.wait_for_recovery(&recovery, Instant::now() + LONG);
    assert_eq!((recovered.is_complete, recovered.lost), (true, 0));
    assert_eq!((run.queue.stats().recovered, disk.names().len()), (12, 0));
    end(run);
}

/// A wait does not last until its deadline if the backend is away.
#[test]
fn recovery_from_an_unreachable_backend_ends_early() {
    let disk = Disk::new("unreachable");
    drop(disk.process(ALL));
    let run = Run::start(Some(disk.spool(false, ROOM)));
    let recovery = run.queue.begin_recovery(true).unwrap();
    let queue = Arc::clone(&run.queue);
    let waiting = thread::spawn(move || queue.wait_for_recovery(&recovery, Instant::now() + LONG));
    for _ in 0..4 {
        assert_eq!(run.sending(), ALL);
        let error = SendError { cause: UNREACHABLE, ..failure() };
        run.answer(Attempt::Retry { error, after: None });
    }
    assert!(!waiting.join().unwrap().is_complete);
    assert_eq!(disk.names(), ALL);
    end(run);
}
