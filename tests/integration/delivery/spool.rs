//! The spool: spans on disk while a backend is unreachable, and their delivery later.

use integration_tests::delivery::{
    ENDPOINT, FOLDER, distinct_and_duplicates, env_of_parent, quiet_builder, stats,
    switchable_receiver, unused_endpoint, wait_until,
};
use integration_tests::{Program, Receiver, Reply, TempFolder, child, is_child};
use std::io::{BufRead, BufReader};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use trace_runtime::{chain, register};

#[chain]
fn work(_n: u32) {}

#[test]
fn undelivered_spans_at_shutdown_are_sent_by_the_next_run() {
    let (_lock, folder, endpoint) = (Program::lock(), TempFolder::new(), unused_endpoint());
    let messages = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&messages);
    let first = register()
        .verbose(false)
        .endpoint(&endpoint)
        .api_key("s3cr3t")
        .spool(folder.path())
        .on_diagnostic(move |diagnostic| sink.lock().unwrap().push(diagnostic.to_string()))
        .install()
        .unwrap();
    (0..3).for_each(work);
    let error = first.shutdown().unwrap_err();
    assert_eq!((error.delivered, error.pending, error.on_disk, error.lost), (0, 0, 3, 0));
    assert_eq!((stats(&first).on_disk, stats(&first).bytes), (3, 0));
    let messages = messages.lock().unwrap();
    let spool = folder.path().display();
    assert_eq!(
        *messages,
        [format!(
            "the collector at {endpoint}/v1/traces could not be reached (Connection refused (os \
             error 111)), 3 spans in the spool {spool}, to be sent by the next run: start it \
             there, or correct the endpoint (the endpoint is from `endpoint(..)`)"
        )]
    );
    for file in folder.files() {
        let bytes = std::fs::read(&file).unwrap();
        assert!(!bytes.windows(6).any(|window| window == b"s3cr3t"), "the key is on disk");
    }

    let receiver = Receiver::http_at(&endpoint);
    let second = quiet_builder().endpoint(&endpoint).spool(folder.path()).install().unwrap();
    wait_until(|| stats(&second).recovered == 3);
    work(9);
    second.shutdown().unwrap();
    // Recovered spans are counted apart from those of the run itself.
    assert_eq!((stats(&second).ended, stats(&second).delivered), (1, 1));
    assert_eq!(distinct_and_duplicates(&receiver, 0), (4, 0));
    assert_eq!(folder.files(), Vec::<std::path::PathBuf>::new());
}

