//! A collector that is away when spans end, and returns.

use crate::{COMPRESSION, PROTOCOL, delivering, stderr_lines, work};
use integration_tests::delivery::{ENDPOINT, install_with, stats, unused_endpoint, wait_until};
use integration_tests::{Program, Receiver, Reply, TempFolder, is_child};
use trace_runtime::delivery::Protocol;
use trace_runtime::opentelemetry_otlp::{SpanExporter, WithExportConfig};

#[test]
fn json_waits_until_the_collector_returns() {
    let _lock = Program::lock();
    let endpoint = unused_endpoint();
    let (registration, messages) = install_with(|builder| {
        builder.endpoint(endpoint.clone()).protocol(Protocol::HttpJson).batch(false)
    });
    (0..3).for_each(work);
    wait_until(|| messages.lock().unwrap().iter().any(|it| it.contains("could not be reached")));
    let receiver = Receiver::http_at(&endpoint);
    registration.shutdown().expect("the collector is back");
    assert_eq!((stats(&registration).delivered, receiver.ids().len()), (3, 3));
}

#[test]
fn given_grpc_exporter_waits_until_the_collector_returns() {
    let _lock = Program::lock();
    let endpoint = Receiver::grpc_answering(|_, _| Reply::default()).endpoint();
    let url = endpoint.clone();
    let (registration, messages) = install_with(|builder| {
        builder.batch(false).otlp_exporter("gateway", move || {
            SpanExporter::builder().with_tonic().with_endpoint(url).build()
        })
    });
    (0..3).for_each(work);
    wait_until(|| messages.lock().unwrap().iter().any(|it| it.contains("got no answer")));
    let receiver = Receiver::grpc_at(&endpoint);
    registration.shutdown().expect("the collector is back");
    assert_eq!((stats(&registration).delivered, receiver.ids().len()), (3, 3));
}

/// Runs in child processes: one without a collector, and one that sends what the first left.
fn deliver_with_spool() {
    let endpoint = std::env::var(ENDPOINT).unwrap();
    let builder = trace_runtime::register().verbose(false).endpoint(endpoint);
    let registration = builder.on_diagnostic(|_| {}).install().unwrap();
    work(0);
    let _ = registration.shutdown();
    let stats = registration.stats().remove(0);
    let (delivered, on_disk) = (stats.delivered, stats.on_disk);
    eprintln!("delivered {delivered}, recovered {}, on disk {on_disk}", stats.recovered);
}

#[test]
fn spool_keeps_spans_for_the_next_run_over_grpc() {
    if is_child() {
        return deliver_with_spool();
    }
    let _lock = Program::lock();
    let endpoint = Receiver::grpc_answering(|_, _| Reply::default()).endpoint();
    let spool = TempFolder::new();
    let run = || {
        let test = "outage::spool_keeps_spans_for_the_next_run_over_grpc";
        let mut child = delivering(test, &endpoint);
        child.env(PROTOCOL, "grpc").env(COMPRESSION, "zstd").env("TRACE_SPOOL_DIR", spool.path());
        stderr_lines(&mut child)
    };
    assert_eq!(run(), ["delivered 0, recovered 0, on disk 1"]);
    let receiver = Receiver::grpc_at(&endpoint);
    assert_eq!(run(), ["delivered 1, recovered 1, on disk 0"]);
    assert_eq!(receiver.ids().len(), 2);
}
