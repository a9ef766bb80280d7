use super::accepted;
use super::harness::{LONG, Run, new_queue, span};
use super::spool::Disk;
use crate::delivery::body::Body;
use crate::delivery::spool::Store;
use opentelemetry_proto::transform::common::tonic::ResourceAttributesWithSchema;
use std::sync::{Arc, Mutex};

const ROOM: u64 = 1 << 20;

/// A process that has stored these spans, and sends nothing. To drop it is to kill it: what it has
/// locked is free, and nothing is said.
fn process(disk: &Disk, names: [&str; 4]) -> Store {
    let queue = Arc::new(new_queue(|_| {}));
    let store = Store::open(&disk.spool(true, ROOM), "gate", &queue).unwrap();
    for name in names {
        queue.push(span(name));
    }
    let mut block = queue.take().unwrap();
    let body = Body::encode(block.spans.take(), &ResourceAttributesWithSchema::default());
    assert!(store.keep(block.id, &body, false));
    store
}

#[test]
fn what_a_process_leaves_that_dies_while_this_runs_is_sent() {
    let disk = Disk::new("dies-later");
    let run = Run::start(Some(disk.spool(true, ROOM)));
    let worker = run.start_worker();
    for names in [["a", "b", "c", "d"], ["e", "f", "g", "h"]] {
        let other = process(&disk, names);
        run.store.as_ref().unwrap().adopt();
        assert!(!run.queue.is_open(1), "it lives: what it has stored is its own");
        assert_eq!(disk.names(), names);
        drop(other);
        assert_eq!(run.sending(), names);
        run.answer(accepted());
        // The next batch is asked for when this one is settled.
        run.push(&["own"; 4]);
        assert_eq!(run.sending(), ["own"; 4]);
        assert_eq!(disk.names(), ["own"; 4], "sent, and gone");
        run.answer(accepted());
        run.settled();
    }
    let stats = run.stats();
    assert_eq!((stats.delivered, stats.recovered, stats.recovered_lost), (8, 8, 0));
    run.queue.stop(LONG);
    worker.join().unwrap();
    run.join();
    assert_eq!(disk.entries(), 0, "neither locks nor folders");
}

#[cfg(unix)]
#[test]
fn a_segment_that_cannot_be_read_is_said_once_and_left() {
    let disk = Disk::new("unreadable");
    for names in [["a"; 4], ["b"; 4]] {
        let other = process(&disk, names);
        drop(other);
        let segments = disk.segments();
        let segment = segments.iter().find(|path| path.is_file()).unwrap();
        // A folder is no file for any user, root included.
        std::fs::remove_file(segment).unwrap();
        std::fs::create_dir(segment).unwrap();
    }
    let said = Arc::new(Mutex::new(Vec::new()));
    let heard = Arc::clone(&said);
    let queue = Arc::new(new_queue(move |it| heard.lock().unwrap().push(it.to_string())));
    let store = Store::open(&disk.spool(true, ROOM), "gate", &queue).unwrap();
    store.adopt();
    store.adopt();
    let said = said.lock().unwrap();
    let [line] = &said[..] else { panic!("one line: {said:?}") };
    assert!(line.contains(".otlp in the spool cannot be read (Is a directory"), "{line}");
    assert_eq!(disk.segments().len(), 2, "they stay where they are");
}

#[test]
fn of_several_processes_that_look_one_takes_over() {
    let disk = Disk::new("one-takes-over");
    let runs = [(); 3].map(|()| Run::start(Some(disk.spool(true, ROOM))));
    let workers = runs.each_ref().map(Run::start_worker);
    drop(process(&disk, ["a", "b", "c", "d"]));
    let taken = loop {
        let taken: Vec<_> = runs.iter().filter_map(Run::is_sending).collect();
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
