//! More waits than memory would hold as it is.

use crate::delivery_faults::{installed, stats};
use crate::delivery_spool::switched;
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

/// Every span has come once, with what was said of it.
#[track_caller]
fn assert_complete(receiver: &Receiver, refused: usize, keys: [&str; 2]) {
    let requests = receiver.received().split_off(refused);
    let spans = requests.into_iter().flat_map(|received| received.request.resource_spans);
    let spans = spans.flat_map(|spans| spans.scope_spans).flat_map(|spans| spans.spans);
    let mut came: Vec<_> = spans.map(|span| keys.map(|key| text(&span, key))).collect();
    let mut all: Vec<_> = (0..SPANS).map(|n| [question(n), answer(n)]).collect();
    came.sort();
    all.sort();
    assert_eq!(came.len(), SPANS);
    assert!(came == all, "a text is not what it was");
}

#[track_caller]
fn assert_held(stats: &Stats) {
    assert_eq!((stats.lost, stats.delivered), (0, 0), "{stats:?}");
    assert!(stats.bytes <= BOUND, "{stats:?}");
}

#[test]
fn a_queue_holds_several_times_its_bound_of_text() {
    let (_turn, (receiver, on, first)) = (Program::turn(), switched());
    let (registration, _) =
        installed(|builder| builder.endpoint(receiver.endpoint()).queue_bytes(BOUND));
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
fn so_it_does_for_a_provider_of_the_applications() {
    let (_turn, (receiver, on, first)) = (Program::turn(), switched());
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
