//! Ends spans for a while, with a spool and a receiver that fails at random, and checks that every
//! span is accounted for: `cargo run --release -p load-tests --bin soak -- 600`.
//!
//! Arguments: the seconds (default 60), and the seed (default: the current time, which is printed).

use load_tests::{Action, Random, Receiver, peak_memory};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};
use trace_runtime::{chain, delivery::Stats, register};

#[chain]
fn echo(text: &str) -> String {
    text.to_owned()
}

fn main() {
    let mut arguments = std::env::args().skip(1).map(|text| text.parse::<u64>().expect("a number"));
    let seconds = arguments.next().unwrap_or(60);
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("after 1970");
    let seed = arguments.next().unwrap_or(now.as_secs());
    println!("{seconds} s, seed {seed}");

    let is_healthy = Arc::new(AtomicBool::new(false));
    let receiver = failing_at_random(Random::new(seed), Arc::clone(&is_healthy));
    let spool = std::env::temp_dir().join(format!("soak-{}", std::process::id()));
    let deadline = Instant::now() + Duration::from_secs(seconds);
    let mut random = Random::new(seed + 1);
    let (mut ended, mut lost, mut runs) = (0, 0, 0);
    while Instant::now() < deadline {
        let until = (Instant::now() + Duration::from_secs(5 + random.below(20))).min(deadline);
        let stats = run(&receiver, &spool, until, random.below(u64::MAX));
        println!("{stats:?}");
        ended += stats.ended;
        lost += stats.lost + stats.recovered_lost;
        runs += 1;
    }

    // From here on the receiver accepts everything, so the spool must drain.
    is_healthy.store(true, Ordering::SeqCst);
    let registration = register()
        .verbose(false)
        .endpoint(receiver.endpoint())
        .spool(&spool)
        .shutdown_timeout(Duration::from_secs(60))
        .install()
        .expect("settings");
    let deadline = Instant::now() + Duration::from_secs(300);
    while segments(&spool) > 0 {
        assert!(Instant::now() < deadline, "the spool did not drain: {:?}", registration.stats());
        std::thread::sleep(Duration::from_millis(20));
    }
    registration.shutdown().expect("everything arrives");
    lost += registration.stats()[0].recovered_lost;
    let (arrived, twice) = receiver.accepted();
    let refused_later = receiver.refused_later();
    println!(
        "{runs} runs: {ended} ended, {arrived} arrived ({twice} of them more than once), {lost} \
         reported lost, {refused_later} of these though they had arrived before; peak memory {} MiB",
        peak_memory(),
    );
    let _ = std::fs::remove_dir_all(&spool);
    assert_eq!(ended, arrived + lost - refused_later, "some spans are unaccounted for");
}

/// Ends spans of many sizes on four threads until the given time; returns the final statistics.
fn run(receiver: &Receiver, spool: &Path, until: Instant, seed: u64) -> Stats {
    let reported = Arc::new(AtomicU64::new(0));
    let counter = Arc::clone(&reported);
    let registration = register()
        .verbose(false)
        .endpoint(receiver.endpoint())
        .spool(spool)
        .durable(seed.is_multiple_of(2))
        .queue_bytes(16 << 20)
        .shutdown_timeout(Duration::from_secs(1))
        .on_diagnostic(move |diagnostic| {
            counter.fetch_add(diagnostic.spans, Ordering::SeqCst);
        })
        .install()
        .expect("settings");
    std::thread::scope(|scope| {
        for thread in 0..4 {
            scope.spawn(move || {
                let mut random = Random::new(seed + thread);
                while Instant::now() < until {
                    let length = 1_usize << random.below(15);
                    echo(&"x".repeat(length));
                    if random.below(4) == 0 {
                        std::thread::sleep(Duration::from_micros(random.below(20_000)));
                    }
                }
            });
        }
        let registration = &registration;
        scope.spawn(move || {
            while Instant::now() < until {
                let _ = registration.flush();
                check(&registration.stats()[0]);
                std::thread::sleep(Duration::from_millis(200));
            }
        });
    });
    let _ = registration.shutdown();
    let stats = registration.stats().remove(0);
    check(&stats);
    assert_eq!(stats.pending, 0, "pending after shutdown: {stats:?}");
    let lost = stats.lost + stats.recovered_lost;
    assert_eq!(reported.load(Ordering::SeqCst), lost, "losses were not reported: {stats:?}");
    stats
}

/// Asserts the invariant that holds at any time: ended = delivered + pending + on disk + lost.
fn check(stats: &Stats) {
    let all = stats.delivered + stats.pending + stats.on_disk + stats.lost;
    assert_eq!(stats.ended, all, "{stats:?}");
}

/// Starts a receiver that accepts about half of the requests. It stores no span without answering;
/// if the sender exits before it reads the answer, the next run sends the spans again and the
/// receiver counts them as duplicates.
fn failing_at_random(random: Random, is_healthy: Arc<AtomicBool>) -> Receiver {
    let random = Mutex::new(random);
    Receiver::start(move || {
        if is_healthy.load(Ordering::SeqCst) {
            return Action::Accept;
        }
        let mut random = random.lock().expect("no panic");
        match random.below(100) {
            0..50 => Action::Accept,
            50..55 => Action::RefuseSome(u32::try_from(random.below(20)).expect("small")),
            55..60 => Action::RetryAfter(429, 1),
            60..75 => Action::Status([408, 429, 502, 503, 504][index(&mut random, 5)]),
            75..80 => Action::Status([400, 401, 404, 415, 422, 500][index(&mut random, 6)]),
            80..85 => Action::Status(413),
            85..95 => Action::Reset,
            _ => Action::Hang(Duration::from_millis(random.below(3000))),
        }
    })
}

fn index(random: &mut Random, length: u64) -> usize {
    usize::try_from(random.below(length)).expect("small")
}

/// Returns the number of spool segments below a folder.
fn segments(folder: &Path) -> usize {
    let entries = std::fs::read_dir(folder).into_iter().flatten().map_while(Result::ok);
    let paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    let is_segment = |path: &Path| path.extension().is_some_and(|extension| extension == "otlp");
    let count = |path: &PathBuf| {
        if path.is_dir() { segments(path) } else { usize::from(is_segment(path)) }
    };
    paths.iter().map(count).sum()
}
