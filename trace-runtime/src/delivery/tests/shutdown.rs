//! Answers before, during and after a shutdown.

use super::harness::{ALL, LONG, Run, start_worker};
use super::spool::Disk;
use super::{accepted, failure};
use crate::delivery::destination::{Attempt, ExportFuture, Exporter, PartialSuccess};
use crate::delivery::worker::Outlet;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SpanData;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::Duration;

const ROOM: u64 = 1 << 20;

/// The sender resolves the batch before the shutdown: the batch leaves the spool first, and the
/// flush returns after that. A program that exits right after its flush must not send the batch
/// again in its next run.
#[test]
fn answer_before_shutdown_leaves_an_empty_spool() {
    for is_durable in [true, false] {
        let disk = Disk::new("before");
        let run = Run::start(Some(disk.spool(is_durable, ROOM)));
        let worker = run.start_worker();
        run.push(&ALL);
        let flush = run.queue.begin_flush();
        assert_eq!(run.sending(), ALL);
        run.answer(accepted());
        run.queue.wait_for(&flush, std::time::Instant::now() + LONG);
        assert_eq!(disk.names(), [""; 0], "the spool is empty before the flush returns");
        run.queue.stop(LONG);
        worker.join().unwrap();
        let stats = run.stats();
        assert_eq!((stats.delivered, stats.on_disk, stats.lost), (4, 0, 0));
        run.join();
    }
}

/// The shutdown reclaims the batch while the backend still thinks. Its spans are on disk then,
/// and the late answer must change neither the account nor the disk.
#[test]
fn answer_after_shutdown_is_ignored() {
    for is_durable in [true, false] {
        let disk = Disk::new("behind");
        let run = Run::start(Some(disk.spool(is_durable, ROOM)));
        let worker = run.start_worker();
        run.push(&ALL);
        assert_eq!(run.sending(), ALL);
        run.queue.stop(LONG);
        worker.join().unwrap();
        let at_the_end = run.stats();
        assert_eq!((at_the_end.delivered, at_the_end.on_disk, at_the_end.lost), (0, 4, 0));
        run.answer(accepted());
        let queue = Arc::clone(&run.queue);
        run.join();
        assert_eq!(queue.stats(), at_the_end);
        assert_eq!(disk.names(), ALL, "batches that are counted as on disk are there");
    }
}

/// Without a spool the worker gives the batch up at the shutdown. The spans are reported once,
/// whatever the backend answers later.
#[test]
fn shutdown_without_spool_counts_unanswered_spans_as_lost() {
    for answer in [accepted(), Attempt::Rejected(failure())] {
        let run = Run::start(None);
        let worker = run.start_worker();
        run.push(&ALL);
        run.sending();
        run.queue.stop(LONG);
        worker.join().unwrap();
        let at_the_end = run.stats();
        assert_eq!(at_the_end.lost_by_cause["pending at shutdown"], 4);
        run.answer(answer);
        let (queue, reported) = (Arc::clone(&run.queue), Arc::clone(&run.reported));
        run.join();
        assert_eq!((queue.stats(), reported.load(Ordering::SeqCst)), (at_the_end, 4));
    }
}

/// The second run sends a batch of the first one and is shut down before the answer. The batch is
/// counted in neither run, so the third one must find it.
#[test]
fn recovered_batch_without_answer_stays_in_the_spool() {
    let disk = Disk::new("earlier");
    let first = Run::start(Some(disk.spool(true, ROOM)));
    let worker = first.start_worker();
    first.push(&ALL);
    first.sending();
    first.queue.stop(LONG);
    first.answer(accepted());
    worker.join().unwrap();
    first.join();

    let second = Run::start(Some(disk.spool(true, ROOM)));
    let worker = second.start_worker();
    assert_eq!(second.sending(), ALL);
    second.queue.stop(LONG);
    worker.join().unwrap();
    second.answer(accepted());
    let queue = Arc::clone(&second.queue);
    second.join();
    assert_eq!((queue.stats().recovered, queue.stats().recovered_lost), (0, 0));
    assert_eq!(disk.names(), ALL);
}

/// Halves share a record of the spool. When one is delivered and the shutdown comes, the other
/// one needs its own record: else the next run would send both.
#[test]
fn shutdown_after_a_delivered_half_stores_the_other_half() {
    for is_durable in [true, false] {
        let disk = Disk::new("half");
        let run = Run::start(Some(disk.spool(is_durable, ROOM)));
        let worker = run.start_worker();
        run.push(&ALL);
        assert_eq!(run.sending(), ALL);
        run.answer(Attempt::TooLarge(failure()));
        assert_eq!(run.sending(), ["a", "b"]);
        run.answer(accepted());
        assert_eq!(run.sending(), ["c", "d"]);
        run.queue.stop(LONG);
        worker.join().unwrap();
        let at_the_end = run.stats();
        assert_eq!((at_the_end.delivered, at_the_end.on_disk, at_the_end.lost), (2, 2, 0));
        run.answer(accepted());
        let queue = Arc::clone(&run.queue);
        run.join();
        assert_eq!((queue.stats(), disk.names()), (at_the_end, vec!["c".into(), "d".into()]));
    }
}

