//! Counts the heap allocations of a traced call. A change that adds one fails here; the numbers are
//! quoted in `docs/performance.md`.

use allocation_counter::measure;
use std::hint::black_box;
use trace_runtime::opentelemetry_sdk::error::OTelSdkResult;
use trace_runtime::opentelemetry_sdk::trace::{SpanData, SpanExporter};
use trace_runtime::{chain, register};

#[derive(Debug)]
struct NoOp;

impl SpanExporter for NoOp {
    async fn export(&self, _batch: Vec<SpanData>) -> OTelSdkResult {
        Ok(())
    }
}

#[chain]
fn answer(question: &'static str) -> &'static str {
    black_box(question)
}

/// Returns the allocations per call on the calling thread, averaged over many calls.
fn allocations_of_a_call() -> u64 {
    const CALLS: u64 = 100;
    answer("before");
    let calls = || {
        for _ in 0..CALLS {
            black_box(answer("why"));
        }
    };
    measure(calls).count_total / CALLS
}

/// Returns the bytes for each of many spans that wait in the queue. The two texts have 70 bytes each.
fn bytes_of_a_waiting_span() -> i64 {
    const CALLS: u32 = 400;
    let text = "What is the capital of France, and how many people live there now, say?";
    let calls = || {
        for _ in 0..CALLS {
            black_box(answer(black_box(text)));
        }
    };
    measure(calls).bytes_current / i64::from(CALLS)
}

/// A single test covers all states, because a registration is process-wide.
#[test]
fn allocations_per_call_match_the_documented_counts() {
    assert_eq!(allocations_of_a_call(), 0, "nothing registered");

    let registration =
        register().verbose(false).exporter(NoOp).sample_ratio(0.0).install().unwrap();
    // The context holds a span that carries the sampling decision to callees.
    assert_eq!(allocations_of_a_call(), 1, "not sampled");
    drop(registration);

    let registration = register().verbose(false).exporter(NoOp).install().unwrap();
    // Two for the context with the live span, the record, and its two texts.
    assert_eq!(allocations_of_a_call(), 5, "recorded");
    let bytes = bytes_of_a_waiting_span();
    println!("{bytes} bytes for a span that waits");
    // Fewer if the worker has returned memory meanwhile.
    assert!(bytes <= 600, "{bytes} bytes for a span that waits");
    registration.flush().unwrap();
    // After a flush the worker returns its span records with the memory of their texts, and the next
    // call reuses both.
    assert_eq!(allocations_of_a_call(), 2, "recorded later");
}
