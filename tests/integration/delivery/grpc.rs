//! Delivery over gRPC: metadata, status codes, retries and splitting.

use integration_tests::delivery::forward;
use integration_tests::receiver::Received;
use integration_tests::{
    FaultyServer, Program, Receiver, Reply, block_on, block_on_threads, child, is_child,
};
use std::io::{Read, Write};
use std::sync::{Arc, Mutex};
use trace_runtime::{Builder, FlushError, chain, delivery::Protocol, register};

#[chain]
fn work(n: u32) -> u32 {
    n
}

/// Ends three spans; returns the result of `shutdown` and the diagnostic messages.
fn delivered(
    receiver: &Receiver,
    configure: impl FnOnce(Builder) -> Builder,
) -> (Result<(), FlushError>, Vec<String>) {
    let messages = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&messages);
    let builder = register()
        .verbose(false)
        .endpoint(receiver.endpoint())
        .protocol(Protocol::Grpc)
        .on_diagnostic(move |diagnostic| sink.lock().unwrap().push(diagnostic.to_string()));
    let registration = configure(builder).install().unwrap();
    for n in 0..3 {
        work(n);
    }
    let result = registration.shutdown();
    let messages = messages.lock().unwrap().clone();
    (result, messages)
}

#[test]
fn spans_and_metadata_arrive_from_every_runtime() {
    let receiver = Receiver::grpc_answering(|_, _| Reply::default());
    let _lock = Program::lock();
    let send = || delivered(&receiver, |builder| builder.api_key("k3y"));
    assert_eq!(send(), (Ok(()), vec![]));
    assert_eq!(block_on(async { send() }), (Ok(()), vec![]));
    assert_eq!(block_on_threads(async { send() }), (Ok(()), vec![]));
    assert_eq!(receiver.spans().len(), 9);
    assert_eq!(receiver.received()[0].headers["authorization"], "Bearer k3y");
}

#[test]
fn refused_key_is_reported_with_its_source() {
    // Code 16 is UNAUTHENTICATED.
    let receiver = Receiver::grpc_answering(|_, _| Reply::status(16, "no"));
    let _lock = Program::lock();
    let (result, messages) = delivered(&receiver, |builder| builder.api_key("s3cr3t"));
    assert_eq!(result.unwrap_err().lost, 3);
    assert!(messages[0].contains("it rejected the API key from `api_key(..)`"), "{messages:?}");
    assert!(!messages[0].contains("s3cr3t"));
    assert_eq!(receiver.received().len(), 1);
}

#[test]
fn unavailable_is_retried() {
    // Code 14 is UNAVAILABLE.
    let receiver = Receiver::grpc_answering(|n, _| match n {
        0 => Reply::status(14, "busy"),
        _ => Reply::default(),
    });
    let _lock = Program::lock();
    assert_eq!(delivered(&receiver, |builder| builder), (Ok(()), vec![]));
    assert_eq!(receiver.received().len(), 2);
}

#[test]
fn partial_success_counts_rejected_spans() {
    let receiver = Receiver::grpc_answering(|_, _| Reply {
        rejected: 1,
        text: "too old".to_owned(),
        ..Reply::default()
    });
    let _lock = Program::lock();
    let (result, _) = delivered(&receiver, |builder| builder);
    let error = result.unwrap_err();
    assert_eq!((error.delivered, error.lost), (2, 1));
}

#[test]
fn unreachable_collector_is_named() {
    let _lock = Program::lock();
    let receiver = Receiver::grpc_answering(|_, _| Reply::default());
    let (result, messages) = delivered(&receiver, |builder| builder.endpoint("http://127.0.0.1:1"));
    assert_eq!(result.unwrap_err().lost, 3);
    assert!(
        messages[0].starts_with(
            "the collector at http://127.0.0.1:1 could not be reached (Connection refused"
        ),
        "{messages:?}"
    );
}

