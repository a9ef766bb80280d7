//! Ends spans as fast as possible: through this crate with default settings, through this crate with
//! a spool, and through the SDK's batch processor, each in a separate process:
//! `cargo run --release -p load-tests --bin burst`.
//!
//! Spans may be lost, but none without being counted. The program fails if this crate's account does
//! not add up, if a span arrives twice, or if a process takes more memory than its queue may.

#![allow(clippy::cast_precision_loss, reason = "the figures are printed rounded")]
#![allow(clippy::float_cmp, reason = "the counts are far below the precision of a float")]

use load_tests::{Action, Random, Receiver, peak_memory};
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig};
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::Instant;
use trace_runtime::opentelemetry_sdk::trace::{BatchSpanProcessor, SdkTracerProvider};
use trace_runtime::{Registration, chain, register};

const THIS_CRATE: &str = "this crate";
const WITH_SPOOL: &str = "this crate, spool";
const SDK: &str = "SDK batch processor";
/// Number of threads, number of spans in total, bytes of each input and output, and their content.
/// Random letters are the worst case, because they hardly compress.
const LOADS: [(usize, usize, usize, &str); 6] = [
    (1, 200_000, 20, WORDS),
    (1, 200_000, 5 << 10, WORDS),
    (1, 200_000, 5 << 10, LETTERS),
    (1, 5_000, 100 << 10, WORDS),
    (1, 5_000, 100 << 10, LETTERS),
    (4, 200_000, 5 << 10, WORDS),
];
/// The memory in MiB that a process may take: 256 for the queue by default, and the rest for code,
/// stacks, the batches that worker and sender are processing, and memory that the allocator keeps.
const PEAK_MEMORY: f64 = 256.0 + 32.0;
const WORDS: &str = "words";
const LETTERS: &str = "letters";
/// English text, so that words have realistic frequencies and compress as prompts do.
const PROSE: &str = include_str!("../../../../docs/reliability.md");

#[chain(skip(answer))]
#[expect(unused_variables, reason = "only the span needs the question")]
fn ask(question: &str, answer: &str) -> String {
    answer.to_owned()
}

/// Generates text of this size and content.
fn text(content: &str, bytes: usize, seed: u64) -> String {
    let mut random = Random::new(seed);
    let words: Vec<&str> = PROSE.split_ascii_whitespace().filter(|word| word.is_ascii()).collect();
    let mut text = String::new();
    while text.len() < bytes {
        if content == WORDS {
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
        [mode, endpoint, threads, spans, bytes, content] => {
            let [threads, spans, bytes] =
                [threads, spans, bytes].map(|number| number.parse().expect("a number"));
            let texts = [1, 2].map(|seed| text(content, bytes, seed));
            run_child(mode, endpoint, threads, spans, &texts);
        }
        _ => compare(),
    }
}

/// Ends the spans in the child process. Prints microseconds per span, seconds until all were sent,
/// peak memory, and the registration's counts of spans that ended, were delivered, are on disk and
/// were lost.
fn run_child(
    mode: &str,
    endpoint: &str,
    threads: usize,
    spans: usize,
    [question, answer]: &[String; 2],
) {
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

/// Installs the delivery to measure: that of this crate, or an attached provider with the SDK's
/// batch processor and its default settings.
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

/// Receives the spans of each child, and prints the table.
fn compare() {
    let receiver = Receiver::start(|| Action::Accept);
    println!(
        "| delivery | threads | spans | input and output, bytes each | caller, per span | until all is sent | arrived per second | peak memory | arrived | twice | lost |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|---|");
    for load in LOADS {
        for mode in [THIS_CRATE, WITH_SPOOL, SDK] {
            row(&receiver, mode, load);
        }
    }
}

/// Runs one burst in a child process and prints its row.
fn row(
    receiver: &Receiver,
    mode: &str,
    (threads, spans, bytes, content): (usize, usize, usize, &str),
) {
    receiver.forget();
    let child = Command::new(std::env::current_exe().expect("this program"))
        .args([mode, &receiver.endpoint()])
        .args([threads, spans, bytes].map(|number| number.to_string()))
        .arg(content)
        .output()
        .expect("a child");
    eprint!("{}", String::from_utf8_lossy(&child.stderr));
    let figures = String::from_utf8_lossy(&child.stdout);
    let figures: Vec<f64> =
        figures.split(' ').map(|number| number.parse().expect("a number")).collect();
    let [per_span, seconds, peak, ended, delivered, on_disk, reported] = figures[..] else {
        panic!("seven numbers: {figures:?}")
    };
    let (arrived, twice) = receiver.accepted();
    let (lost, rate) = (spans as u64 - arrived, arrived as f64 / seconds);
    println!(
        "| {mode} | {threads} | {spans} | {bytes} of {content} | {per_span:.1} µs | {seconds:.2} s | {rate:.0} | {peak} MiB | {arrived} | {twice} | {lost} |"
    );
    if mode != SDK {
        assert!(ended == spans as f64 && delivered + on_disk + reported == ended, "{figures:?}");
        assert!(delivered == arrived as f64 && twice == 0, "{figures:?}, and {twice} came twice");
        assert!(peak <= PEAK_MEMORY, "{peak} MiB");
    }
}
