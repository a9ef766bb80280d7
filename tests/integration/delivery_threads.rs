//! Flushing and ending from every kind of thread.

use integration_tests::{Program, Receiver, Reply, Temporary, block_on, block_on_threads, child};
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
fn spans_end_on_eight_threads_while_a_ninth_flushes() {
    let (_turn, receiver) = (Program::turn(), Receiver::http());
    let registration = install(&receiver);
    let is_done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let flushing = scope.spawn(|| {
            while !is_done.load(Ordering::SeqCst) {
                let ended = registration.stats()[0].ended;
                registration.flush().unwrap();
                assert!(registration.stats()[0].delivered >= ended, "what ended before is there");
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
    assert_eq!(ids.len(), 16_000, "none twice");
}

#[test]
fn flush_works_inside_every_runtime_and_outside() {
    let (_turn, receiver) = (Program::turn(), Receiver::http());
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
fn the_guard_may_go_inside_an_async_block() {
    let (_turn, receiver) = (Program::turn(), Receiver::http());
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

const ENDPOINT: &str = "TEST_ENDPOINT";

#[test]
#[ignore = "run by the next test, where no other test opens anything"]
fn installed_and_shut_down_in_a_loop() {
    let endpoint = std::env::var(ENDPOINT).unwrap();
    let cycle = || {
        let registration = register().verbose(false).endpoint(&endpoint).install().unwrap();
        work(1);
        registration.shutdown().unwrap();
    };
    let count = |folder| std::fs::read_dir(folder).unwrap().count();
    let ours = || (count("/proc/self/task"), count("/proc/self/fd"));
    let before = ours();
    (0..50).for_each(|_| cycle());
    // Threads end a moment after they are told to; what is left does not.
    let deadline = Instant::now() + Duration::from_secs(60);
    while ours() != before {
        assert!(Instant::now() < deadline, "left: {:?} of {before:?}", ours());
        std::thread::yield_now();
    }
}

#[cfg(target_os = "linux")]
#[test]
fn neither_threads_nor_descriptors_are_left() {
    let (_turn, folder) = (Program::turn(), Temporary::new());
    let grpc = || Receiver::grpc_answering(|_, _| Reply::default());
    for (receiver, variable, value) in [
        (Receiver::http(), "OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
        (Receiver::http(), "TRACE_SPOOL_DIR", folder.path().to_str().unwrap()),
        (grpc(), "OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"),
    ] {
        let mut child = child("delivery_threads::installed_and_shut_down_in_a_loop");
        child.env(ENDPOINT, receiver.endpoint()).env(variable, value);
        let output = child.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        assert_eq!(receiver.ids().len(), 50);
    }
    assert_eq!(folder.files(), Vec::<std::path::PathBuf>::new());
}

#[test]
fn the_processor_serves_a_provider_of_the_applications() {
    let (_turn, receiver) = (Program::turn(), Receiver::http());
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
    assert!(keys.contains(&"telemetry.sdk.name".to_owned()), "the provider's: {keys:?}");
}

#[test]
fn the_processor_tells_its_provider_the_truth() {
    let _turn = Program::turn();
    let builder = register().endpoint("http://127.0.0.1:1").on_diagnostic(|_| {});
    let processor = builder.processor().expect("a processor");
    let provider = SdkTracerProvider::builder().with_span_processor(processor).build();
    provider.tracer("mine").in_span("own", |_| {});
    let flushed = provider.force_flush().unwrap_err().to_string();
    assert!(flushed.contains("0 spans delivered, 1 pending, 0 on disk, 0 lost"), "{flushed}");
    // Longer than any clock can tell.
    let ended = provider.shutdown_with_timeout(Duration::MAX).unwrap_err().to_string();
    assert!(ended.contains("0 spans delivered, 0 pending, 0 on disk, 1 lost"), "{ended}");
}