#[test]
fn too_large_message_is_split() {
    // Code 8 is RESOURCE_EXHAUSTED. Servers in Go answer it with this text for too large messages,
    // and with other texts when they are busy.
    let count = |received: &Received| {
        let scopes = received.request.resource_spans.iter().flat_map(|spans| &spans.scope_spans);
        scopes.map(|scope| scope.spans.len()).sum::<usize>()
    };
    let receiver = Receiver::grpc_answering(move |_, received| {
        if count(received) > 1 {
            Reply::status(8, "grpc: received message larger than max (5 vs. 4)")
        } else {
            Reply::default()
        }
    });
    let _lock = Program::lock();
    assert_eq!(delivered(&receiver, |builder| builder), (Ok(()), vec![]));
    let counts: Vec<_> = receiver.received().iter().map(count).collect();
    assert_eq!(counts, [3, 1, 2, 1, 1]);
}

#[test]
fn resource_exhausted_is_retried() {
    let receiver = Receiver::grpc_answering(|n, _| match n {
        0 => Reply::status(8, "slow down"),
        _ => Reply::default(),
    });
    let _lock = Program::lock();
    assert_eq!(delivered(&receiver, |builder| builder), (Ok(()), vec![]));
    assert_eq!(receiver.received().len(), 2);
}

/// Runs in a child process whose environment enables compression.
fn deliver_compressed() {
    let endpoint = std::env::var("TEST_ENDPOINT").unwrap();
    let registration = register().verbose(false).endpoint(endpoint).install().unwrap();
    for n in 0..3 {
        work(n);
    }
    registration.shutdown().unwrap();
}

#[test]
fn retry_of_a_compressed_batch_sends_identical_bytes() {
    if is_child() {
        return deliver_compressed();
    }
    let _lock = Program::lock();
    let twice_busy = |status| {
        move |n, _: &Received| match n {
            0..=1 => Reply::status(status, "busy"),
            _ => Reply::default(),
        }
    };
    // The magic number of gzip. Over gRPC it follows the 5 bytes of the message header.
    let gzip = b"\x1f\x8b";
    for (receiver, protocol, at) in [
        (Receiver::grpc_answering(twice_busy(14)), "grpc", 5),
        (Receiver::http_answering(twice_busy(503)), "http/protobuf", 0),
    ] {
        let output = child("delivery::grpc::retry_of_a_compressed_batch_sends_identical_bytes")
            .env("TEST_ENDPOINT", receiver.endpoint())
            .env("OTEL_EXPORTER_OTLP_PROTOCOL", protocol)
            .env("OTEL_EXPORTER_OTLP_COMPRESSION", "gzip")
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let received = receiver.received();
        assert_eq!((received.len(), receiver.spans().len()), (3, 9));
        assert!(received[0].body[at..].starts_with(gzip), "{protocol}");
        assert!(received.iter().all(|again| again.body == received[0].body), "{protocol}");
    }
}

/// The empty SETTINGS frame, the first frame of an HTTP/2 server.
const SETTINGS: &[u8] = &[0, 0, 0, 4, 0, 0, 0, 0, 0];

#[test]
fn connection_reset_is_retried() {
    let _lock = Program::lock();
    let receiver = Receiver::grpc_answering(|_, _| Reply::default());
    let target = receiver.endpoint();
    let mut resets = 0;
    let faulty = FaultyServer::start(move |mut stream| {
        resets += 1;
        match resets {
            1 => drop(stream),
            // Closing with unread bytes sends a reset.
            2 => drop(stream.read(&mut [0; 16])),
            // The HTTP/2 connection is open and the call has begun.
            3 => {
                let _ = stream.write_all(SETTINGS);
                let _ = stream.read_exact(&mut [0; 100]);
            }
            _ => forward(stream, &target),
        }
    });
    let (result, messages) = delivered(&receiver, |builder| builder.endpoint(faulty.endpoint()));
    assert_eq!((result, messages), (Ok(()), vec![]));
    assert_eq!((receiver.ids().len(), faulty.connections()), (3, 4));
}

#[test]
fn retry_info_delay_is_honoured() {
    let _lock = Program::lock();
    let receiver = Receiver::grpc_answering(|n, _| match n {
        0 => Reply { retry_after: Some(100), ..Reply::status(14, "later") },
        _ => Reply::default(),
    });
    // The delay is beyond the timeout: `shutdown` returns an error at once and does not retry.
    let (result, messages) = delivered(&receiver, |builder| builder);
    let error = result.unwrap_err();
    assert_eq!((error.delivered, error.pending, error.lost), (0, 0, 3));
    assert_eq!((receiver.received().len(), messages.len()), (1, 1), "retried before the delay");
}
