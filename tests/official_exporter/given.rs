//! Exporters that code builds, with each client that `opentelemetry-otlp` knows.

use crate::work;
use integration_tests::delivery::{install_with, quiet_builder, stats};
use integration_tests::{Program, Receiver, Reply};
use std::time::{Duration, Instant};
use trace_runtime::Builder;
use trace_runtime::opentelemetry_otlp::{
    Protocol, RetryPolicy, SpanExporter, WithExportConfig, WithHttpConfig, WithTonicConfig,
};

/// The clients of exporters.
#[derive(Clone, Copy, Debug)]
enum Client {
    Async,
    Blocking,
    Grpc,
}

const CLIENTS: [Client; 3] = [Client::Async, Client::Blocking, Client::Grpc];

/// Adds an exporter with a client, which makes one attempt for each export.
fn exporting(builder: Builder, client: Client, endpoint: &str) -> Builder {
    let url = endpoint.to_owned();
    let policy = RetryPolicy::disabled();
    builder.otlp_exporter("gateway", move || {
        if matches!(client, Client::Grpc) {
            let grpc = SpanExporter::builder().with_tonic().with_endpoint(url);
            return grpc.with_retry_policy(policy).build();
        }
        let http = SpanExporter::builder()
            .with_http()
            .with_protocol(Protocol::HttpBinary)
            .with_endpoint(url)
            .with_retry_policy(policy);
        match client {
            Client::Blocking => http.with_http_client(reqwest::blocking::Client::new()),
            _ => http.with_http_client(reqwest::Client::new()),
        }
        .build()
    })
}

fn receiver(client: Client, answer: impl Fn(usize) -> Reply + Send + Sync + 'static) -> Receiver {
    match client {
        Client::Grpc => Receiver::grpc_answering(move |request, _| answer(request)),
        _ => Receiver::http_answering(move |request, _| answer(request)),
    }
}

/// Delivers 3 spans; returns delivered and lost spans, the number of requests, and the messages.
fn deliver(
    client: Client,
    answer: impl Fn(usize) -> Reply + Send + Sync + 'static,
) -> (u64, u64, usize, Vec<String>) {
    let receiver = receiver(client, answer);
    let (registration, messages) =
        install_with(|builder| exporting(builder, client, &receiver.endpoint()));
    (0..3).for_each(work);
    let _ = registration.flush();
    let _ = registration.shutdown();
    let stats = stats(&registration);
    assert_eq!(stats.destination, "gateway");
    let messages = messages.lock().unwrap().clone();
    (stats.delivered, stats.lost, receiver.received().len(), messages)
}

/// Returns the answer of the protocol for a refusal, and for a lack of capacity.
fn refused_and_busy(client: Client) -> ([u16; 2], [u16; 2]) {
    match client {
        // Unauthenticated, InvalidArgument; ResourceExhausted, Unavailable.
        Client::Grpc => ([16, 3], [8, 14]),
        _ => ([401, 400], [429, 503]),
    }
}

#[test]
fn every_client_delivers_without_a_runtime_of_the_program() {
    let _lock = Program::lock();
    for client in CLIENTS {
        let (delivered, lost, requests, messages) = deliver(client, |_| Reply::default());
        assert_eq!((delivered, lost, requests), (3, 0, 1), "{client:?}: {messages:?}");
    }
}

#[test]
fn every_client_delivers_while_the_runtime_of_the_program_is_blocked() {
    let _lock = Program::lock();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    for client in CLIENTS {
        let (delivered, ..) = runtime.block_on(async { deliver(client, |_| Reply::default()) });
        assert_eq!(delivered, 3, "{client:?}");
    }
}

#[test]
fn refused_batch_is_lost_and_counted() {
    let _lock = Program::lock();
    for client in CLIENTS {
        for status in refused_and_busy(client).0 {
            let (delivered, lost, requests, messages) =
                deliver(client, move |_| Reply::status(status, "no"));
            assert_eq!((delivered, lost, requests), (0, 3, 1), "{client:?}: {messages:?}");
            let message = messages.first().expect("a message");
            assert!(message.contains("the exporter `gateway` was answered"), "{message}");
        }
    }
}

#[test]
fn batch_is_sent_again_after_a_retryable_answer() {
    let _lock = Program::lock();
    for client in CLIENTS {
        for status in refused_and_busy(client).1 {
            let (delivered, lost, requests, messages) = deliver(client, move |n| match n {
                0 => Reply::status(status, "busy"),
                _ => Reply::default(),
            });
            assert_eq!((delivered, lost, requests), (3, 0, 2), "{client:?}: {messages:?}");
        }
    }
}

#[test]
fn batch_that_is_too_large_is_split() {
    let _lock = Program::lock();
    let (delivered, lost, requests, messages) = deliver(Client::Async, |n| match n {
        0 => Reply::status(413, "too large"),
        _ => Reply::default(),
    });
    assert_eq!((delivered, lost, requests), (3, 0, 3), "{messages:?}");
}

#[test]
fn collector_that_hangs_delays_shutdown_no_longer_than_the_timeout() {
    let _lock = Program::lock();
    for client in CLIENTS {
        let hour = Duration::from_secs(3600);
        let receiver = receiver(client, move |_| Reply { delay: hour, ..Reply::default() });
        let (registration, _messages) = install_with(|builder| {
            let builder = builder.shutdown_timeout(Duration::from_millis(200));
            exporting(builder, client, &receiver.endpoint())
        });
        (0..3).for_each(work);
        let began = Instant::now();
        let error = registration.shutdown().expect_err("no answer");
        assert_eq!((error.delivered, error.pending, error.lost), (0, 3, 0), "{client:?}: {error}");
        assert!(began.elapsed() < Duration::from_secs(10), "{client:?} waited for the collector");
    }
}

#[test]
fn exporter_that_cannot_be_built_is_an_error_of_install() {
    let _lock = Program::lock();
    let builder = quiet_builder().otlp_exporter("gateway", || {
        SpanExporter::builder().with_tonic().with_endpoint("no address: at all").build()
    });
    let error = builder.install().unwrap_err().to_string();
    assert!(error.contains("`gateway`: invalid exporter configuration"), "{error}");
    let builder = quiet_builder().otlp_exporter("gateway", || panic!("no configuration"));
    let error = builder.install().unwrap_err().to_string();
    assert!(error.contains("`gateway`: its code panicked (no configuration)"), "{error}");
}
