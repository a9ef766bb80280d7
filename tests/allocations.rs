//! How often a traced call allocates: a number that is to stay.

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

/// Allocations of each of many calls, on the thread that calls.
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

/// One test: registrations are process-wide.
#[test]
fn allocations_are_few() {
    assert_eq!(allocations_of_a_call(), 0, "nothing registered");

    let registration =
        register().verbose(false).exporter(NoOp).sample_ratio(0.0).install().unwrap();
    // The span in the context, which tells of the decision.
    assert_eq!(allocations_of_a_call(), 1, "not sampled");
    drop(registration);

    let registration = register().verbose(false).exporter(NoOp).install().unwrap();
    // Two texts, and three for a live span in the context.
    assert_eq!(allocations_of_a_call(), 5, "recorded");
    registration.flush().unwrap();
    // The worker has given the records back, whose memory is used again.
    assert_eq!(allocations_of_a_call(), 4, "recorded later");
}
