//! Ends spans for a while, with a receiver that misbehaves at random and a spool, and checks that
//! every one of them is accounted for: `cargo run --release -p load-tests --bin soak -- 600`.
//!
//! Arguments: seconds (default 60), and a seed (default: of the moment, printed).

use load_tests::{Act, Random, Receiver, peak_memory};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};
use trace_runtime::{Stats, chain, register};

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

    let well = Arc::new(AtomicBool::new(false));
    let receiver = misbehaving(Random::new(seed), Arc::clone(&well));
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

    // The receiver behaves: what is on disk arrives.
    well.store(true, Ordering::SeqCst);
    let registration = register()
        .verbose(false)
        .endpoint(receiver.endpoint())
        .spool(&spool)
        .shutdown_timeout(Duration::from_secs(60))
        .install()
        .expect("settings");
    let deadline = Instant::now() + Duration::from_secs(300);
    while segments(&spool) > 0 {
        assert!(Instant::now() < deadline, "the spool is not sent: {:?}", registration.stats());
        std::thread::sleep(Duration::from_millis(20));
    }
    registration.shutdown().expect("everything arrives");
    lost += registration.stats()[0].recovered_lost;
    let (arrived, twice) = receiver.taken();
    let refused_later = receiver.refused_later();
    println!(
        "{runs} runs: {ended} ended, {arrived} arrived ({twice} of them more than once), {lost} \
         reported lost, {refused_later} of these though they had arrived before; peak memory {} MiB",
        peak_memory(),
    );
    let _ = std::fs::remove_dir_all(&spool);
    assert_eq!(ended, arrived + lost - refused_later, "to the span");
}

/// Four threads end spans of all sizes until the time has come.
fn run(receiver: &Receiver, spool: &Path, until: Instant, seed: u64) -> Stats {
    let said = Arc::new(AtomicU64::new(0));
    let heard = Arc::clone(&said);
    let registration = register()
        .verbose(false)
        .endpoint(receiver.endpoint())
        .spool(spool)
        .durable(seed.is_multiple_of(2))
        .queue_bytes(16 << 20)
        .shutdown_timeout(Duration::from_secs(1))
        .on_diagnostic(move |diagnostic| {
            heard.fetch_add(diagnostic.spans, Ordering::SeqCst);
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
    assert_eq!(stats.pending, 0, "the end leaves nothing open: {stats:?}");
    let lost = stats.lost + stats.recovered_lost;
    assert_eq!(said.load(Ordering::SeqCst), lost, "what is lost is said: {stats:?}");
    stats
}

fn check(stats: &Stats) {
    let all = stats.delivered + stats.pending + stats.on_disk + stats.lost;
    assert_eq!(stats.ended, all, "{stats:?}");
}

/// Takes about half of what comes, and has worse phases. It takes nothing that it does not answer;
/// what a program that ended could not hear of comes again, and is counted by the receiver.
fn misbehaving(random: Random, well: Arc<AtomicBool>) -> Receiver {
    let random = Mutex::new(random);
    Receiver::start(move || {
        if well.load(Ordering::SeqCst) {
            return Act::Accept;
        }
        let mut random = random.lock().expect("no panic");
        match random.below(100) {
            0..50 => Act::Accept,
            50..55 => Act::RefuseSome(u32::try_from(random.below(20)).expect("small")),
            55..60 => Act::RetryAfter(429, 1),
            60..75 => Act::Status([408, 429, 502, 503, 504][index(&mut random, 5)]),
            75..80 => Act::Status([400, 401, 404, 415, 422, 500][index(&mut random, 6)]),
            80..85 => Act::Status(413),
            85..95 => Act::Reset,
            _ => Act::Hang(Duration::from_millis(random.below(3000))),
        }
    })
}

fn index(random: &mut Random, length: u64) -> usize {
    usize::try_from(random.below(length)).expect("small")
}

/// How many files with spans are below a folder.
fn segments(folder: &Path) -> usize {
    let entries = std::fs::read_dir(folder).into_iter().flatten().map_while(Result::ok);
    let paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    let is_segment = |path: &Path| path.extension().is_some_and(|extension| extension == "otlp");
    let count = |path: &PathBuf| {
        if path.is_dir() { segments(path) } else { usize::from(is_segment(path)) }
    };
    paths.iter().map(count).sum()
}
