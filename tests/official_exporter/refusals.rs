//! Collectors that answer with an error. The verdict is that of our own transport: a request is sent
//! again only if the OTLP specification says so.

use crate::{COMPRESSION, PROTOCOL, deliver_once, delivering, stderr_lines, work};
use integration_tests::delivery::{install_with, stats};
use integration_tests::{Program, Receiver, Reply, is_child};
use trace_runtime::delivery::Protocol;

/// Delivers 3 spans as JSON to a receiver with these answers. Returns delivered and lost spans, the
/// number of requests, and the messages.
fn json(answer: impl Fn(usize) -> Reply + Send + Sync + 'static) -> (u64, u64, usize, Vec<String>) {
    let receiver = Receiver::http_answering(move |request, _| answer(request));
    let (registration, messages) = install_with(|builder| {
        builder.endpoint(receiver.endpoint()).protocol(Protocol::HttpJson).api_key("s3cr3t")
    });
    (0..3).for_each(work);
    let _ = registration.flush();
    let _ = registration.shutdown();
    let stats = stats(&registration);
    let messages = messages.lock().unwrap().clone();
    assert!(!messages.iter().any(|message| message.contains("s3cr3t")), "{messages:?}");
    (stats.delivered, stats.lost, receiver.received().len(), messages)
}

#[test]
fn json_that_is_refused_is_not_sent_again() {
    let _lock = Program::lock();
    for (status, expected) in [
        (401, "it rejected the API key from `api_key(..)`; correct the key"),
        (400, "see the collector's log"),
        (415, "it does not accept http/json at this path; set the protocol"),
    ] {
        let (delivered, lost, requests, messages) =
            json(move |_| Reply::status(status, "no: s3cr3t"));
        assert_eq!((delivered, lost, requests), (0, 3, 1), "{status}");
        let message = messages.first().expect("a message");
        assert!(message.contains(&format!("answered {status} (no: [hidden])")), "{message}");
        assert!(message.contains(expected), "{message}");
    }
}

#[test]
fn json_is_sent_again_after_a_retryable_answer() {
    let _lock = Program::lock();
    for status in [429, 503] {
        let (delivered, lost, requests, messages) = json(move |request| match request {
            0 => Reply { retry_after: Some(0), ..Reply::status(status, "busy") },
            _ => Reply::default(),
        });
        assert_eq!((delivered, lost, requests), (3, 0, 2), "{status}: {messages:?}");
    }
}

#[test]
fn json_that_is_too_large_is_split() {
    let _lock = Program::lock();
    let (delivered, lost, requests, messages) = json(|request| match request {
        0 => Reply::status(413, "too large"),
        _ => Reply::default(),
    });
    assert_eq!((delivered, lost, requests), (3, 0, 3), "{messages:?}");
}

#[test]
fn json_partial_success_counts_the_rejected_spans() {
    let _lock = Program::lock();
    let (delivered, lost, requests, messages) =
        json(|_| Reply { rejected: 2, text: "too old".to_owned(), ..Reply::default() });
    assert_eq!((delivered, lost, requests), (1, 2, 1), "{messages:?}");
    assert!(messages.iter().any(|message| message.contains("too old")), "{messages:?}");
}

/// Delivers in a child process over gRPC with zstd, to a receiver that first answers with a code.
fn grpc(code: u16) -> (Vec<String>, usize) {
    let receiver = Receiver::grpc_answering(move |request, _| match request {
        0 => Reply::status(code, "no"),
        _ => Reply::default(),
    });
    let mut child = delivering(GRPC_TEST, &receiver.endpoint());
    child.env(PROTOCOL, "grpc").env(COMPRESSION, "zstd");
    (stderr_lines(&mut child), receiver.received().len())
}

const GRPC_TEST: &str = "refusals::grpc_code_decides_whether_a_request_is_sent_again";

#[test]
fn grpc_code_decides_whether_a_request_is_sent_again() {
    if is_child() {
        return deliver_once();
    }
    let _lock = Program::lock();
    // Unauthenticated, InvalidArgument, Unimplemented.
    for (code, expected) in [(16, "answered 401"), (3, "answered 400"), (12, "answered 404")] {
        let (lines, requests) = grpc(code);
        assert_eq!((lines.last().unwrap().as_str(), requests), ("delivered 0, lost 3", 1));
        assert!(lines[0].contains(expected), "{lines:?}");
    }
    // ResourceExhausted, Unavailable.
    for code in [8, 14] {
        let (lines, requests) = grpc(code);
        assert_eq!((lines.last().unwrap().as_str(), requests), ("delivered 3, lost 0", 2));
    }
}
