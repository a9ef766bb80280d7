//! Ends spans as fast as it can: through this crate's delivery with default settings, through the
//! same with a spool, and through the SDK's batch processor, each in a process of its own:
//! `cargo run --release -p load-tests --bin burst`.
//!
//! Spans may be lost, but none without being counted. The program fails if this crate's account does
//! not add up, if a span arrives twice, or if a process takes more memory than its queue may.

#![allow(clippy::cast_precision_loss, reason = "figures for people")]
#![allow(
    clippy::float_cmp,
    reason = "counts, far below the numbers that a float cannot tell apart"
)]

use load_tests::{Act, Random, Receiver, peak_memory};
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig};
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::Instant;
use trace_runtime::opentelemetry_sdk::trace::{BatchSpanProcessor, SdkTracerProvider};
use trace_runtime::{Registration, chain, register};

const OURS: &str = "this crate";
const WITH_SPOOL: &str = "this crate, spool";
const SDK: &str = "SDK batch processor";
/// Threads, the spans of all of them, the bytes of the input and of the output of each, and what
/// these are made of: words, or letters at random, which gzip hardly makes smaller.
const LOADS: [(usize, usize, usize, &str); 6] = [
    (1, 200_000, 20, WORDS),
    (1, 200_000, 5 << 10, WORDS),
    (1, 200_000, 5 << 10, LETTERS),
    (1, 5_000, 100 << 10, WORDS),
    (1, 5_000, 100 << 10, LETTERS),
    (4, 200_000, 5 << 10, WORDS),
];
/// The memory in MiB that the process may take: 256 for the queue by default, and the rest for code,
/// stacks, the batches that worker and sender have in hand, and memory that the allocator keeps.
const PEAK_MEMORY: f64 = 256.0 + 32.0;
const WORDS: &str = "words";
const LETTERS: &str = "letters";
/// Words that occur as often as they do in a text.
const PROSE: &str = include_str!("../../../../docs/reliability.md");

#[chain(skip(answer))]
fn ask(question: &str, answer: &str) -> String {
    answer.to_owned()
}

fn text(of: &str, bytes: usize, seed: u64) -> String {
    let mut random = Random::new(seed);
    let words: Vec<&str> = PROSE.split_ascii_whitespace().filter(|word| word.is_ascii()).collect();
    let mut text = String::new();
    while text.len() < bytes {
        if of == WORDS {
            text.push_str(words[usize::try_from(random.below(words.len() as u64)).expect("few")]);
            text.push(' ');
        } else {
            text.extend(char::from_u32('!' as u32 + u32::try_from(random.below(90)).expect("few")));
        }
    }
    text.truncate(bytes);
    text
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    match &arguments[1..] {
        [mode, endpoint, threads, spans, bytes, of] => {
            let [threads, spans, bytes] =
                [threads, spans, bytes].map(|number| number.parse().expect("a number"));
            let texts = [1, 2].map(|seed| text(of, bytes, seed));
            end(mode, endpoint, threads, spans, &texts);
        }
        _ => compare(),
    }
}

/// The child: ends the spans and prints the figures: time per span, time until the end, peak
/// memory, and from the account of the registration spans ended, delivered, on disk and lost.
fn end(mode: &str, endpoint: &str, threads: usize, spans: usize, [question, answer]: &[String; 2]) {
    let folder = std::env::temp_dir().join(format!("burst-{}", std::process::id()));
    let (registration, sdk) = install(mode, endpoint, &folder);
    let began = Instant::now();
    thread::scope(|scope| {
        let ask = || (0..spans / threads).for_each(|_| drop(ask(question, answer)));
        (0..threads).for_each(|_| drop(scope.spawn(ask)));
    });
    let ended = began.elapsed();
    let _ = registration.shutdown();
    if let Some(sdk) = sdk {
        let _ = sdk.shutdown();
    }
    let all = began.elapsed();
    let per_span = ended.as_secs_f64() * 1e6 * threads as f64 / spans as f64;
    let account = registration.stats().into_iter().next().unwrap_or_default();
    let (ended, delivered, on_disk, lost) =
        (account.ended, account.delivered, account.on_disk, account.lost);
    print!("{per_span} {} {}", all.as_secs_f64(), peak_memory());
    print!(" {ended} {delivered} {on_disk} {lost}");
    let _ = std::fs::remove_dir_all(folder);
}

fn install(mode: &str, endpoint: &str, folder: &Path) -> (Registration, Option<SdkTracerProvider>) {
    let builder = register().verbose(false).shutdown_timeout(std::time::Duration::from_secs(60));
    if mode != SDK {
        let builder = builder.endpoint(endpoint);
        let builder = if mode == WITH_SPOOL { builder.spool(folder) } else { builder };
        return (builder.install().expect("settings"), None);
    }
    let exporter = SpanExporter::builder()
        .with_http()
        .with_protocol(Protocol::HttpBinary)
        .with_endpoint(format!("{endpoint}/v1/traces"))
        .build()
        .expect("an exporter");
    let provider = SdkTracerProvider::builder()
        .with_span_processor(BatchSpanProcessor::builder(exporter).build())
        .build();
    (builder.provider(provider.clone()).install().expect("settings"), Some(provider))
}

/// The parent: receives, and prints the table.
fn compare() {
    let receiver = Receiver::start(|| Act::Accept);
    println!(
        "| delivery | threads | spans | input and output, bytes each | caller, per span | until all is sent | arrived per second | peak memory | arrived | twice | lost |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|---|");
    for load in LOADS {
        for mode in [OURS, WITH_SPOOL, SDK] {
            row(&receiver, mode, load);
        }
    }
}

/// One burst, by a child.
fn row(receiver: &Receiver, mode: &str, (threads, spans, bytes, of): (usize, usize, usize, &str)) {
    receiver.forget();
    let child = Command::new(std::env::current_exe().expect("this program"))
        .args([mode, &receiver.endpoint()])
        .args([threads, spans, bytes].map(|number| number.to_string()))
        .arg(of)
        .output()
        .expect("a child");
    eprint!("{}", String::from_utf8_lossy(&child.stderr));
    let figures = String::from_utf8_lossy(&child.stdout);
    let figures: Vec<f64> =
        figures.split(' ').map(|number| number.parse().expect("a number")).collect();
    let [per_span, seconds, peak, ended, delivered, on_disk, reported] = figures[..] else {
        panic!("seven numbers: {figures:?}")
    };
    let (arrived, twice) = receiver.taken();
    let (lost, rate) = (spans as u64 - arrived, arrived as f64 / seconds);
    println!(
        "| {mode} | {threads} | {spans} | {bytes} of {of} | {per_span:.1} µs | {seconds:.2} s | {rate:.0} | {peak} MiB | {arrived} | {twice} | {lost} |"
    );
    if mode != SDK {
        assert!(ended == spans as f64 && delivered + on_disk + reported == ended, "{figures:?}");
        assert!(delivered == arrived as f64 && twice == 0, "{figures:?}, and {twice} came twice");
        assert!(peak <= PEAK_MEMORY, "{peak} MiB");
    }
}
