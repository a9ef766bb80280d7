//! Flush, shutdown and drop on every kind of thread and runtime.

use integration_tests::delivery::ENDPOINT;
use integration_tests::{
    Program, Receiver, Reply, TempFolder, block_on, block_on_threads, child, is_child,
};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use trace_runtime::opentelemetry::trace::{Tracer, TracerProvider};
use trace_runtime::opentelemetry_sdk::trace::SdkTracerProvider;
use trace_runtime::{Registration, chain, register};

#[chain]
fn work(_n: u32) {}

fn install(receiver: &Receiver) -> Registration {
    register().verbose(false).endpoint(receiver.endpoint()).install().expect("nothing else is")
}

#[test]
fn flush_during_concurrent_spans_delivers_all_that_ended_before() {
    let (_lock, receiver) = (Program::lock(), Receiver::http());
    let registration = install(&receiver);
    let is_done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let flushing = scope.spawn(|| {
            while !is_done.load(Ordering::SeqCst) {
                let ended = registration.stats()[0].ended;
                registration.flush().unwrap();
                assert!(
                    registration.stats()[0].delivered >= ended,
                    "a span that ended before is missing"
                );
            }
        });
        let ending: Vec<_> = (0..8).map(|_| scope.spawn(|| (0..2000).for_each(work))).collect();
        for thread in ending {
            thread.join().unwrap();
        }
        is_done.store(true, Ordering::SeqCst);
        flushing.join().unwrap();
    });
    registration.shutdown().unwrap();
    let mut ids = receiver.ids();
    assert_eq!(ids.len(), 16_000);
    ids.dedup();
    assert_eq!(ids.len(), 16_000, "duplicates");
}

#[test]
fn flush_works_inside_and_outside_every_runtime() {
    let (_lock, receiver) = (Program::lock(), Receiver::http());
    let registration = install(&receiver);
    let flushed = |expected| {
        work(1);
        registration.flush().unwrap();
        assert_eq!(receiver.spans().len(), expected);
    };
    flushed(1);
    block_on(async { flushed(2) });
    block_on_threads(async { flushed(3) });
    block_on_threads(async {
        let task = tokio::spawn(async { work(2) });
        task.await.unwrap();
        flushed(5);
    });
    registration.shutdown().unwrap();
}

#[test]
fn guard_dropped_in_an_async_block_flushes() {
    let (_lock, receiver) = (Program::lock(), Receiver::http());
    let started = install(&receiver);
    block_on(async move {
        let _registration = started;
        tokio::task::yield_now().await;
        work(1);
    });
    assert_eq!(receiver.spans().len(), 1);
    let started = install(&receiver);
    block_on_threads(async move {
        let task = tokio::spawn(async move {
            let _registration = started;
            work(2);
        });
        task.await.unwrap();
    });
    assert_eq!(receiver.spans().len(), 2);
}

/// Runs in a child process, where no other test opens descriptors or starts threads.
fn install_and_shut_down_in_a_loop() {
    let endpoint = std::env::var(ENDPOINT).unwrap();
    let cycle = || {
        let registration = register().verbose(false).endpoint(&endpoint).install().unwrap();
        work(1);
        registration.shutdown().unwrap();
    };
    let count = |folder| std::fs::read_dir(folder).unwrap().count();
    let threads_and_descriptors = || (count("/proc/self/task"), count("/proc/self/fd"));
    let before = threads_and_descriptors();
    (0..50).for_each(|_| cycle());
    // Threads end a moment after they are told to, so wait; a leak fails at the deadline.
    let deadline = Instant::now() + Duration::from_secs(60);
    while threads_and_descriptors() != before {
        assert!(Instant::now() < deadline, "left: {:?} of {before:?}", threads_and_descriptors());
        std::thread::yield_now();
    }
}

#[cfg(target_os = "linux")]
#[test]
fn shutdown_leaves_no_threads_or_descriptors() {
    if is_child() {
        return install_and_shut_down_in_a_loop();
    }
    let (_lock, folder) = (Program::lock(), TempFolder::new());
    let grpc = || Receiver::grpc_answering(|_, _| Reply::default());
    for (receiver, variable, value) in [
        (Receiver::http(), "OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
        (Receiver::http(), "TRACE_SPOOL_DIR", folder.path().to_str().unwrap()),
        (grpc(), "OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"),
    ] {
        let mut child = child("delivery::threads::shutdown_leaves_no_threads_or_descriptors");
        child.env(ENDPOINT, receiver.endpoint()).env(variable, value);
        let output = child.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        assert_eq!(receiver.ids().len(), 50);
    }
    assert_eq!(folder.files(), Vec::<std::path::PathBuf>::new());
}

#[test]
fn processor_serves_the_applications_provider() {
    let (_lock, receiver) = (Program::lock(), Receiver::http());
    let processor =
        register().verbose(false).endpoint(receiver.endpoint()).processor().expect("a processor");
    let provider = SdkTracerProvider::builder().with_span_processor(processor.clone()).build();
    let tracer = provider.tracer("mine");
    for _ in 0..3 {
        tracer.in_span("own", |_| {});
    }
    provider.force_flush().unwrap();
    assert_eq!(receiver.spans().len(), 3);
    assert_eq!(processor.stats()[0].delivered, 3);
    tracer.in_span("last", |_| {});
    provider.shutdown().unwrap();
    assert_eq!(receiver.spans().len(), 4);
    let resource = receiver.received().remove(0).request.resource_spans.remove(0).resource;
    let keys: Vec<_> = resource.unwrap().attributes.into_iter().map(|kv| kv.key).collect();
    assert!(keys.contains(&"telemetry.sdk.name".to_owned()), "not the provider's: {keys:?}");
}

#[test]
fn processor_returns_delivery_errors_to_its_provider() {
    let _lock = Program::lock();
    let builder = register().endpoint("http://127.0.0.1:1").on_diagnostic(|_| {});
    let processor = builder.processor().expect("a processor");
    let provider = SdkTracerProvider::builder().with_span_processor(processor).build();
    provider.tracer("mine").in_span("own", |_| {});
    let flushed = provider.force_flush().unwrap_err().to_string();
    assert!(flushed.contains("0 spans delivered, 1 pending, 0 on disk, 0 lost"), "{flushed}");
    // The deadline of this timeout overflows `Instant`.
    let ended = provider.shutdown_with_timeout(Duration::MAX).unwrap_err().to_string();
    assert!(ended.contains("0 spans delivered, 0 pending, 0 on disk, 1 lost"), "{ended}");
}
