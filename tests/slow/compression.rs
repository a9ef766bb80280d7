//! Compression of waiting text: the queue holds several times its bound.

use integration_tests::delivery::{install_with, stats, switchable_receiver};
use integration_tests::{Program, Receiver};
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::trace::v1::Span;
use std::sync::atomic::Ordering;
use trace_runtime::opentelemetry::KeyValue;
use trace_runtime::opentelemetry::trace::{Tracer, TracerProvider};
use trace_runtime::opentelemetry_sdk::trace::SdkTracerProvider;
use trace_runtime::{Stats, chain, register};

const SPANS: usize = 100;
const BOUND: usize = 1 << 20;

#[chain(skip(answer))]
fn ask(question: &str, answer: String) -> String {
    answer
}

fn question(n: usize) -> String {
    format!("question {n}, ").repeat(5_000)
}

fn answer(n: usize) -> String {
    format!("answer {n}: ü, €, 🦀, ").repeat(3_000)
}

fn text(span: &Span, key: &str) -> String {
    let set = span.attributes.iter().find(|attribute| attribute.key == key);
    match set.and_then(|set| set.value.clone()).and_then(|value| value.value) {
        Some(Value::StringValue(text)) => text,
        other => panic!("{key} is {other:?}"),
    }
}

/// Asserts that every span arrived exactly once with its texts unchanged. The first `refused`
/// requests are skipped.
#[track_caller]
fn assert_complete(receiver: &Receiver, refused: usize, keys: [&str; 2]) {
    let requests = receiver.received().split_off(refused);
    let spans = requests.into_iter().flat_map(|received| received.request.resource_spans);
    let spans = spans.flat_map(|spans| spans.scope_spans).flat_map(|spans| spans.spans);
    let mut arrived: Vec<_> = spans.map(|span| keys.map(|key| text(&span, key))).collect();
    let mut all: Vec<_> = (0..SPANS).map(|n| [question(n), answer(n)]).collect();
    arrived.sort();
    all.sort();
    assert_eq!(arrived.len(), SPANS);
    assert!(arrived == all, "a text was changed");
}

/// Asserts that the queue holds every span within its bound.
#[track_caller]
fn assert_held(stats: &Stats) {
    assert_eq!((stats.lost, stats.delivered), (0, 0), "{stats:?}");
    assert!(stats.bytes <= BOUND, "{stats:?}");
}

#[test]
fn compression_holds_several_times_the_queue_bound() {
    let (_lock, (receiver, on, first)) = (Program::lock(), switchable_receiver());
    let (registration, _) =
        install_with(|builder| builder.endpoint(receiver.endpoint()).queue_bytes(BOUND));
    for n in 0..SPANS {
        assert_eq!(ask(&question(n), answer(n)), answer(n));
        assert_held(&stats(&registration));
    }
    on.store(true, Ordering::SeqCst);
    registration.flush().unwrap();
    assert_eq!(stats(&registration).delivered, SPANS as u64);
    assert_complete(&receiver, first.load(Ordering::SeqCst), ["input.value", "output.value"]);
    registration.shutdown().unwrap();
}

#[test]
fn compression_applies_to_the_applications_provider() {
    let (_lock, (receiver, on, first)) = (Program::lock(), switchable_receiver());
    let builder = register().verbose(false).endpoint(receiver.endpoint()).queue_bytes(BOUND);
    let processor = builder.processor().unwrap();
    let provider = SdkTracerProvider::builder().with_span_processor(processor.clone()).build();
    let tracer = provider.tracer("application");
    for n in 0..SPANS {
        let attributes =
            [KeyValue::new("question", question(n)), KeyValue::new("answer", answer(n))];
        drop(tracer.span_builder("ask").with_attributes(attributes).start(&tracer));
        assert_held(&processor.stats()[0]);
    }
    on.store(true, Ordering::SeqCst);
    provider.force_flush().unwrap();
    assert_complete(&receiver, first.load(Ordering::SeqCst), ["question", "answer"]);
    provider.shutdown().unwrap();
}
