//! A collector that is away for half a minute while a program works on.

use load_tests::{Act, Receiver};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;
use trace_runtime::{chain, register};

#[chain]
fn work(_n: u64) {}

#[test]
fn a_collector_that_is_away_for_30_s_under_load_misses_nothing() {
    let mut receiver = Receiver::start(|| Act::Accept);
    let said = Arc::new(Mutex::new(Vec::new()));
    let heard = Arc::clone(&said);
    let registration = register()
        .verbose(false)
        .endpoint(receiver.endpoint())
        .on_diagnostic(move |diagnostic| heard.lock().expect("said").push(diagnostic.clone()))
        .install()
        .expect("settings");
    let (ended, is_done) = (AtomicU64::new(0), AtomicBool::new(false));
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while !is_done.load(Ordering::SeqCst) {
                    work(ended.fetch_add(1, Ordering::SeqCst));
                    // A load that the queue holds for much longer than that.
                    thread::sleep(Duration::from_millis(1));
                }
            });
        }
        registration.flush().expect("it is there");
        receiver.go_away();
        let before = receiver.taken();
        thread::sleep(Duration::from_secs(30));
        let away = registration.flush().expect_err("it is away");
        assert_eq!((away.delivered, away.lost), (before.0, 0));
        assert!(away.pending > 0, "{away}");
        receiver.come_back();
        is_done.store(true, Ordering::SeqCst);
    });
    registration.flush().expect("it is back");
    let ended = ended.into_inner();
    let stats = registration.stats().remove(0);
    assert_eq!((stats.ended, stats.delivered, stats.lost), (ended, ended, 0));
    assert_eq!(receiver.taken(), (ended, 0), "all, and none twice");
    registration.shutdown().expect("nothing is left");
    let said = said.lock().expect("said");
    assert_eq!(said.len(), 1, "{said:?}");
    assert_eq!(said[0].spans, 0, "late, not lost");
}
