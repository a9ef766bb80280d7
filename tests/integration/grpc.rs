//! What is sent over gRPC.

use crate::delivery_faults::forward;
use integration_tests::receiver::Received;
use integration_tests::{Faulty, Program, Receiver, Reply, block_on, block_on_threads, child};
use std::io::{Read, Write};
use std::sync::{Arc, Mutex};
use trace_runtime::{Builder, FlushError, Protocol, chain, register};

#[chain]
fn work(n: u32) -> u32 {
    n
}

fn delivered(
    receiver: &Receiver,
    configure: impl FnOnce(Builder) -> Builder,
) -> (Result<(), FlushError>, Vec<String>) {
    let said = Arc::new(Mutex::new(Vec::new()));
    let heard = Arc::clone(&said);
    let builder = register()
        .verbose(false)
        .endpoint(receiver.endpoint())
        .protocol(Protocol::Grpc)
        .on_diagnostic(move |diagnostic| heard.lock().unwrap().push(diagnostic.to_string()));
    let registration = configure(builder).install().unwrap();
    for n in 0..3 {
        work(n);
    }
    let result = registration.shutdown();
    let said = said.lock().unwrap().clone();
    (result, said)
}

#[test]
fn spans_and_metadata_arrive_from_everywhere() {
    let receiver = Receiver::grpc_answering(|_, _| Reply::default());
    let _turn = Program::turn();
    let send = || delivered(&receiver, |builder| builder.api_key("k3y"));
    assert_eq!(send(), (Ok(()), vec![]));
    assert_eq!(block_on(async { send() }), (Ok(()), vec![]));
    assert_eq!(block_on_threads(async { send() }), (Ok(()), vec![]));
    assert_eq!(receiver.spans().len(), 9);
    assert_eq!(receiver.received()[0].headers["authorization"], "Bearer k3y");
}

#[test]
fn a_refused_key_is_named_by_its_origin() {
    // 16: UNAUTHENTICATED.
    let receiver = Receiver::grpc_answering(|_, _| Reply::status(16, "no"));
    let _turn = Program::turn();
    let (result, said) = delivered(&receiver, |builder| builder.api_key("s3cr3t"));
    assert_eq!(result.unwrap_err().lost, 3);
    assert!(said[0].contains("the API key from `api_key(..)` was refused"), "{said:?}");
    assert!(!said[0].contains("s3cr3t"));
    assert_eq!(receiver.received().len(), 1);
}

#[test]
fn passing_trouble_is_tried_again() {
    // 14: UNAVAILABLE.
    let receiver = Receiver::grpc_answering(|n, _| match n {
        0 => Reply::status(14, "busy"),
        _ => Reply::default(),
    });
    let _turn = Program::turn();
    assert_eq!(delivered(&receiver, |builder| builder), (Ok(()), vec![]));
    assert_eq!(receiver.received().len(), 2);
}

#[test]
fn a_partial_success_counts_what_was_refused() {
    let receiver = Receiver::grpc_answering(|_, _| Reply {
        rejected: 1,
        text: "too old".to_owned(),
        ..Reply::default()
    });
    let _turn = Program::turn();
    let (result, _) = delivered(&receiver, |builder| builder);
    let error = result.unwrap_err();
    assert_eq!((error.delivered, error.lost), (2, 1));
}

#[test]
fn a_collector_that_is_not_there_is_named() {
    let _turn = Program::turn();
    let receiver = Receiver::grpc_answering(|_, _| Reply::default());
    let (result, said) = delivered(&receiver, |builder| builder.endpoint("http://127.0.0.1:1"));
    assert_eq!(result.unwrap_err().lost, 3);
    assert!(
        said[0].starts_with(
            "the collector at http://127.0.0.1:1 could not be reached (Connection refused"
        ),
        "{said:?}"
    );
}

#[test]
fn a_message_that_is_too_large_is_split() {
    // 8: RESOURCE_EXHAUSTED, as servers in Go say it; it is also what "busy" looks like.
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
    let _turn = Program::turn();
    assert_eq!(delivered(&receiver, |builder| builder), (Ok(()), vec![]));
    let counts: Vec<_> = receiver.received().iter().map(count).collect();
    assert_eq!(counts, [3, 1, 2, 1, 1]);
}

#[test]
fn an_exhausted_backend_is_tried_again() {
    let receiver = Receiver::grpc_answering(|n, _| match n {
        0 => Reply::status(8, "slow down"),
        _ => Reply::default(),
    });
    let _turn = Program::turn();
    assert_eq!(delivered(&receiver, |builder| builder), (Ok(()), vec![]));
    assert_eq!(receiver.received().len(), 2);
}

#[test]
#[ignore = "run by the next test, with compression"]
fn compressing() {
    let endpoint = std::env::var("TEST_ENDPOINT").unwrap();
    let registration = register().verbose(false).endpoint(endpoint).install().unwrap();
    for n in 0..3 {
        work(n);
    }
    registration.shutdown().unwrap();
}

#[test]
fn a_compressed_batch_is_sent_again_as_the_same_bytes() {
    let _turn = Program::turn();
    let twice_busy = |status| {
        move |n, _: &Received| match n {
            0..=1 => Reply::status(status, "busy"),
            _ => Reply::default(),
        }
    };
    // Behind the flag for compression and the length of a message: what gzip begins with.
    let gzip = b"\x1f\x8b";
    for (receiver, protocol, at) in [
        (Receiver::grpc_answering(twice_busy(14)), "grpc", 5),
        (Receiver::http_answering(twice_busy(503)), "http/protobuf", 0),
    ] {
        let output = child("grpc::compressing")
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

/// The empty frame with which an HTTP/2 server begins.
const SETTINGS: &[u8] = &[0, 0, 0, 4, 0, 0, 0, 0, 0];

#[test]
fn a_reset_is_tried_again() {
    let _turn = Program::turn();
    let receiver = Receiver::grpc_answering(|_, _| Reply::default());
    let target = receiver.endpoint();
    let mut resets = 0;
    let faulty = Faulty::start(move |mut stream| {
        resets += 1;
        match resets {
            1 => drop(stream),
            // What is not read makes it a reset.
            2 => drop(stream.read(&mut [0; 16])),
            // HTTP/2 has begun, the call is under way.
            3 => {
                let _ = stream.write_all(SETTINGS);
                let _ = stream.read_exact(&mut [0; 100]);
            }
            _ => forward(stream, &target),
        }
    });
    let (result, said) = delivered(&receiver, |builder| builder.endpoint(faulty.endpoint()));
    assert_eq!((result, said), (Ok(()), vec![]));
    assert_eq!((receiver.ids().len(), faulty.connections()), (3, 4));
}

#[test]
fn the_pause_that_is_asked_for_is_honoured() {
    let _turn = Program::turn();
    let receiver = Receiver::grpc_answering(|n, _| match n {
        0 => Reply { retry_after: Some(100), ..Reply::status(14, "later") },
        _ => Reply::default(),
    });
    // Beyond what a flush may take: it says so instead of waiting, or of trying before.
    let (result, said) = delivered(&receiver, |builder| builder);
    let error = result.unwrap_err();
    assert_eq!((error.delivered, error.pending, error.lost), (0, 0, 3));
    assert_eq!((receiver.received().len(), said.len()), (1, 1), "not tried before");
}