#[test]
fn shutdown_leaves_half_its_time_for_the_disk() {
    let (_lock, folder) = (Program::lock(), TempFolder::new());
    // The delay is shorter than the shutdown timeout, but longer than half of it.
    let receiver = Receiver::http_answering(|n, _| match n {
        0 => Reply { retry_after: Some(15), ..Reply::status(503, "busy") },
        _ => Reply::default(),
    });
    let registration = quiet_builder()
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

/// Runs in a child process, since it changes the working directory.
fn deliver_from_another_directory() {
    let endpoint = env_of_parent(ENDPOINT);
    std::env::set_current_dir(env_of_parent(FOLDER)).unwrap();
    let install = || quiet_builder().endpoint(&endpoint).spool("spool").file("spans.jsonl");
    let first = install().file_rotation(1, 2).batch(false).install().unwrap();
    std::env::set_current_dir("/").unwrap();
    (0..3).for_each(work);
    assert_eq!(first.shutdown().unwrap_err().on_disk, 3);
}

#[test]
fn relative_path_is_resolved_at_install() {
    if is_child() {
        return deliver_from_another_directory();
    }
    let (_lock, folder, endpoint) = (Program::lock(), TempFolder::new(), unused_endpoint());
    std::fs::create_dir(folder.path()).unwrap();
    let mut child = child("delivery::spool::relative_path_is_resolved_at_install");
    let output = child.env(ENDPOINT, &endpoint).env(FOLDER, folder.path()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    for rotated in ["spans.jsonl", "spans.jsonl.1", "spans.jsonl.2"] {
        assert!(folder.path().join(rotated).exists(), "{:?}", folder.files());
    }
    let receiver = Receiver::http_at(&endpoint);
    let spool = folder.path().join("spool");
    let next = quiet_builder().endpoint(&endpoint).spool(&spool).install().unwrap();
    wait_until(|| stats(&next).recovered == 3);
    next.shutdown().unwrap();
    assert_eq!(distinct_and_duplicates(&receiver, 0), (3, 0));
}

#[test]
fn spool_of_one_backend_is_not_sent_to_another() {
    let (_lock, folder) = (Program::lock(), TempFolder::new());
    let first = quiet_builder().endpoint(unused_endpoint()).spool(folder.path()).install().unwrap();
    work(1);
    assert_eq!(first.shutdown().unwrap_err().on_disk, 1);
    let other = Receiver::http();
    let second = quiet_builder().endpoint(other.endpoint()).spool(folder.path()).install().unwrap();
    work(2);
    second.shutdown().unwrap();
    assert_eq!(distinct_and_duplicates(&other, 0), (1, 0));
    assert!(!folder.files().is_empty());
}

#[test]
fn memory_overflow_is_spooled_until_the_backend_returns() {
    let (_lock, folder) = (Program::lock(), TempFolder::new());
    let (receiver, on, first) = switchable_receiver();
    let registration = quiet_builder()
        .endpoint(receiver.endpoint())
        .spool(folder.path())
        .queue_bytes(1 << 20)
        .install()
        .unwrap();
    for n in 0..10_000 {
        // Do not outrun the worker, which would drop spans before it can spool them.
        wait_until(|| stats(&registration).bytes < 900_000);
        work(n);
    }
    wait_until(|| stats(&registration).on_disk > 0);
    let during_outage = stats(&registration);
    assert_eq!((during_outage.delivered, during_outage.lost), (0, 0));
    on.store(true, Ordering::SeqCst);
    registration.flush().unwrap();
    assert_eq!(stats(&registration).delivered, 10_000);
    assert_eq!(distinct_and_duplicates(&receiver, first.load(Ordering::SeqCst)), (10_000, 0));
    registration.shutdown().unwrap();
    assert_eq!(folder.files(), Vec::<std::path::PathBuf>::new());
}

#[test]
fn full_spool_drops_the_oldest_and_counts_them() {
    let (_lock, folder) = (Program::lock(), TempFolder::new());
    let messages = Arc::new(Mutex::new(0));
    let sink = Arc::clone(&messages);
    let registration = register()
        .verbose(false)
        .endpoint(unused_endpoint())
        .spool(folder.path())
        .spool_bytes(1 << 16)
        .queue_bytes(1 << 16)
        .on_diagnostic(move |diagnostic| *sink.lock().unwrap() += diagnostic.spans)
        .install()
        .unwrap();
    for n in 0..3000 {
        wait_until(|| stats(&registration).bytes < 50_000);
        work(n);
    }
    let error = registration.shutdown().unwrap_err();
    let stats = stats(&registration);
    assert_eq!((stats.ended, stats.pending, stats.delivered), (3000, 0, 0));
    assert!(stats.on_disk > 0 && stats.lost_by_cause["spool full"] > 0, "{stats:?}");
    assert_eq!(stats.lost_by_cause.len(), 1, "{stats:?}");
    assert_eq!((error.on_disk, error.lost), (stats.on_disk, stats.lost));
    assert_eq!(*messages.lock().unwrap(), stats.lost);
    let bytes: u64 = folder.files().iter().map(|file| file.metadata().unwrap().len()).sum();
    assert!(bytes <= 1 << 16, "{bytes}");
}

/// Runs in a child process, which the parent kills.
fn end_durable_spans_until_killed() {
    let registration = quiet_builder()
        .endpoint(env_of_parent(ENDPOINT))
        .spool(env_of_parent(FOLDER))
        .durable(true)
        .install();
    let registration = registration.unwrap();
    for n in 0..200 {
        work(n);
    }
    wait_until(|| stats(&registration).on_disk == 200);
    eprintln!("all on disk");
    // The parent kills this process now; all spans above must survive.
    loop {
        std::thread::park();
    }
}

#[test]
fn killed_durable_process_leaves_everything_on_disk() {
    if is_child() {
        return end_durable_spans_until_killed();
    }
    let (_lock, folder, endpoint) = (Program::lock(), TempFolder::new(), unused_endpoint());
    let mut killed = child("delivery::spool::killed_durable_process_leaves_everything_on_disk")
        .env(ENDPOINT, &endpoint)
        .env(FOLDER, folder.path())
        .spawn()
        .unwrap();
    let stderr = BufReader::new(killed.stderr.take().unwrap());
    let all_on_disk = stderr.lines().map_while(Result::ok).any(|line| line == "all on disk");
    killed.kill().unwrap();
    killed.wait().unwrap();
    assert!(all_on_disk, "the child process failed");

    let receiver = Receiver::http_at(&endpoint);
    let next = quiet_builder().endpoint(&endpoint).spool(folder.path()).install().unwrap();
    wait_until(|| stats(&next).recovered == 200);
    next.shutdown().unwrap();
    assert_eq!(distinct_and_duplicates(&receiver, 0), (200, 0));
    assert_eq!(folder.files(), Vec::<std::path::PathBuf>::new());
}

/// Runs in several child processes at once.
fn write_to_a_shared_spool() {
    let registration = quiet_builder()
        .endpoint(env_of_parent(ENDPOINT))
        .spool(env_of_parent(FOLDER))
        .durable(true)
        .install();
    let registration = registration.unwrap();
    for n in 0..500 {
        work(n);
    }
    assert_eq!(registration.shutdown().unwrap_err().on_disk, 500);
}

#[test]
fn several_processes_share_a_spool() {
    if is_child() {
        return write_to_a_shared_spool();
    }
    let (_lock, folder, endpoint) = (Program::lock(), TempFolder::new(), unused_endpoint());
    let start = |_| {
        let mut command = child("delivery::spool::several_processes_share_a_spool");
        command.env(ENDPOINT, &endpoint).env(FOLDER, folder.path()).spawn().unwrap()
    };
    let children: Vec<_> = (0..4).map(start).collect();
    for child in children {
        let ended = child.wait_with_output().unwrap();
        assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    }
    let receiver = Receiver::http_at(&endpoint);
    let next = quiet_builder().endpoint(&endpoint).spool(folder.path()).install().unwrap();
    wait_until(|| stats(&next).recovered == 2000);
    next.shutdown().unwrap();
    assert_eq!(distinct_and_duplicates(&receiver, 0), (2000, 0));
    assert_eq!(folder.files(), Vec::<std::path::PathBuf>::new());
}

#[test]
fn delivered_durable_spans_leave_no_files() {
    let (_lock, folder, receiver) = (Program::lock(), TempFolder::new(), Receiver::http());
    let registration = quiet_builder()
        .endpoint(receiver.endpoint())
        .spool(folder.path())
        .durable(true)
        .install()
        .unwrap();
    (0..100).for_each(work);
    registration.flush().unwrap();
    assert_eq!((stats(&registration).delivered, stats(&registration).on_disk), (100, 0));
    registration.shutdown().unwrap();
    assert_eq!(distinct_and_duplicates(&receiver, 0), (100, 0));
    assert_eq!(folder.files(), Vec::<std::path::PathBuf>::new());
}
