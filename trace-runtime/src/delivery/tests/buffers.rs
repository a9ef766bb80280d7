//! Spans in the buffers of several threads.

use super::harness::{LONG, span};
use crate::delivery::diagnostics::Diagnostics;
use crate::delivery::queue::Queue;
use crate::delivery::settings::BatchSettings;
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

fn queue(delay: Duration) -> Arc<Queue> {
    let settings = BatchSettings {
        queue_bytes: 256 << 20,
        queue_spans: None,
        batch_spans: 512,
        batch_bytes: 1 << 20,
        delay,
    };
    let diagnostics = Arc::new(Diagnostics::new(Some(Box::new(|_| {}))));
    Arc::new(Queue::new("nowhere".to_owned(), settings, diagnostics, None))
}

fn push(queue: &Queue, spans: usize) {
    for _ in 0..spans {
        queue.push(span("a"));
    }
}

/// More threads than buffers end spans and exit, most of them with spans left in a buffer.
#[test]
fn spans_of_many_threads_are_all_counted() {
    let queue = queue(LONG);
    thread::scope(|scope| {
        // More threads than there are buffers; most of them leave some spans there as they end.
        for thread in 0..20 {
            let queue = &queue;
            scope.spawn(move || push(queue, 100 + thread));
        }
    });
    let ended = 20 * 100 + (0..20).sum::<u64>();
    assert_eq!((queue.stats().ended, queue.stats().pending), (ended, ended));
    let flush = queue.begin_flush();
    let mut taken = 0;
    while taken < ended {
        let mut block = queue.next_block(|| {}).unwrap();
        assert!(block.spans.len() <= 512);
        taken += block.spans.take().len() as u64;
    }
    assert_eq!(taken, ended);
    assert_eq!(
        queue.wait_for(&flush, std::time::Instant::now()).pending,
        ended,
        "none is resolved"
    );
}

/// A single span stays in a buffer, below the size at which it is handed over. It must wake the
/// sleeping worker.
#[test]
fn span_of_an_idle_thread_is_taken() {
    let queue = queue(Duration::from_millis(1));
    let (says, taken) = mpsc::channel();
    let worker = Arc::clone(&queue);
    thread::spawn(move || {
        while let Some(block) = worker.next_block(|| {}) {
            says.send(block.spans.len()).unwrap();
        }
    });
    for _ in 0..3 {
        // The worker sleeps until a producer wakes it.
        while !queue.worker_sleeps() {
            thread::yield_now();
        }
        push(&queue, 1);
        assert_eq!(taken.recv_timeout(LONG), Ok(1));
    }
    queue.stop(Duration::ZERO);
}

/// Buffers are closed by the shutdown: a later span goes to the account at once, since nothing
/// collects it.
#[test]
fn span_after_shutdown_is_counted_as_lost() {
    let queue = queue(LONG);
    push(&queue, 5);
    queue.stop(Duration::ZERO);
    push(&queue, 7);
    let stats = queue.stats();
    assert_eq!((stats.ended, stats.pending), (12, 5));
    assert_eq!(stats.lost_by_cause["ended after shutdown"], 7);
    assert_eq!(queue.next_block(|| {}).unwrap().spans.len(), 5);
    assert!(queue.next_block(|| {}).is_none());
}
