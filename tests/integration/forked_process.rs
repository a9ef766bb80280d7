//! Children that are forked without `exec`: they never hang, and send nothing of the parent's.

use fork::{Fork, fork, waitpid};
use integration_tests::delivery::{ENDPOINT, env_of_parent, quiet_builder, wait_until};
use integration_tests::{Program, Receiver, child, is_child};
use std::process::exit;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use trace_runtime::chain;

#[chain]
fn in_parent(n: u32) -> u32 {
    n
}

#[chain]
fn in_child(n: u32) -> u32 {
    n
}

const SECOND_ENDPOINT: &str = "TEST_SECOND_ENDPOINT";

/// Runs a closure in a forked child, and returns its exit code.
fn in_forked_child(run: impl FnOnce()) -> i32 {
    match fork().unwrap() {
        Fork::Child => {
            run();
            exit(0)
        }
        Fork::Parent(id) => waitpid(id).unwrap(),
    }
}

/// Forks again and again while other threads end spans.
fn fork_while_spans_end() {
    let builder = quiet_builder().endpoint(env_of_parent(ENDPOINT));
    let registration = builder.shutdown_timeout(Duration::from_secs(60)).install().unwrap();
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while !is_over.load(Ordering::Relaxed) {
                    in_parent(1);
                }
            });
        }
        for _ in 0..50 {
            let code = in_forked_child(|| {
                for n in 0..100 {
                    in_child(n);
                }
                for error in [registration.flush(), registration.flush_spool()] {
                    let error = error.unwrap_err();
                    let is_silent = error.pending + error.delivered + error.lost == 0;
                    if !is_silent || !error.cause.starts_with("this process was forked") {
                        exit(5);
                    }
                }
                let has_ended = registration.shutdown().is_err();
                if !(has_ended && registration.stats().is_empty()) {
                    exit(4);
                }
            });
            assert_eq!(code, 0);
        }
        is_over.store(true, Ordering::Relaxed);
    });
    registration.shutdown().unwrap();
}

#[test]
fn forked_child_never_hangs_and_sends_nothing() {
    if is_child() {
        return fork_while_spans_end();
    }
    let (_lock, receiver) = (Program::lock(), Receiver::http());
    let test = "forked_process::forked_child_never_hangs_and_sends_nothing";
    let mut running = child(test).env(ENDPOINT, receiver.endpoint()).spawn().unwrap();
    let mut stderr = running.stderr.take().unwrap();
    let reading = std::thread::spawn(move || std::io::read_to_string(&mut stderr).unwrap());
    let id = running.id();
    let (sender, status) = std::sync::mpsc::channel();
    std::thread::spawn(move || sender.send(running.wait().unwrap()));
    let status = status.recv_timeout(Duration::from_secs(120));
    assert!(status.is_ok(), "process {id} or a child of it hangs");
    let stderr = reading.join().unwrap();
    assert!(status.unwrap().success(), "{stderr}");
    let lines = stderr.lines().filter(|line| line.contains("this process was forked"));
    assert_eq!(lines.count(), 50, "one line for each child: {stderr}");
    let spans = receiver.spans();
    assert!(!spans.is_empty() && spans.iter().all(|span| span.name == "in_parent"));
}

/// Installs in a forked child.
fn install_in_forked_child() {
    let parent = quiet_builder().endpoint(env_of_parent(ENDPOINT)).install().unwrap();
    in_parent(1);
    let code = in_forked_child(|| {
        let builder = quiet_builder().endpoint(env_of_parent(SECOND_ENDPOINT));
        let own = builder.install().unwrap();
        drop(parent);
        in_child(1);
        own.flush().unwrap();
        in_child(2);
        // Sent at the exit.
        std::mem::forget(own);
    });
    assert_eq!(code, 0);
}

#[test]
fn forked_child_that_installs_sends_its_own_spans() {
    if is_child() {
        return install_in_forked_child();
    }
    let _lock = Program::lock();
    let (first, second) = (Receiver::http(), Receiver::http());
    let output = child("forked_process::forked_child_that_installs_sends_its_own_spans")
        .env(ENDPOINT, first.endpoint())
        .env(SECOND_ENDPOINT, second.endpoint())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let names = |receiver: &Receiver| {
        receiver.spans().into_iter().map(|span| span.name).collect::<Vec<_>>()
    };
    wait_until(|| !first.spans().is_empty());
    assert_eq!(names(&second), ["in_child", "in_child"]);
    assert_eq!(names(&first), ["in_parent"]);
}
