//! What is on disk while a backend is away, and what becomes of it.

use integration_tests::{Program, Receiver, Reply, Temporary, child};
use std::io::{BufRead, BufReader};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use trace_runtime::{Builder, Registration, Stats, chain, register};

#[chain]
fn work(_n: u32) {}

pub(crate) fn stats(registration: &Registration) -> Stats {
    let [stats] = &registration.stats()[..] else { panic!("one destination") };
    assert_eq!(stats.ended, stats.delivered + stats.pending + stats.on_disk + stats.lost);
    stats.clone()
}

/// Waits for what will come; what has not within a minute is a failure.
#[track_caller]
pub(crate) fn until(condition: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while !condition() {
        assert!(Instant::now() < deadline, "it has not come");
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// A receiver that takes nothing until it is switched on, and the number of the first request that
/// it takes.
pub(crate) fn switched() -> (Receiver, Arc<AtomicBool>, Arc<AtomicUsize>) {
    let (on, first) = (Arc::<AtomicBool>::default(), Arc::new(AtomicUsize::new(usize::MAX)));
    let (is_on, taken) = (Arc::clone(&on), Arc::clone(&first));
    let receiver = Receiver::http_answering(move |n, _| {
        if is_on.load(Ordering::SeqCst) {
            taken.fetch_min(n, Ordering::SeqCst);
            Reply::default()
        } else {
            Reply::status(503, "not yet")
        }
    });
    (receiver, on, first)
}

/// The spans that were accepted, and how many of them came twice.
pub(crate) fn accepted(receiver: &Receiver, refused: usize) -> (usize, usize) {
    let received = receiver.received().split_off(refused);
    let spans = received.into_iter().flat_map(|received| received.request.resource_spans);
    let spans = spans.flat_map(|spans| spans.scope_spans).flat_map(|spans| spans.spans);
    let mut ids: Vec<_> = spans.map(|span| span.span_id).collect();
    let all = ids.len();
    ids.sort();
    ids.dedup();
    (ids.len(), all - ids.len())
}

/// An endpoint where nothing listens, for a receiver to appear at later.
pub(crate) fn nowhere() -> String {
    Receiver::http().endpoint()
}

pub(crate) fn quiet() -> Builder {
    register().verbose(false).on_diagnostic(|_| {})
}

#[test]
fn what_was_not_delivered_at_shutdown_is_sent_by_the_next_run() {
    let (_turn, folder, endpoint) = (Program::turn(), Temporary::new(), nowhere());
    let said = Arc::new(Mutex::new(Vec::new()));
    let heard = Arc::clone(&said);
    let first = register()
        .verbose(false)
        .endpoint(&endpoint)
        .api_key("s3cr3t")
        .spool(folder.path())
        .on_diagnostic(move |diagnostic| heard.lock().unwrap().push(diagnostic.to_string()))
        .install()
        .unwrap();
    (0..3).for_each(work);
    let error = first.shutdown().unwrap_err();
    assert_eq!((error.delivered, error.pending, error.on_disk, error.lost), (0, 0, 3, 0));
    assert_eq!((stats(&first).on_disk, stats(&first).bytes), (3, 0));
    let said = said.lock().unwrap();
    let spool = folder.path().display();
    assert_eq!(
        *said,
        [format!(
            "the collector at {endpoint}/v1/traces could not be reached (Connection refused (os \
             error 111)), 3 spans in the spool {spool}, to be sent by the next run: start it \
             there, or correct the endpoint (the endpoint is from `endpoint(..)`)"
        )]
    );
    for file in folder.files() {
        let bytes = std::fs::read(&file).unwrap();
        assert!(!bytes.windows(6).any(|window| window == b"s3cr3t"), "a key on disk");
    }

    let receiver = Receiver::http_again(&endpoint);
    let second = quiet().endpoint(&endpoint).spool(folder.path()).install().unwrap();
    until(|| stats(&second).recovered == 3);
    work(9);
    second.shutdown().unwrap();
    assert_eq!((stats(&second).ended, stats(&second).delivered), (1, 1), "its own only");
    assert_eq!(accepted(&receiver, 0), (4, 0));
    assert_eq!(folder.files(), Vec::<std::path::PathBuf>::new(), "nothing remains");
}

#[test]
fn half_of_the_end_is_left_for_the_disk() {
    let (_turn, folder) = (Program::turn(), Temporary::new());
    // In time for the shutdown, and beyond the half of it.
    let receiver = Receiver::http_answering(|n, _| match n {
        0 => Reply { retry_after: Some(15), ..Reply::status(503, "busy") },
        _ => Reply::default(),
    });
    let registration = quiet()
        .endpoint(receiver.endpoint())
        .spool(folder.path())
        .shutdown_timeout(Duration::from_secs(20))
        .install()
        .unwrap();
    (0..3).for_each(work);
    let error = registration.shutdown().unwrap_err();
    assert_eq!((error.delivered, error.pending, error.on_disk, error.lost), (0, 0, 3, 0));
    assert_eq!(receiver.received().len(), 1);
}

#[test]
#[ignore = "run by the next test, since it goes to another directory"]
fn from_another_directory() {
    let endpoint = of_parent(ENDPOINT);
    std::env::set_current_dir(of_parent(FOLDER)).unwrap();
    let install = || quiet().endpoint(&endpoint).spool("spool").file("spans.jsonl");
    let first = install().file_rotation(1, 2).batch(false).install().unwrap();
    std::env::set_current_dir("/").unwrap();
    (0..3).for_each(work);
    assert_eq!(first.shutdown().unwrap_err().on_disk, 3);
}

#[test]
fn a_relative_path_stays_where_it_was() {
    let (_turn, folder, endpoint) = (Program::turn(), Temporary::new(), nowhere());
    std::fs::create_dir(folder.path()).unwrap();
    let mut child = child("delivery_spool::from_another_directory");
    let output = child.env(ENDPOINT, &endpoint).env(FOLDER, folder.path()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    for rotated in ["spans.jsonl", "spans.jsonl.1", "spans.jsonl.2"] {
        assert!(folder.path().join(rotated).exists(), "{:?}", folder.files());
    }
    let receiver = Receiver::http_again(&endpoint);
    let spool = folder.path().join("spool");
    let next = quiet().endpoint(&endpoint).spool(&spool).install().unwrap();
    until(|| stats(&next).recovered == 3);
    next.shutdown().unwrap();
    assert_eq!(accepted(&receiver, 0), (3, 0));
}

#[test]
fn the_spool_of_one_backend_is_not_sent_to_another() {
    let (_turn, folder) = (Program::turn(), Temporary::new());
    let first = quiet().endpoint(nowhere()).spool(folder.path()).install().unwrap();
    work(1);
    assert_eq!(first.shutdown().unwrap_err().on_disk, 1);
    let other = Receiver::http();
    let second = quiet().endpoint(other.endpoint()).spool(folder.path()).install().unwrap();
    work(2);
    second.shutdown().unwrap();
    assert_eq!(accepted(&other, 0), (1, 0));
    assert!(!folder.files().is_empty());
}

#[test]
fn what_memory_cannot_hold_is_on_disk_until_the_backend_is_back() {
    let (_turn, folder) = (Program::turn(), Temporary::new());
    let (receiver, on, first) = switched();
    let registration = quiet()
        .endpoint(receiver.endpoint())
        .spool(folder.path())
        .queue_bytes(1 << 20)
        .install()
        .unwrap();
    for n in 0..10_000 {
        // Slower than the worker, as a program is.
        until(|| stats(&registration).bytes < 900_000);
        work(n);
    }
    until(|| stats(&registration).on_disk > 0);
    let while_away = stats(&registration);
    assert_eq!((while_away.delivered, while_away.lost), (0, 0));
    on.store(true, Ordering::SeqCst);
    registration.flush().unwrap();
    assert_eq!(stats(&registration).delivered, 10_000);
    assert_eq!(accepted(&receiver, first.load(Ordering::SeqCst)), (10_000, 0));
    registration.shutdown().unwrap();
    assert_eq!(folder.files(), Vec::<std::path::PathBuf>::new());
}

#[test]
fn beyond_its_bound_the_oldest_are_lost_and_counted() {
    let (_turn, folder) = (Program::turn(), Temporary::new());
    let said = Arc::new(Mutex::new(0));
    let heard = Arc::clone(&said);
    let registration = register()
        .verbose(false)
        .endpoint(nowhere())
        .spool(folder.path())
        .spool_bytes(1 << 16)
        .queue_bytes(1 << 16)
        .on_diagnostic(move |diagnostic| *heard.lock().unwrap() += diagnostic.spans)
        .install()
        .unwrap();
    for n in 0..3000 {
        until(|| stats(&registration).bytes < 50_000);
        work(n);
    }
    let error = registration.shutdown().unwrap_err();
    let stats = stats(&registration);
    assert_eq!((stats.ended, stats.pending, stats.delivered), (3000, 0, 0));
    assert!(stats.on_disk > 0 && stats.lost_by_cause["spool full"] > 0, "{stats:?}");
    assert_eq!(stats.lost_by_cause.len(), 1, "{stats:?}");
    assert_eq!((error.on_disk, error.lost), (stats.on_disk, stats.lost));
    assert_eq!(*said.lock().unwrap(), stats.lost);
    let bytes: u64 = folder.files().iter().map(|file| file.metadata().unwrap().len()).sum();
    assert!(bytes <= 1 << 16, "{bytes}");
}

pub(crate) const ENDPOINT: &str = "TEST_ENDPOINT";
pub(crate) const FOLDER: &str = "TEST_FOLDER";

pub(crate) fn of_parent(name: &str) -> String {
    std::env::var(name).expect("run by another test")
}

#[test]
#[ignore = "run by the next test, which kills it"]
fn durable_until_killed() {
    let registration =
        quiet().endpoint(of_parent(ENDPOINT)).spool(of_parent(FOLDER)).durable(true).install();
    let registration = registration.unwrap();
    for n in 0..200 {
        work(n);
    }
    until(|| stats(&registration).on_disk == 200);
    eprintln!("all on disk");
    // One that ends now may be lost, and all before may not.
    loop {
        std::thread::park();
    }
}

#[test]
fn a_killed_process_has_left_everything_on_disk() {
    let (_turn, folder, endpoint) = (Program::turn(), Temporary::new(), nowhere());
    let mut killed = child("delivery_spool::durable_until_killed")
        .env(ENDPOINT, &endpoint)
        .env(FOLDER, folder.path())
        .spawn()
        .unwrap();
    let stderr = BufReader::new(killed.stderr.take().unwrap());
    let all_on_disk = stderr.lines().map_while(Result::ok).any(|line| line == "all on disk");
    killed.kill().unwrap();
    killed.wait().unwrap();
    assert!(all_on_disk, "the child failed");

    let receiver = Receiver::http_again(&endpoint);
    let next = quiet().endpoint(&endpoint).spool(folder.path()).install().unwrap();
    until(|| stats(&next).recovered == 200);
    next.shutdown().unwrap();
    assert_eq!(accepted(&receiver, 0), (200, 0));
    assert_eq!(folder.files(), Vec::<std::path::PathBuf>::new());
}

#[test]
#[ignore = "run by the next test, several times at once"]
fn one_of_several() {
    let registration =
        quiet().endpoint(of_parent(ENDPOINT)).spool(of_parent(FOLDER)).durable(true).install();
    let registration = registration.unwrap();
    for n in 0..500 {
        work(n);
    }
    assert_eq!(registration.shutdown().unwrap_err().on_disk, 500);
}

#[test]
fn several_processes_share_a_folder() {
    let (_turn, folder, endpoint) = (Program::turn(), Temporary::new(), nowhere());
    let start = |_| {
        let mut command = child("delivery_spool::one_of_several");
        command.env(ENDPOINT, &endpoint).env(FOLDER, folder.path()).spawn().unwrap()
    };
    let children: Vec<_> = (0..4).map(start).collect();
    for child in children {
        let ended = child.wait_with_output().unwrap();
        assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    }
    let receiver = Receiver::http_again(&endpoint);
    let next = quiet().endpoint(&endpoint).spool(folder.path()).install().unwrap();
    until(|| stats(&next).recovered == 2000);
    next.shutdown().unwrap();
    assert_eq!(accepted(&receiver, 0), (2000, 0));
    assert_eq!(folder.files(), Vec::<std::path::PathBuf>::new());
}

#[test]
fn durable_spans_are_delivered_like_others_and_leave_nothing() {
    let (_turn, folder, receiver) = (Program::turn(), Temporary::new(), Receiver::http());
    let registration =
        quiet().endpoint(receiver.endpoint()).spool(folder.path()).durable(true).install().unwrap();
    (0..100).for_each(work);
    registration.flush().unwrap();
    assert_eq!((stats(&registration).delivered, stats(&registration).on_disk), (100, 0));
    registration.shutdown().unwrap();
    assert_eq!(accepted(&receiver, 0), (100, 0));
    assert_eq!(folder.files(), Vec::<std::path::PathBuf>::new());
}
