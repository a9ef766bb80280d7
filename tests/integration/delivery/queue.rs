//! The bounded queue: it drops and counts spans beyond its bound, and never delays the caller. See
//! `compression` in `tests/slow` for the compression of waiting text.

use integration_tests::{Program, Receiver, Reply};
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;
use trace_runtime::opentelemetry_sdk::error::OTelSdkResult;
use trace_runtime::opentelemetry_sdk::trace::{SpanData, SpanExporter};
use trace_runtime::{chain, register};

#[chain]
fn work(n: u32) -> u32 {
    n
}

#[test]
fn full_queue_drops_spans_and_counts_them() {
    // The slow first request keeps the sender busy while the following spans fill the queue.
    let receiver = Receiver::http_answering(|n, _| Reply {
        delay: Duration::from_millis(if n == 0 { 500 } else { 0 }),
        ..Reply::default()
    });
    let _lock = Program::lock();
    let messages = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&messages);
    let registration = register()
        .verbose(false)
        .endpoint(receiver.endpoint())
        .queue_bytes(1 << 20)
        .on_diagnostic(move |diagnostic| sink.lock().unwrap().push(diagnostic.clone()))
        .install()
        .unwrap();
    let all = 40_000_u32;
    for n in 0..all {
        work(n);
    }
    let result = registration.shutdown();
    let [stats] = &registration.stats()[..] else { panic!("one destination") };
    assert_eq!(stats.ended, u64::from(all));
    assert_eq!((stats.pending, stats.on_disk, stats.bytes), (0, 0, 0));
    assert_eq!(stats.ended, stats.delivered + stats.lost);
    assert_eq!(stats.delivered, receiver.spans().len() as u64, "duplicates");
    let messages = messages.lock().unwrap();
    assert_eq!(stats.lost, messages.iter().map(|diagnostic| diagnostic.spans).sum::<u64>());
    assert!(stats.lost_by_cause["queue full"] > 0, "{stats:?}");
    assert_eq!(result.unwrap_err().lost, stats.lost);
    assert!(messages[0].message.contains("the queue of 1048576 bytes was full"), "{messages:?}");
}

/// An exporter that blocks until the channel's sender is dropped, then accepts everything.
#[derive(Debug)]
struct Hanging(Mutex<mpsc::Receiver<()>>);

impl SpanExporter for Hanging {
    async fn export(&self, _: Vec<SpanData>) -> OTelSdkResult {
        // `recv` returns when the sender is dropped.
        let _ = self.0.lock().unwrap().recv();
        Ok(())
    }
}

#[test]
fn hanging_destination_never_delays_ending_a_span() {
    let _lock = Program::lock();
    let (unblock, blocked) = mpsc::channel();
    let registration = register()
        .verbose(false)
        .exporter(Hanging(Mutex::new(blocked)))
        .queue_bytes(1 << 20)
        .on_diagnostic(|_| {})
        .install()
        .unwrap();
    // Each call returns although nothing has left the queue.
    (0..40_000).for_each(|n| _ = work(n));
    let stats = registration.stats().remove(0);
    assert_eq!((stats.ended, stats.delivered), (40_000, 0));
    assert_eq!(
        (stats.pending + stats.lost, stats.lost_by_cause["queue full"]),
        (40_000, stats.lost)
    );
    assert!(stats.bytes <= 1 << 20, "{stats:?}");
    drop(unblock);
    let error = registration.shutdown().unwrap_err();
    assert_eq!((error.delivered, error.pending, error.lost), (stats.pending, 0, stats.lost));
}
