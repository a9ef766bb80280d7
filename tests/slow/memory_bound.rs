//! More spans wait than the queue may hold.

use integration_tests::delivery::{install_with, stats, switchable_receiver};
use integration_tests::{Program, Receiver};
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::trace::v1::Span;
use std::collections::HashSet;
use std::sync::atomic::Ordering;
use trace_runtime::opentelemetry::KeyValue;
use trace_runtime::opentelemetry::trace::{Tracer, TracerProvider};
use trace_runtime::opentelemetry_sdk::trace::SdkTracerProvider;
use trace_runtime::{chain, delivery::Stats, register};

const SPANS: usize = 100;
const BOUND: usize = 1 << 20;

#[chain(skip(answer))]
#[expect(unused_variables, reason = "only the span needs the question")]
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

/// Checks that every span which the queue held has arrived once, and that its texts are whole.
#[track_caller]
fn assert_arrived(receiver: &Receiver, refused: usize, keys: [&str; 2], held: usize) {
    let requests = receiver.received().split_off(refused);
    let spans = requests.into_iter().flat_map(|received| received.request.resource_spans);
    let spans = spans.flat_map(|spans| spans.scope_spans).flat_map(|spans| spans.spans);
    let mut arrived: Vec<_> = spans.map(|span| keys.map(|key| text(&span, key))).collect();
    let all: HashSet<_> = (0..SPANS).map(|n| [question(n), answer(n)]).collect();
    assert_eq!(arrived.len(), held);
    arrived.sort();
    arrived.dedup();
    assert_eq!(arrived.len(), held, "a span arrived twice");
    assert!(arrived.iter().all(|texts| all.contains(texts)), "a text has changed");
}

/// Returns the number of spans that the queue holds. The others are counted as lost.
#[track_caller]
fn held(stats: &Stats) -> usize {
    assert_eq!((stats.ended, stats.delivered), (SPANS as u64, 0), "{stats:?}");
    assert_eq!(stats.lost_by_cause.get("queue full"), Some(&stats.lost), "{stats:?}");
    assert!(stats.pending > 3 && stats.lost > 3, "{stats:?}");
    usize::try_from(stats.pending).unwrap()
}

/// Checks the bound. A batch that is being encoded counts twice.
#[track_caller]
fn assert_bounded(stats: &Stats) {
    assert!(stats.bytes <= 2 * BOUND, "{stats:?}");
}

#[test]
fn queue_at_its_bound_delivers_held_spans_and_reports_the_rest() {
    let (_lock, (receiver, on, first)) = (Program::lock(), switchable_receiver());
    let (registration, messages) =
        install_with(|builder| builder.endpoint(receiver.endpoint()).queue_bytes(BOUND));
    for n in 0..SPANS {
        assert_eq!(ask(&question(n), answer(n)), answer(n));
        assert_bounded(&stats(&registration));
    }
    let held = held(&stats(&registration));
    on.store(true, Ordering::SeqCst);
    let error = registration.flush().unwrap_err();
    assert_eq!((error.delivered, error.lost), (held as u64, (SPANS - held) as u64));
    assert_arrived(&receiver, first.load(Ordering::SeqCst), ["input.value", "output.value"], held);
    registration.shutdown().unwrap_err();
    let lines = messages.lock().unwrap();
    assert!(lines.iter().any(|line| line.contains("the queue of 1048576 bytes was full")));
}

#[test]
fn queue_of_an_application_provider_at_its_bound_delivers_held_spans() {
    let (_lock, (receiver, on, first)) = (Program::lock(), switchable_receiver());
    let builder = register().verbose(false).on_diagnostic(|_| {});
    let builder = builder.endpoint(receiver.endpoint()).queue_bytes(BOUND);
    let processor = builder.processor().unwrap();
    let provider = SdkTracerProvider::builder().with_span_processor(processor.clone()).build();
    let tracer = provider.tracer("application");
    for n in 0..SPANS {
        let attributes =
            [KeyValue::new("question", question(n)), KeyValue::new("answer", answer(n))];
        drop(tracer.span_builder("ask").with_attributes(attributes).start(&tracer));
        assert_bounded(&processor.stats()[0]);
    }
    let held = held(&processor.stats()[0]);
    on.store(true, Ordering::SeqCst);
    provider.force_flush().unwrap_err();
    assert_arrived(&receiver, first.load(Ordering::SeqCst), ["question", "answer"], held);
    provider.shutdown().unwrap_err();
}
