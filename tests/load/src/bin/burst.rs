//! Ends spans as fast as it can, once through this crate's delivery and once through the SDK's
//! batch processor, each in a process of its own:
//! `cargo run --release -p load-tests --bin burst`.

use load_tests::{Act, Receiver, peak_memory};
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig};
use std::process::Command;
use std::time::Instant;
use trace_runtime::opentelemetry_sdk::trace::{BatchSpanProcessor, SdkTracerProvider};
use trace_runtime::{Registration, chain, register};

/// Spans, and the bytes of the input and of the output of each.
const LOADS: [(usize, usize); 3] = [(200_000, 20), (200_000, 5 << 10), (5_000, 100 << 10)];

#[chain]
fn echo(text: &str) -> String {
    text.to_owned()
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    match &arguments[1..] {
        [mode, endpoint, spans, bytes] => {
            end(mode, endpoint, spans.parse().expect("spans"), bytes.parse().expect("bytes"));
        }
        _ => compare(),
    }
}

/// The child: ends the spans and says how it went.
fn end(mode: &str, endpoint: &str, spans: usize, bytes: usize) {
    let (registration, sdk) = install(mode, endpoint);
    let text = "x".repeat(bytes);
    let idle = peak_memory();
    let began = Instant::now();
    for _ in 0..spans {
        echo(&text);
    }
    let ended = began.elapsed();
    let _ = registration.shutdown();
    if let Some(sdk) = sdk {
        let _ = sdk.shutdown();
    }
    let all = began.elapsed();
    let per_span = ended.as_nanos() / spans as u128;
    let rate = spans as u128 * 1000 / all.as_millis().max(1);
    print!(
        "{per_span} ns | {:.2} s | {rate} | {} MiB (idle {idle})",
        all.as_secs_f64(),
        peak_memory()
    );
}

fn install(mode: &str, endpoint: &str) -> (Registration, Option<SdkTracerProvider>) {
    let builder = register().verbose(false).shutdown_timeout(std::time::Duration::from_secs(60));
    if mode == "trace-runtime" {
        return (builder.endpoint(endpoint).install().expect("settings"), None);
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
    let program = std::env::current_exe().expect("this program");
    println!(
        "| delivery | spans | input and output, bytes each | caller, per span | until all is sent | spans/s | peak memory | arrived | twice | lost |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|");
    for (spans, bytes) in LOADS {
        for mode in ["trace-runtime", "SDK batch processor"] {
            receiver.forget();
            let child = Command::new(&program)
                .args([mode, &receiver.endpoint(), &spans.to_string(), &bytes.to_string()])
                .output()
                .expect("a child");
            let said = String::from_utf8_lossy(&child.stdout);
            eprint!("{}", String::from_utf8_lossy(&child.stderr));
            let (arrived, twice) = receiver.taken();
            let lost = spans as u64 - arrived;
            println!("| {mode} | {spans} | {bytes} | {said} | {arrived} | {twice} | {lost} |");
        }
    }
}
