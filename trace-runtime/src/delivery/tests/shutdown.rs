use super::harness::{ALL, LONG, Run, start_worker};
use super::spool::Disk;
use super::{accepted, failure};
use crate::delivery::deliver::{Attempt, Deliver, Delivering, Refused};
use crate::delivery::worker::Outlet;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SpanData;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::Duration;

const ROOM: u64 = 1 << 20;

#[test]
fn an_answer_before_the_end_leaves_nothing_behind() {
    for is_durable in [true, false] {
        let disk = Disk::new("before");
        let run = Run::start(Some(disk.spool(is_durable, ROOM)));
        let worker = run.start_worker();
        run.push(&ALL);
        let flush = run.queue.begin_flush();
        assert_eq!(run.sending(), ALL);
        run.answer(accepted());
        run.queue.wait_for(&flush, std::time::Instant::now() + LONG);
        assert_eq!(disk.names(), [""; 0], "nobody hears of it before it has left the spool");
        run.queue.stop(LONG);
        worker.join().unwrap();
        let stats = run.stats();
        assert_eq!((stats.delivered, stats.on_disk, stats.lost), (4, 0, 0));
        run.join();
    }
}

#[test]
fn an_answer_behind_the_end_counts_no_more() {
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
        assert_eq!(disk.names(), ALL, "what counts as on disk is there");
    }
}

#[test]
fn without_a_spool_what_has_no_answer_is_lost_and_said() {
    for answer in [accepted(), Attempt::Refused(failure())] {
        let run = Run::start(None);
        let worker = run.start_worker();
        run.push(&ALL);
        run.sending();
        run.queue.stop(LONG);
        worker.join().unwrap();
        let at_the_end = run.stats();
        assert_eq!(at_the_end.lost_by_cause["pending at shutdown"], 4);
        run.answer(answer);
        let (queue, said) = (Arc::clone(&run.queue), Arc::clone(&run.said));
        run.join();
        assert_eq!((queue.stats(), said.load(Ordering::SeqCst)), (at_the_end, 4));
    }
}

#[test]
fn what_an_earlier_run_left_stays_until_it_is_counted() {
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

#[test]
fn a_half_that_was_delivered_is_not_left_to_the_next_run() {
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

#[test]
fn a_batch_whose_answer_is_to_split_it_stays_whole_behind_the_end() {
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

#[test]
fn what_the_spool_dropped_is_not_counted_as_on_disk() {
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
    assert_eq!(stats.lost, run.said.load(Ordering::SeqCst) + more_than_said(&run));
    run.answer(accepted());
    run.join();
}

/// What is said at the very end of causes that went on.
fn more_than_said(run: &Run) -> u64 {
    let before = run.said.load(Ordering::SeqCst);
    run.queue.diagnostics().say_repeated();
    run.said.load(Ordering::SeqCst) - before
}

#[test]
fn the_end_waits_until_what_was_decided_is_said() {
    let (says, saying) = mpsc::channel();
    let (go_on, waits) = mpsc::channel::<()>();
    let (says, waits) = (Mutex::new(says), Mutex::new(waits));
    let run = Run::saying(None, move || {
        says.lock().unwrap().send(()).unwrap();
        waits.lock().unwrap().recv_timeout(LONG).unwrap();
    });
    let worker = run.start_worker();
    run.push(&ALL);
    run.sending();
    run.answer(Attempt::Refused(failure()));
    saying.recv_timeout(LONG).unwrap();
    assert_eq!((run.stats().lost, run.stats().pending), (4, 0), "counted with its decision");
    let (queue, said) = (Arc::clone(&run.queue), Arc::clone(&run.said));
    let ending = thread::spawn(move || {
        queue.stop(LONG);
        queue.give_up();
        said.load(Ordering::SeqCst)
    });
    worker.join().unwrap();
    go_on.send(()).unwrap();
    assert_eq!(ending.join().unwrap(), 4);
    assert_eq!(run.stats().lost, 4);
    run.join();
}

/// An exporter that returns when it is told to.
#[derive(Debug)]
struct Hanging {
    begun: mpsc::Sender<()>,
    returns: Mutex<mpsc::Receiver<()>>,
}

impl Deliver for Hanging {
    fn deliver(&self, _batch: Vec<SpanData>) -> Delivering<'_> {
        self.begun.send(()).unwrap();
        self.returns.lock().unwrap().recv_timeout(LONG).unwrap();
        Box::pin(std::future::ready(Ok(Refused::default())))
    }

    fn set_resource(&mut self, _resource: &Resource) {}

    fn address(&self) -> String {
        "hanging".to_owned()
    }
}

#[test]
fn what_an_exporter_that_hangs_returns_behind_the_end_counts_no_more() {
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
    assert_eq!((run.stats(), run.said.load(Ordering::SeqCst)), (at_the_end, 4));
    run.join();
}
