//! A queue that is at its bound of memory.

use super::harness::{ALL, LONG, Run, long_span, span_of};
use super::spool::Disk;
use super::{accepted, failure};
use crate::delivery::destination::Attempt;
use std::sync::atomic::Ordering;

const OTHERS: [&str; 4] = ["e", "f", "g", "h"];

/// The bound of the queue that [`Run`] starts.
const BOUND: usize = 1 << 20;

/// Ends spans until one is lost, without a worker that takes any; returns how many are held.
fn fill(run: &Run) -> u64 {
    while run.stats().lost == 0 {
        run.queue.push(long_span("long"));
        assert!(run.stats().bytes <= BOUND, "{:?}", run.stats());
    }
    run.stats().pending
}

/// Without a worker the queue only fills. The thread that ends spans counts the loss, and another
/// thread reports it.
#[test]
fn span_beyond_the_bound_is_lost_counted_and_reported() {
    let run = Run::start(None);
    let held = fill(&run);
    assert!(held > 10, "{held}");
    run.queue.push(long_span("long"));
    let stats = run.stats();
    assert_eq!((stats.ended, stats.pending, stats.lost), (held + 2, held, 2));
    assert_eq!(stats.lost_by_cause["queue full"], 2);
    run.queue.stop(std::time::Duration::ZERO);
    assert_eq!(run.reported.load(Ordering::SeqCst), 2);
    run.queue.give_up();
    run.join();
}

/// A full queue is not a final state: bytes of delivered batches are free again.
#[test]
fn span_fits_again_after_a_batch_was_sent() {
    let run = Run::start(None);
    let held = fill(&run);
    run.queue.begin_flush();
    let worker = run.start_worker();
    for _ in 0..held.div_ceil(4) {
        run.sending();
        run.answer(accepted());
    }
    run.flush();
    run.push(&ALL);
    assert_eq!(run.sending(), ALL);
    run.answer(accepted());
    run.flush();
    let stats = run.stats();
    assert_eq!((stats.delivered, stats.lost, stats.bytes), (held + 4, 1, 0), "{stats:?}");
    run.queue.stop(LONG);
    worker.join().unwrap();
    run.join();
}

/// One batch is sent, and other spans were not even encoded.
#[test]
fn shutdown_with_waiting_spans_counts_them_as_lost() {
    let run = Run::start(None);
    let worker = run.start_worker();
    run.push(&ALL);
    assert_eq!(run.sending(), ALL);
    run.push(&OTHERS);
    run.queue.stop(LONG);
    worker.join().unwrap();
    let stats = run.stats();
    assert_eq!((stats.lost, stats.pending, stats.bytes), (8, 0, 0), "{stats:?}");
    run.answer(Attempt::Rejected(failure()));
    run.join();
}

/// The worker starts after the spans ended, so that all of them wait at the shutdown.
#[test]
fn shutdown_with_waiting_spans_and_a_spool_stores_them() {
    let disk = Disk::new("waiting-at-the-end");
    let run = Run::start(Some(disk.spool(false, 1 << 20)));
    run.push(&OTHERS);
    let worker = run.start_worker();
    run.queue.stop(LONG);
    worker.join().unwrap();
    assert_eq!((run.stats().on_disk, disk.names()), (4, OTHERS.map(String::from).to_vec()));
    // The sender may have been faster than the shutdown, and waits for an answer then.
    run.answer_late(accepted());
    run.join();
}

/// The delay of a batch is 60 s here. Without the early hand-over the queue would stay full and
/// lose spans meanwhile.
#[test]
fn block_of_a_nearly_full_queue_does_not_wait_until_it_fills() {
    let disk = Disk::new("nearly-full");
    let run = Run::start(Some(disk.spool(false, 1 << 20)));
    let worker = run.start_worker();
    // One span fills more than three quarters of the queue. Its batch would have room for three
    // more.
    run.queue.push(span_of("long", BOUND / 5 * 4));
    assert_eq!(run.sending(), ["long"]);
    run.answer(accepted());
    run.flush();
    run.queue.stop(LONG);
    worker.join().unwrap();
    run.join();
}

/// The backend hangs while spans come. Memory keeps a few batches for it, and the spool takes the
/// others.
#[test]
fn batches_of_a_full_queue_go_to_the_spool() {
    let disk = Disk::new("full-queue");
    let run = Run::start(Some(disk.spool(false, 64 << 20)));
    run.push(&ALL);
    let worker = run.start_worker();
    assert_eq!(run.sending(), ALL);
    // The backend does not answer. Four times the bound comes, at the pace of the worker: encoded
    // batches take half of the bound, and a batch takes an eighth, twice while it is encoded.
    let ended = 4 * 32;
    for _ in 0..ended / 4 {
        (0..4).for_each(|_| drop(run.queue.push(span_of("long", BOUND / 33))));
        while run.stats().bytes > BOUND / 8 * 5 {
            std::thread::yield_now();
        }
    }
    let stats = run.stats();
    assert_eq!((stats.lost, stats.ended), (0, ended + 4), "{stats:?}");
    assert!(stats.on_disk > ended / 2, "{stats:?}");
    run.queue.begin_flush();
    run.answer(accepted());
    let mut sent = 0;
    while sent < ended {
        sent += run.sending().len() as u64;
        run.answer(accepted());
    }
    run.flush();
    let stats = run.stats();
    assert_eq!((stats.delivered, stats.on_disk, stats.bytes), (ended + 4, 0, 0), "{stats:?}");
    run.queue.stop(LONG);
    worker.join().unwrap();
    run.join();
}
