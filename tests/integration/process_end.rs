//! The ends of a process: the spans that ended before arrive, unless nothing runs any more.

use integration_tests::delivery::{ENDPOINT, env_of_parent, quiet_builder, stats, wait_until};
use integration_tests::{Program, Receiver, Reply, child, is_child};
use signal_hook::consts::{SIGABRT, SIGINT, SIGTERM};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, ExitStatus, exit};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;
use trace_runtime::{Builder, Registration, chain};

#[chain]
fn work(n: u32) -> u32 {
    n
}

const CASE: &str = "TEST_CASE";
const TEST: &str = "process_end::end_of_the_process_delivers_what_has_ended";

static REGISTRATION: OnceLock<Registration> = OnceLock::new();

/// Installs in a child process and ends ten spans.
fn work_in_child(configure: impl FnOnce(Builder) -> Builder) -> Registration {
    let builder = configure(quiet_builder().endpoint(env_of_parent(ENDPOINT)));
    let registration = builder.install().unwrap();
    for n in 0..10 {
        work(n);
    }
    registration
}

/// Sends a signal to this process.
fn signal_self(signal: &str) {
    let id = std::process::id().to_string();
    assert!(Command::new("kill").args([signal, &id]).status().unwrap().success());
}

/// Waits to be killed by a signal.
fn wait_for_the_end() -> ! {
    std::thread::sleep(Duration::from_secs(60));
    exit(3)
}

/// Ends a child process in the way that the parent has chosen.
fn end_in_child() {
    let registration = work_in_child(|builder| match env_of_parent(CASE).as_str() {
        "hanging collector" => builder.shutdown_timeout(Duration::from_millis(200)),
        "second signal" => builder.shutdown_timeout(Duration::from_secs(60)),
        _ => builder,
    });
    match env_of_parent(CASE).as_str() {
        "static" => drop(REGISTRATION.set(registration)),
        "forget" | "hanging collector" => std::mem::forget(registration),
        "leak" => drop(Box::leak(Box::new(registration)).stats()),
        "exit" => exit(0),
        "panic" => panic!("ends the thread of the test"),
        "abort" => std::process::abort(),
        "exec" => drop(Command::new("true").exec()),
        "term" | "interrupt" => {
            registration.shutdown_on_signal().unwrap();
            signal_self(if env_of_parent(CASE) == "term" { "-TERM" } else { "-INT" });
            wait_for_the_end();
        }
        "second signal" => {
            registration.shutdown_on_signal().unwrap();
            signal_self("-TERM");
            signal_self("-TERM");
            wait_for_the_end();
        }
        "term after shutdown" => {
            registration.shutdown_on_signal().unwrap();
            drop(registration);
            signal_self("-TERM");
            wait_for_the_end();
        }
        "term with a handler" => {
            let is_called = Arc::<AtomicBool>::default();
            signal_hook::flag::register(SIGTERM, Arc::clone(&is_called)).unwrap();
            registration.shutdown_on_signal().unwrap();
            signal_self("-TERM");
            wait_until(|| is_called.load(Ordering::SeqCst) && stats(&registration).delivered == 10);
            work(11);
        }
        other => panic!("unknown case {other}"),
    }
}

/// Waits for a child process. Panics if it hangs.
fn wait_for(child: Child) -> ExitStatus {
    let child = Mutex::new(child);
    wait_until(|| child.lock().unwrap().try_wait().unwrap().is_some());
    child.into_inner().unwrap().wait().unwrap()
}

/// Runs the case in a child process; returns its end and the number of spans that arrived.
fn end(case: &str, receiver: &Receiver) -> (ExitStatus, usize) {
    let mut command = child(TEST);
    // Nothing is sent before the end.
    command.env("OTEL_BSP_SCHEDULE_DELAY", "3600000").env(CASE, case);
    let running = command.env(ENDPOINT, receiver.endpoint()).spawn().unwrap();
    (wait_for(running), receiver.ids().len())
}

#[test]
fn end_of_the_process_delivers_what_has_ended() {
    if is_child() {
        return end_in_child();
    }
    let _lock = Program::lock();
    for (case, expected) in [
        ("static", 10),
        ("forget", 10),
        ("leak", 10),
        ("exit", 10),
        ("panic", 10),
        ("term with a handler", 11),
        ("exec", 0),
    ] {
        let (status, arrived) = end(case, &Receiver::http());
        assert_eq!((status.signal(), arrived), (None, expected), "{case}");
        assert_eq!(status.success(), case != "panic", "{case}: {status}");
    }
    let (status, arrived) = end("abort", &Receiver::http());
    assert_eq!((status.signal(), arrived), (Some(SIGABRT), 0));
}

/// Returns true if this process, and so each of its children, ignores SIGINT, as a command in the
/// background of a shell script does.
fn ignores_interrupts() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).is_some_and(|mask| mask & 2 > 0)
}

#[test]
fn signal_delivers_what_has_ended_and_ends_the_process_by_the_signal() {
    let _lock = Program::lock();
    let cases = [("term", SIGTERM), ("interrupt", SIGINT), ("term after shutdown", SIGTERM)];
    for (case, signal) in cases {
        if signal == SIGINT && ignores_interrupts() {
            continue;
        }
        let (status, arrived) = end(case, &Receiver::http());
        assert_eq!((status.signal(), arrived), (Some(signal), 10), "{case}: {status}");
    }
}

#[test]
fn hanging_collector_delays_the_exit_no_longer_than_the_timeout() {
    let _lock = Program::lock();
    let hanging = || {
        Receiver::http_answering(|_, _| Reply {
            delay: Duration::from_secs(120),
            ..Reply::default()
        })
    };
    // `end` fails after a minute.
    let (status, _) = end("hanging collector", &hanging());
    assert!(status.success(), "{status}");
    let (status, _) = end("second signal", &hanging());
    assert_eq!(status.signal(), Some(SIGTERM), "{status}");
}
