//! Starts short processes that share a spool, while the receiver comes and goes, and checks that
//! every span is delivered once or reported:
//! `cargo run --release -p load-tests --bin soak_processes -- 600 42`.
//!
//! Arguments: the seconds (default 60), and the seed (default 1). A process with the argument
//! `child` is one of the short processes.

use load_tests::{Action, Random, Receiver};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use trace_runtime::{Registration, chain, register};

/// The states of the receiver.
const AWAY: u8 = 0;
const FAULTY: u8 = 1;
const HEALTHY: u8 = 2;

/// The number of processes that run at a time.
const PARALLEL: usize = 3;

#[chain]
fn echo(text: &str) -> usize {
    text.len()
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [child, endpoint, spool, seed] = &arguments[..]
        && child == "child"
    {
        return run_child(endpoint, Path::new(spool), seed.parse().expect("a seed"));
    }
    let number = |at: usize, default: u64| {
        arguments.get(at).map_or(default, |text| text.parse().expect("a number"))
    };
    let (seconds, seed) = (number(0, 60), number(1, 1));
    let state = Arc::new(AtomicU8::new(FAULTY));
    let receiver = changing_receiver(Random::new(seed), Arc::clone(&state));
    let spool = std::env::temp_dir().join(format!("soak-processes-{}", std::process::id()));
    let mut random = Random::new(seed + 1);
    let deadline = Instant::now() + Duration::from_secs(seconds);
    let mut next_change = Instant::now();
    let (mut processes, mut ended, mut lost) = (0, 0, 0);
    let mut children: Vec<Child> = Vec::new();
    while Instant::now() < deadline {
        if Instant::now() >= next_change {
            state.store(if random.below(3) == 0 { AWAY } else { FAULTY }, Ordering::SeqCst);
            next_change = Instant::now() + Duration::from_millis(1000 + random.below(5000));
        }
        if children.len() == PARALLEL {
            let (child_ended, child_lost) = finish(children.remove(0));
            ended += child_ended;
            lost += child_lost;
        }
        children.push(start_child(&receiver.endpoint(), &spool, random.below(1 << 40)));
        processes += 1;
    }
    for child in children {
        let (child_ended, child_lost) = finish(child);
        ended += child_ended;
        lost += child_lost;
    }

    // From here on the receiver accepts everything, so the spool must drain.
    state.store(HEALTHY, Ordering::SeqCst);
    let registration = install(&receiver.endpoint(), &spool, Duration::from_secs(60));
    registration.flush_spool().expect("everything arrives");
    lost += registration.stats()[0].recovered_lost;
    registration.shutdown().expect("everything arrives");
    let (arrived, twice) = receiver.accepted();
    println!(
        "{processes} processes: {ended} ended, {arrived} arrived ({twice} of them more than once), \
         {lost} reported lost"
    );
    let _ = std::fs::remove_dir_all(&spool);
    assert_eq!((ended, twice), (arrived + lost, 0), "some spans are unaccounted for");
}

fn install(endpoint: &str, spool: &Path, timeout: Duration) -> Registration {
    let builder = register().verbose(false).endpoint(endpoint).spool(spool);
    builder.shutdown_timeout(timeout).on_diagnostic(|_| {}).install().expect("settings")
}

/// Ends a few spans and prints the numbers of ended and lost spans.
fn run_child(endpoint: &str, spool: &Path, seed: u64) {
    let registration = install(endpoint, spool, Duration::from_secs(2));
    let mut random = Random::new(seed);
    for _ in 0..=random.below(40) {
        echo(&"x".repeat(1 << random.below(12)));
    }
    let _ = registration.shutdown();
    let stats = registration.stats().remove(0);
    println!("{} {}", stats.ended, stats.lost + stats.recovered_lost);
}

fn start_child(endpoint: &str, spool: &Path, seed: u64) -> Child {
    let mut command = Command::new(std::env::current_exe().expect("this program"));
    command.arg("child").arg(endpoint).arg(spool).arg(seed.to_string());
    command.stdout(Stdio::piped()).spawn().expect("a process")
}

/// Waits for a child; returns the numbers that it prints.
fn finish(child: Child) -> (u64, u64) {
    let output = child.wait_with_output().expect("a process");
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).expect("text");
    let (ended, lost) = text.trim().split_once(' ').expect("two numbers");
    (ended.parse().expect("a number"), lost.parse().expect("a number"))
}

/// Starts a receiver that is away, faulty or healthy. It stores no span without answering.
fn changing_receiver(random: Random, state: Arc<AtomicU8>) -> Receiver {
    let random = Mutex::new(random);
    Receiver::start(move || match state.load(Ordering::SeqCst) {
        HEALTHY => Action::Accept,
        AWAY => Action::Reset,
        _ => match random.lock().expect("no panic").below(10) {
            0..7 => Action::Accept,
            7 => Action::Status(503),
            8 => Action::Status(413),
            _ => Action::Reset,
        },
    })
}
