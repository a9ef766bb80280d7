//! A collector that is down for half a minute while a program keeps ending spans.

use load_tests::{Action, Receiver};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;
use trace_runtime::{chain, register};

#[chain]
fn work(_n: u64) {}

#[test]
fn collector_down_for_30_s_under_load_receives_everything_once() {
    let mut receiver = Receiver::start(|| Action::Accept);
    let diagnostics = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&diagnostics);
    let registration = register()
        .verbose(false)
        .endpoint(receiver.endpoint())
        .on_diagnostic(move |diagnostic| sink.lock().expect("no panic").push(diagnostic.clone()))
        .install()
        .expect("settings");
    let (ended, is_done) = (AtomicU64::new(0), AtomicBool::new(false));
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while !is_done.load(Ordering::SeqCst) {
                    work(ended.fetch_add(1, Ordering::SeqCst));
                    // At this rate the queue could hold the spans of a much longer outage.
                    thread::sleep(Duration::from_millis(1));
                }
            });
        }
        registration.flush().expect("the receiver is up");
        receiver.go_away();
        let before = receiver.accepted();
        thread::sleep(Duration::from_secs(30));
        let error = registration.flush().expect_err("the receiver is down");
        assert_eq!((error.delivered, error.lost), (before.0, 0));
        assert!(error.pending > 0, "{error}");
        receiver.come_back();
        is_done.store(true, Ordering::SeqCst);
    });
    registration.flush().expect("the receiver is up again");
    let ended = ended.into_inner();
    let stats = registration.stats().remove(0);
    assert_eq!((stats.ended, stats.delivered, stats.lost), (ended, ended, 0));
    assert_eq!(receiver.accepted(), (ended, 0), "missing or duplicate spans");
    registration.shutdown().expect("no span is pending");
    let diagnostics = diagnostics.lock().expect("no panic");
    assert_eq!(diagnostics.len(), 1, "{diagnostics:?}");
    assert_eq!(diagnostics[0].spans, 0, "reported as lost");
}
