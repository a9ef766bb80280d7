//! Diagnostic messages: their advice fits the destination, and each cause is reported once.

use integration_tests::delivery::install_with;
use integration_tests::{Program, Receiver, Reply};
use std::sync::{Arc, Mutex};
use trace_runtime::opentelemetry::trace::{Tracer, TracerProvider};
use trace_runtime::opentelemetry_sdk::trace::{SdkTracerProvider, SpanProcessor};
use trace_runtime::{Backend, chain, register};

#[chain]
fn work(_n: u32) {}

#[test]
fn advice_for_a_backend_names_its_constructor_and_variables() {
    let _lock = Program::lock();
    let receiver = Receiver::http();
    let wants_key = Receiver::http_answering(|_, _| Reply::status(401, ""));
    let another = || Backend::otlp(wants_key.endpoint());
    let named = Backend::braintrust().header("authorization", "k").endpoint(wants_key.endpoint());
    let table = [
        (another(), "it requires an API key, and none was given; "),
        (
            another().header("x-key", "k"),
            "it accepts none of the headers x-key as its key; correct them, or ",
        ),
    ];
    let call = "call `api_key(..)` on `Backend::otlp(..)`";
    let table = table.map(|(another, start)| (another, format!("{start}{call}")));
    let wrong = (named, "it rejected the API key from `header(..)`; correct the key".to_owned());
    let (public, secret) = ("LANGFUSE_PUBLIC_KEY", "LANGFUSE_SECRET_KEY");
    let langfuse = Backend::langfuse().variable(public, "pk").variable(secret, "s3cr3t");
    let keys = (
        langfuse.endpoint(wants_key.endpoint()),
        format!("it rejected the keys; correct {public} and {secret}"),
    );
    for (another, expected) in table.into_iter().chain([wrong, keys]) {
        let (registration, messages) =
            install_with(|builder| builder.endpoint(receiver.endpoint()).backend(another));
        work(1);
        registration.shutdown().unwrap_err();
        let messages = messages.lock().unwrap();
        let [line] = &messages[..] else { panic!("one message: {messages:?}") };
        assert!(line.contains(&expected) && !line.contains("s3cr3t"), "{line}");
    }
}

#[test]
fn each_status_is_reported() {
    let _lock = Program::lock();
    let receiver = Receiver::http_answering(|n, _| match n {
        0 | 1 => Reply::status(400, "one"),
        _ => Reply::status(500, "other"),
    });
    let (registration, messages) = install_with(|builder| builder.endpoint(receiver.endpoint()));
    for n in 0..4 {
        work(n);
        registration.flush().unwrap_err();
    }
    registration.shutdown().unwrap_err();
    let lost = registration.stats().remove(0).lost_by_cause;
    assert_eq!((lost["status 400"], lost["status 500"]), (2, 2), "{lost:?}");
    let mut messages = messages.lock().unwrap().clone();
    messages[2..].sort();
    let answers = ["answered 400 (one)", "answered 500 (other)"];
    for (line, answer) in messages.iter().zip(answers.iter().chain(&answers)) {
        assert!(line.contains(answer), "{messages:?}");
    }
    // Each status is reported once, and once more at shutdown for the losses that followed.
    assert_eq!(messages.len(), 4, "{messages:?}");
}

#[test]
fn warning_in_a_success_is_reported_once() {
    let _lock = Program::lock();
    let takes_all =
        |_, _: &_| Reply { text: "too many\nattributes".to_owned(), ..Reply::default() };
    let receivers = [Receiver::http_answering(takes_all), Receiver::grpc_answering(takes_all)];
    let protocols =
        [trace_runtime::delivery::Protocol::HttpProtobuf, trace_runtime::delivery::Protocol::Grpc];
    for (receiver, protocol) in receivers.iter().zip(protocols) {
        let (registration, messages) =
            install_with(|builder| builder.endpoint(receiver.endpoint()).protocol(protocol));
        for n in 0..3 {
            work(n);
            registration.flush().unwrap();
        }
        registration.shutdown().unwrap();
        let messages = messages.lock().unwrap();
        let [line] = &messages[..] else { panic!("one message: {messages:?}") };
        assert!(line.ends_with(" accepted the spans with a remark: too many attributes"), "{line}");
    }
}

#[test]
fn processor_after_shutdown_reports_spans_that_end() {
    let _lock = Program::lock();
    let (receiver, messages) = (Receiver::http(), Arc::new(Mutex::new(Vec::new())));
    let sink = Arc::clone(&messages);
    let processor = register()
        .endpoint(receiver.endpoint())
        .on_diagnostic(move |diagnostic| sink.lock().unwrap().push(diagnostic.to_string()))
        .processor()
        .unwrap();
    let provider = SdkTracerProvider::builder().with_span_processor(processor.clone()).build();
    let tracer = provider.tracer("mine");
    tracer.in_span("before", |_| {});
    processor.shutdown_with_timeout(std::time::Duration::from_secs(60)).unwrap();
    assert_eq!(*messages.lock().unwrap(), [""; 0]);
    tracer.in_span("after", |_| {});
    assert_eq!(
        *messages.lock().unwrap(),
        [
            "1 span lost, ended after the processor was shut down: shut it down when all work is done"
        ]
    );
    let stats = processor.stats().remove(0);
    assert_eq!((stats.ended, stats.delivered, stats.lost), (2, 1, 1));
}

#[test]
fn rotation_before_its_file_fails_install() {
    let _lock = Program::lock();
    let rotated = register().file_rotation(1000, 2);
    for builder in [rotated, register().file_rotation(1000, 2).file("traces.jsonl")] {
        let error = builder.install().unwrap_err();
        assert_eq!(
            error.to_string(),
            "`file_rotation(..)` is \"1000, 2\": expected a file that was given before it: call \
             `file(..)` first"
        );
    }
    assert!(!std::path::Path::new("traces.jsonl").exists());
}
