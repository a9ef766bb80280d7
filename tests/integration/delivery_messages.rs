//! What is said of backends: to whom it applies, and as often as it is news.

use crate::delivery_faults::{installed, work};
use integration_tests::{Program, Receiver, Reply};
use std::sync::{Arc, Mutex};
use trace_runtime::opentelemetry::trace::{Tracer, TracerProvider};
use trace_runtime::opentelemetry_sdk::trace::{SdkTracerProvider, SpanProcessor};
use trace_runtime::register;

#[test]
fn another_backend_is_told_of_no_variable_that_it_does_not_read() {
    let _turn = Program::turn();
    let receiver = Receiver::http();
    let wants_key = Receiver::http_answering(|_, _| Reply::status(401, ""));
    let another = || register().endpoint(wants_key.endpoint());
    let table = [
        (another(), "it wants an API key and none was given, "),
        (another().header("x-key", "k"), "is in the headers x-key, correct them or "),
    ];
    for (another, start) in table {
        let (registration, said) =
            installed(|builder| builder.endpoint(receiver.endpoint()).also(another));
        work(1);
        registration.shutdown().unwrap_err();
        let said = said.lock().unwrap();
        let [line] = &said[..] else { panic!("one line: {said:?}") };
        let call = "call `api_key(..)` on the builder given to `also(..)`";
        assert!(line.contains(&format!("{start}{call}")), "{line}");
    }
}

#[test]
fn each_status_is_said() {
    let _turn = Program::turn();
    let receiver = Receiver::http_answering(|n, _| match n {
        0 | 1 => Reply::status(400, "one"),
        _ => Reply::status(500, "other"),
    });
    let (registration, said) = installed(|builder| builder.endpoint(receiver.endpoint()));
    for n in 0..4 {
        work(n);
        registration.flush().unwrap_err();
    }
    registration.shutdown().unwrap_err();
    let lost = registration.stats().remove(0).lost_by_cause;
    assert_eq!((lost["status 400"], lost["status 500"]), (2, 2), "{lost:?}");
    let mut said = said.lock().unwrap().clone();
    said[2..].sort();
    let answers = ["answered 400 (one)", "answered 500 (other)"];
    for (line, answer) in said.iter().zip(answers.iter().chain(&answers)) {
        assert!(line.contains(answer), "{said:?}");
    }
    assert_eq!(said.len(), 4, "each once, and once more what came after: {said:?}");
}

#[test]
fn what_a_backend_says_of_spans_that_it_takes_is_said_once() {
    let _turn = Program::turn();
    let takes_all =
        |_, _: &_| Reply { text: "too many\nattributes".to_owned(), ..Reply::default() };
    let receivers = [Receiver::http_answering(takes_all), Receiver::grpc_answering(takes_all)];
    let protocols = [trace_runtime::Protocol::HttpProtobuf, trace_runtime::Protocol::Grpc];
    for (receiver, protocol) in receivers.iter().zip(protocols) {
        let (registration, said) =
            installed(|builder| builder.endpoint(receiver.endpoint()).protocol(protocol));
        for n in 0..3 {
            work(n);
            registration.flush().unwrap();
        }
        registration.shutdown().unwrap();
        let said = said.lock().unwrap();
        let [line] = &said[..] else { panic!("one line: {said:?}") };
        assert!(line.ends_with(" took the spans and says: too many attributes"), "{line}");
    }
}

#[test]
fn a_processor_that_was_shut_down_says_what_ends_after() {
    let _turn = Program::turn();
    let (receiver, said) = (Receiver::http(), Arc::new(Mutex::new(Vec::new())));
    let heard = Arc::clone(&said);
    let processor = register()
        .endpoint(receiver.endpoint())
        .on_diagnostic(move |diagnostic| heard.lock().unwrap().push(diagnostic.to_string()))
        .processor()
        .unwrap();
    let provider = SdkTracerProvider::builder().with_span_processor(processor.clone()).build();
    let tracer = provider.tracer("mine");
    tracer.in_span("before", |_| {});
    processor.shutdown_with_timeout(std::time::Duration::from_secs(60)).unwrap();
    assert_eq!(*said.lock().unwrap(), [""; 0]);
    tracer.in_span("after", |_| {});
    assert_eq!(
        *said.lock().unwrap(),
        ["1 span ended after the processor was shut down and went nowhere: shut it down when all \
          work is done"]
    );
    let stats = processor.stats().remove(0);
    assert_eq!((stats.ended, stats.delivered, stats.lost), (2, 1, 1));
}

#[test]
fn a_rotation_without_a_file_is_an_error_of_install() {
    let _turn = Program::turn();
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