/// The backend asks for halves after the shutdown has stored the batch. Splitting it then would
/// count its spans twice.
#[test]
fn too_large_answer_after_shutdown_leaves_the_batch_whole() {
    let disk = Disk::new("whole");
    let run = Run::start(Some(disk.spool(false, ROOM)));
    let worker = run.start_worker();
    run.push(&ALL);
    run.sending();
    run.queue.stop(LONG);
    worker.join().unwrap();
    run.answer(Attempt::TooLarge(failure()));
    let queue = Arc::clone(&run.queue);
    run.join();
    assert_eq!((queue.stats().on_disk, disk.names().len()), (4, 4));
}

/// The spool is smaller than the batches in memory: storing one at the shutdown evicts another.
/// Each span is either in a file or reported as lost.
#[test]
fn shutdown_with_a_full_spool_counts_evicted_batches_as_lost() {
    let disk = Disk::new("dropped");
    let run = Run::start(Some(disk.spool(true, 2000)));
    for _ in 0..50 {
        run.push(&ALL);
        run.work_durably();
    }
    run.sending();
    assert!(run.stats().on_disk < 200 && run.stats().pending > 0, "the spool is full");
    let worker = run.start_worker();
    run.queue.stop(LONG);
    worker.join().unwrap();
    let stats = run.stats();
    assert_eq!((stats.pending, stats.bytes), (0, 0));
    assert_eq!(stats.on_disk, disk.names().len() as u64);
    assert_eq!(stats.lost, run.reported.load(Ordering::SeqCst) + more_than_reported(&run));
    run.answer(accepted());
    run.join();
}

/// Returns the spans in the summary at the end of the program, which adds later losses of a cause.
fn more_than_reported(run: &Run) -> u64 {
    let before = run.reported.load(Ordering::SeqCst);
    run.queue.diagnostics().report_repeated();
    run.reported.load(Ordering::SeqCst) - before
}

/// An outcome is counted before it is reported. The shutdown must not return between the two, or
/// a program could exit before it was told about its lost spans.
#[test]
fn shutdown_waits_for_the_report_of_an_outcome() {
    let (reports, reporting) = mpsc::channel();
    let (go_on, waits) = mpsc::channel::<()>();
    let (reports, waits) = (Mutex::new(reports), Mutex::new(waits));
    let run = Run::start_reporting(None, move || {
        reports.lock().unwrap().send(()).unwrap();
        waits.lock().unwrap().recv_timeout(LONG).unwrap();
    });
    let worker = run.start_worker();
    run.push(&ALL);
    run.sending();
    run.answer(Attempt::Rejected(failure()));
    reporting.recv_timeout(LONG).unwrap();
    assert_eq!((run.stats().lost, run.stats().pending), (4, 0), "counted before it is reported");
    let (queue, reported) = (Arc::clone(&run.queue), Arc::clone(&run.reported));
    let ending = thread::spawn(move || {
        queue.stop(LONG);
        queue.give_up();
        reported.load(Ordering::SeqCst)
    });
    worker.join().unwrap();
    go_on.send(()).unwrap();
    assert_eq!(ending.join().unwrap(), 4);
    assert_eq!(run.stats().lost, 4);
    run.join();
}

/// An exporter that returns when the test lets it.
#[derive(Debug)]
struct Hanging {
    begun: mpsc::Sender<()>,
    returns: Mutex<mpsc::Receiver<()>>,
}

impl Exporter for Hanging {
    fn export(&self, _batch: Vec<SpanData>) -> ExportFuture<'_> {
        self.begun.send(()).unwrap();
        self.returns.lock().unwrap().recv_timeout(LONG).unwrap();
        Box::pin(std::future::ready(Ok(PartialSuccess::default())))
    }

    fn set_resource(&mut self, _resource: &Resource) {}

    fn address(&self) -> String {
        "hanging".to_owned()
    }
}

/// The worker itself hangs in an exporter, so nothing reclaims its batch. The processor gives it
/// up, and the late success must not count.
#[test]
fn hanging_exporter_that_returns_after_shutdown_is_ignored() {
    let (begun, begins) = mpsc::channel();
    let (go_on, returns) = mpsc::channel();
    let run = Run::start(None);
    let hanging = Hanging { begun, returns: Mutex::new(returns) };
    let worker = start_worker(&run.queue, Outlet::Exporter(Box::new(hanging)));
    run.push(&ALL);
    begins.recv_timeout(LONG).unwrap();
    run.queue.stop(Duration::ZERO);
    run.queue.give_up();
    let at_the_end = run.stats();
    assert_eq!((at_the_end.lost, at_the_end.pending), (4, 0));
    go_on.send(()).unwrap();
    worker.join().unwrap();
    assert_eq!((run.stats(), run.reported.load(Ordering::SeqCst)), (at_the_end, 4));
    run.join();
}
