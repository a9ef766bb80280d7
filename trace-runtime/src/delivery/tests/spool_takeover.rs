//! Spools that other processes have left.

use super::accepted;
use super::harness::{LONG, Run, new_queue};
use super::spool::Disk;
use crate::delivery::diagnostics::Diagnostic;
use std::sync::{Arc, Mutex};

const ROOM: u64 = 1 << 20;

/// A process leaves a batch twice while this one runs. Its folder is adopted only after its lock
/// is free, and nothing of it is left in the end.
#[test]
fn spool_of_a_process_that_dies_is_adopted_and_sent() {
    let disk = Disk::new("dies-later");
    let run = Run::start(Some(disk.spool(true, ROOM)));
    let worker = run.start_worker();
    for names in [["a", "b", "c", "d"], ["e", "f", "g", "h"]] {
        let other = disk.process(names);
        run.queue.adopt_now();
        assert!(!run.queue.has_earlier(), "a process that lives keeps its spool");
        assert_eq!(disk.names(), names);
        drop(other);
        assert_eq!(run.sending(), names);
        run.answer(accepted());
        // The sender takes the next batch after this one is resolved.
        run.push(&["own"; 4]);
        assert_eq!(run.sending(), ["own"; 4]);
        assert_eq!(disk.names(), ["own"; 4], "sent, and gone");
        run.answer(accepted());
        run.flush();
    }
    let stats = run.stats();
    assert_eq!((stats.delivered, stats.recovered, stats.recovered_lost), (8, 8, 0));
    run.queue.stop(LONG);
    worker.join().unwrap();
    run.join();
    assert_eq!(disk.entries(), 0, "neither locks nor folders");
}

/// A segment that is damaged as a file is not deleted: its owner may repair it. The report does
/// not repeat with each scan.
#[cfg(unix)]
#[test]
fn unreadable_segment_is_reported_once_and_left() {
    let disk = Disk::new("unreadable");
    for names in [["a"; 4], ["b"; 4]] {
        let other = disk.process(names);
        drop(other);
        let segments = disk.segments();
        let segment = segments.iter().find(|path| path.is_file()).unwrap();
        // A folder cannot be read as a file by any user, root included.
        std::fs::remove_file(segment).unwrap();
        std::fs::create_dir(segment).unwrap();
    }
    let reports = Arc::new(Mutex::new(Vec::new()));
    let received = Arc::clone(&reports);
    let report = move |it: &Diagnostic| received.lock().unwrap().push(it.to_string());
    let queue = new_queue(Some(disk.spool(true, ROOM)), report);
    queue.adopt_now();
    queue.adopt_now();
    let reports = reports.lock().unwrap();
    let [line] = &reports[..] else { panic!("one line: {reports:?}") };
    assert!(line.contains(".otlp in the spool cannot be read (it is not a regular file"), "{line}");
    assert_eq!(disk.segments().len(), 2, "they stay where they are");
}

/// Three processes look at the same time. The lock file decides which one sends the batch.
#[test]
fn one_of_several_processes_adopts_a_spool() {
    let disk = Disk::new("one-takes-over");
    let runs = [(); 3].map(|()| Run::start(Some(disk.spool(true, ROOM))));
    let workers = runs.each_ref().map(Run::start_worker);
    drop(disk.process(["a", "b", "c", "d"]));
    let taken = loop {
        let taken: Vec<_> = runs.iter().filter_map(Run::sending_now).collect();
        if !taken.is_empty() {
            break taken;
        }
        std::thread::yield_now();
    };
    assert_eq!(taken, [["a", "b", "c", "d"]]);
    for (run, worker) in runs.iter().zip(workers) {
        run.answer(accepted());
        run.queue.stop(LONG);
        worker.join().unwrap();
    }
    let queues = runs.each_ref().map(|run| Arc::clone(&run.queue));
    runs.into_iter().for_each(Run::join);
    let recovered: u64 = queues.iter().map(|queue| queue.stats().recovered).sum();
    assert!(recovered == 4 && disk.names().is_empty() || recovered == 0 && disk.names().len() == 4);
}
