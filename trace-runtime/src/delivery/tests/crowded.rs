//! A queue in which much waits.

use super::harness::{ALL, LONG, Run, new_queue, span};
use super::spool::Disk;
use super::{accepted, failure};
use crate::delivery::deliver::Attempt;
use crate::delivery::queue::QueuedSpan;
use crate::memory::Compression;
use std::time::{Duration, Instant};

const OTHERS: [&str; 4] = ["e", "f", "g", "h"];

pub(super) fn long(name: &str) -> QueuedSpan {
    let mut span = span(name);
    if let QueuedSpan::Sdk(span) = &mut span {
        span.set_text("the answer to the question ".repeat(2000));
    }
    span
}

/// Four spans that take a lot more memory when their texts are back.
fn push_compressed(run: &Run) {
    for name in OTHERS {
        let mut span = long(name);
        span.compress(Compression::Fast);
        run.queue.push(span);
    }
}

/// One batch is being sent, and another one waits compressed.
fn waiting() -> (Run, std::thread::JoinHandle<()>) {
    let run = Run::start(None);
    let worker = run.start_worker();
    run.push(&ALL);
    assert_eq!(run.sending(), ALL);
    push_compressed(&run);
    let deadline = Instant::now() + LONG;
    while !run.queue.worker_waits_for_sender() {
        assert!(Instant::now() < deadline, "it does not wait");
        std::thread::sleep(Duration::from_millis(1));
    }
    assert!(run.stats().bytes < 10_000, "{:?}", run.stats());
    (run, worker)
}

#[test]
fn compressed_spans_stay_so_until_what_is_encoded_was_sent() {
    let (run, worker) = waiting();
    run.answer(accepted());
    assert_eq!(run.sending(), OTHERS);
    assert!(run.stats().bytes > 200_000, "{:?}", run.stats());
    run.answer(accepted());
    run.settled();
    assert_eq!((run.stats().delivered, run.stats().bytes), (8, 0));
    run.queue.stop(LONG);
    worker.join().unwrap();
    run.join();
}

#[test]
fn what_waits_compressed_at_the_end_is_counted() {
    let (run, worker) = waiting();
    run.queue.stop(LONG);
    worker.join().unwrap();
    let stats = run.stats();
    assert_eq!((stats.lost, stats.pending, stats.bytes), (8, 0, 0), "{stats:?}");
    run.answer(Attempt::Refused(failure()));
    run.join();
}

#[test]
fn with_a_spool_what_waits_compressed_goes_to_disk() {
    let disk = Disk::new("crowded");
    let run = Run::start(Some(disk.spool(false, 1 << 20)));
    push_compressed(&run);
    let worker = run.start_worker();
    run.queue.stop(LONG);
    worker.join().unwrap();
    assert_eq!((run.stats().on_disk, disk.names()), (4, OTHERS.map(String::from).to_vec()));
    run.join();
}

#[test]
fn texts_are_compressed_when_much_waits_but_not_in_vain() {
    let queue = new_queue(|_| {});
    let how = || queue.compression_of(&long("a"));
    let mut seen = vec![how()];
    while queue.stats().lost == 0 {
        queue.push(long("a"));
        if seen.last() != Some(&how()) {
            seen.push(how());
        }
    }
    let (fast, thorough) = (Some(Compression::Fast), Some(Compression::Thorough));
    assert_eq!(seen, [None, fast, thorough, None], "from empty to full");
    drop(queue.take());
    assert_eq!(how(), thorough, "again, since there may be room");
}
