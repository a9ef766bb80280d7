//! Measures the throughput of delivery over HTTP and the processor time of its threads, compared
//! with the SDK's batch processor and opentelemetry-otlp.
//!
//! Both receive spans no faster than they deliver them, so that neither queue overflows.

#![expect(clippy::cast_precision_loss, reason = "all counts are far below 2^52")]

use benches::{Receiver, median, processor_time};
use opentelemetry::trace::{Span as _, SpanBuilder, Tracer, TracerProvider};
use opentelemetry::{KeyValue, trace::SpanKind};
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig};
use opentelemetry_sdk::trace::SdkTracerProvider;
use std::time::Instant;
use trace_runtime::mask::Mask;

/// Rounds per size; the medians of their figures are printed.
const ROUNDS: usize = 15;
/// Spans between two flushes, fewer than the SDK's queue of 2,048 holds.
const BATCH: usize = 1024;
/// Flushes per run, enough to outweigh the cost of starting it.
const BATCHES: usize = 8;
/// Text per span: half of it is the input, half the output.
const SIZES: [(&str, usize); 2] = [("1 KB", 1024), ("20 KB", 20 * 1024)];

/// A provider with its own receiver.
struct Contender {
    name: &'static str,
    title: &'static str,
    provider: SdkTracerProvider,
    receiver: Receiver,
    /// Prefixes of the names of its export threads, whose processor time is measured.
    threads: &'static [&'static str],
}

/// The figures of one run.
#[derive(Clone, Copy, Debug)]
struct Run {
    spans_per_second: f64,
    microseconds_of_threads: f64,
}

/// The delivery of this crate as a span processor, with the default settings but for the mask.
fn trace_runtime(name: &'static str, title: &'static str, mask: Mask) -> Contender {
    let receiver = Receiver::start();
    let builder = trace_runtime::register().endpoint(receiver.endpoint()).mask(mask);
    let processor = builder.processor().expect("every setting is valid");
    let provider = SdkTracerProvider::builder().with_span_processor(processor).build();
    Contender { name, title, provider, receiver, threads: &["trace-runtime"] }
}

/// The SDK's batch processor and the HTTP exporter, with their default settings.
fn sdk() -> Contender {
    let receiver = Receiver::start();
    let exporter = SpanExporter::builder()
        .with_http()
        .with_protocol(Protocol::HttpBinary)
        .with_endpoint(format!("{}/v1/traces", receiver.endpoint()))
        .build()
        .expect("every setting is valid");
    let provider = SdkTracerProvider::builder().with_batch_exporter(exporter).build();
    // The blocking client has its own thread, whose time counts too.
    let threads = &["OpenTelemetry.Traces.BatchProcessor", "reqwest-internal"];
    Contender { name: "sdk", title: "SDK and opentelemetry-otlp", provider, receiver, threads }
}

impl Contender {
    /// Ends `BATCH * BATCHES` spans and measures until all are delivered.
    fn run(&self, bytes: usize) -> Run {
        let tracer = self.provider.tracer("benches");
        let text = "The capital of France is Paris. ".repeat(bytes / 64);
        let (received, worked) = (self.receiver.bytes(), processor_time(self.threads));
        let began = Instant::now();
        for _ in 0..BATCHES {
            for _ in 0..BATCH {
                let attributes = [
                    KeyValue::new("openinference.span.kind", "CHAIN"),
                    KeyValue::new("input.value", text.clone()),
                    KeyValue::new("output.value", text.clone()),
                ];
                let builder = SpanBuilder::from_name("step").with_kind(SpanKind::Internal);
                tracer.build(builder.with_attributes(attributes)).end();
            }
            self.provider.force_flush().expect("the receiver takes everything");
        }
        let took = began.elapsed();
        let spans = (BATCH * BATCHES) as f64;
        let worked = processor_time(self.threads).saturating_sub(worked);
        let arrived = self.receiver.bytes() - received;
        // A contender that loses spans would look fast.
        assert!(arrived as f64 > spans * bytes as f64 * 0.9, "spans were lost: {arrived} bytes");
        Run {
            spans_per_second: spans / took.as_secs_f64(),
            microseconds_of_threads: worked.as_secs_f64() * 1e6 / spans,
        }
    }
}

fn main() {
    let contenders = [
        sdk(),
        trace_runtime("trace_runtime", "trace-runtime", Mask::new()),
        // Without scrubbing of secrets, which the SDK does not have.
        trace_runtime("unscrubbed", "trace-runtime, secrets left in", without_scrubbing()),
    ];
    println!("| span | | spans per second | µs of its threads for each span |\n|---|---|---|---|");
    let mut ratios = serde_json::Map::new();
    for (size, bytes) in SIZES {
        let mut runs = [const { Vec::new() }; 3];
        // The contenders run in turn, so that a busy machine affects all of them.
        for _ in 0..ROUNDS {
            for (contender, runs) in contenders.iter().zip(&mut runs) {
                runs.push(contender.run(bytes));
            }
        }
        let medians = runs.map(|runs| Run {
            spans_per_second: median(runs.iter().map(|run| run.spans_per_second)),
            microseconds_of_threads: median(runs.iter().map(|run| run.microseconds_of_threads)),
        });
        let [sdk, ..] = medians;
        for (Contender { name, title, .. }, run) in contenders.iter().zip(medians) {
            let (rate, cost) = (run.spans_per_second, run.microseconds_of_threads);
            println!("| {size} | {title} | {rate:.0} | {cost:.1} |");
            if *name != "sdk" {
                let key = format!("{name}_{}", size.replace(' ', "").to_lowercase());
                let throughput = rounded(rate / sdk.spans_per_second);
                ratios.insert(format!("{key}_throughput_vs_sdk"), throughput);
                let worked = rounded(cost / sdk.microseconds_of_threads);
                ratios.insert(format!("{key}_cpu_vs_sdk"), worked);
            }
        }
    }
    println!("\nRATIOS {}", serde_json::Value::Object(ratios));
}

fn without_scrubbing() -> Mask {
    Mask::new().scrub_secrets(false)
}

/// Rounds to three decimals.
fn rounded(ratio: f64) -> serde_json::Value {
    ((ratio * 1000.0).round() / 1000.0).into()
}
