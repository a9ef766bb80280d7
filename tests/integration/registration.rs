//! Install, shutdown, and registrations that follow each other.

use futures_util::{FutureExt, StreamExt};
use integration_tests::{InMemoryExporter, Program, Receiver, block_on, block_on_threads};
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use trace_runtime::{RegisterError, chain, delivery::Protocol, register};

#[chain]
fn work() {}

#[test]
fn second_install_fails_until_the_first_is_shut_down() {
    let program = Program::start();
    let again = || register().verbose(false).endpoint("http://127.0.0.1:1").install();
    let error = again().unwrap_err();
    assert!(matches!(error, RegisterError::AlreadyInstalled), "{error}");
    program.registration.shutdown().unwrap();
    let second = again().expect("the first has ended");
    drop(second);
}

#[test]
fn contradictory_settings_fail_install() {
    let _lock = Program::lock();
    let provider = trace_runtime::opentelemetry_sdk::trace::SdkTracerProvider::default();
    let error = register().provider(provider).endpoint("http://h").install().unwrap_err();
    assert_eq!(
        error.to_string(),
        "`provider(..)` and `endpoint(..)` exclude each other: an attached provider keeps its own \
         resource, sampler and exporters; set them on the provider"
    );
}

#[test]
fn endpoint_without_a_host_fails_install_naming_the_method() {
    let _lock = Program::lock();
    let error = register().endpoint("https://").install().unwrap_err();
    assert!(
        error.to_string().starts_with("`endpoint(..)` is \"https://\": expected a URL"),
        "{error}"
    );
}

#[test]
fn guard_dropped_anywhere_flushes() {
    let receiver = Receiver::http();
    let install =
        || register().verbose(false).endpoint(receiver.endpoint()).install().expect("free");
    let _lock = Program::lock();
    {
        let _registration = install();
        work();
    }
    block_on(async {
        let _registration = install();
        work();
    });
    block_on_threads(async {
        let registration = install();
        work();
        registration.flush().unwrap();
        work();
    });
    let panicked = std::panic::catch_unwind(AssertUnwindSafe(|| {
        let _registration = install();
        work();
        panic!("on the way out");
    }));
    assert!(panicked.is_err());
    assert_eq!(receiver.spans().len(), 5);
}

#[test]
fn global_provider_is_set_unless_disabled() {
    use trace_runtime::opentelemetry::global;
    use trace_runtime::opentelemetry::trace::{Span, Tracer};
    let is_recording = || global::tracer("t").start("s").is_recording();
    {
        let _program = Program::start_with(|builder| builder.set_global_tracer_provider(false));
        assert!(!is_recording());
    }
    {
        let _program = Program::start();
        assert!(is_recording());
    }
    let _lock = Program::lock();
    assert!(!is_recording(), "the global provider outlived the registration");
}

#[test]
fn grpc_and_http_accept_https_endpoints() {
    let _lock = Program::lock();
    for protocol in [Protocol::Grpc, Protocol::HttpProtobuf] {
        let builder = register().verbose(false).endpoint("https://localhost:1");
        let registration = builder.protocol(protocol).install().expect("TLS is built in");
        registration.shutdown().expect("no span was pending");
    }
}

#[test]
fn repeated_install_leaves_no_threads() {
    let receiver = Receiver::http();
    let _lock = Program::lock();
    // Another test may have left a thread that waits for a hanging collector.
    let before = workers();
    for _ in 0..20 {
        let registration =
            register().verbose(false).endpoint(receiver.endpoint()).install().unwrap();
        work();
        registration.shutdown().unwrap();
    }
    assert_eq!(receiver.spans().len(), 20);
    // The threads end a moment after `shutdown` returned.
    let deadline = Instant::now() + Duration::from_secs(60);
    while workers() > before {
        assert!(Instant::now() < deadline, "workers are left");
        std::thread::yield_now();
    }
}

/// Returns the number of export threads in this process, or 0 on systems without `/proc`.
fn workers() -> usize {
    std::fs::read_dir("/proc/self/task").map_or(0, |tasks| {
        tasks
            .filter_map(|task| std::fs::read_to_string(task.ok()?.path().join("comm")).ok())
            .filter(|name| name.starts_with("trace-runtime"))
            .count()
    })
}

#[test]
fn next_registration_keeps_its_global_provider() {
    use trace_runtime::opentelemetry::global;
    use trace_runtime::opentelemetry::trace::{Span, Tracer};
    let slow = Receiver::http_answering(|_, _| integration_tests::Reply {
        delay: Duration::from_millis(300),
        ..integration_tests::Reply::default()
    });
    let _lock = Program::lock();
    let first = register().verbose(false).endpoint(slow.endpoint()).install().unwrap();
    work();
    let ending = std::thread::spawn(move || first.shutdown());
    let deadline = std::time::Instant::now() + Duration::from_secs(60);
    let second = loop {
        assert!(std::time::Instant::now() < deadline, "the first registration did not end");
        match register().verbose(false).endpoint(slow.endpoint()).install() {
            Ok(second) => break second,
            Err(RegisterError::AlreadyInstalled) => std::thread::yield_now(),
            Err(error) => panic!("{error}"),
        }
    };
    ending.join().unwrap().unwrap();
    assert!(global::tracer("t").start("s").is_recording());
    second.shutdown().unwrap();
}

#[chain]
async fn waits() {
    std::future::pending::<()>().await;
}

#[chain]
fn returned() -> impl Future<Output = ()> + Send {
    std::future::ready(())
}

#[chain]
fn numbers() -> impl futures_util::Stream<Item = u8> + Send + Unpin {
    futures_util::stream::iter([1, 2])
}

#[test]
fn span_outliving_its_registration_is_lost_and_not_sent_by_the_next() {
    let lock = Program::lock();
    let messages = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&messages);
    let kept = InMemoryExporter::default();
    let first = register()
        .verbose(false)
        .exporter(kept.clone())
        .on_diagnostic(move |diagnostic| sink.lock().unwrap().push(diagnostic.to_string()));
    let first = first.install().unwrap();
    let mut begun = Box::pin(waits());
    assert!(begun.as_mut().now_or_never().is_none());
    let mut stream = numbers();
    assert_eq!(stream.next().now_or_never(), Some(Some(1)));
    let later = returned();
    work();
    first.shutdown().unwrap();

    let collected = InMemoryExporter::default();
    let second = register().verbose(false).exporter(collected.clone()).install().unwrap();
    // One span is dropped on another thread, one ends here, and one begins here.
    std::thread::spawn(move || drop(begun)).join().unwrap();
    assert_eq!(stream.collect::<Vec<_>>().now_or_never(), Some(vec![2]));
    later.now_or_never().unwrap();
    work();
    second.shutdown().unwrap();
    drop(lock);

    let names = |collected: &InMemoryExporter| -> Vec<_> {
        collected.spans().into_iter().map(|span| span.name).collect()
    };
    assert_eq!((names(&kept), names(&collected)), (vec!["work".into()], vec!["work".into()]));
    let stats = &first.stats()[0];
    assert_eq!((stats.ended, stats.delivered, stats.lost), (4, 1, 3));
    assert_eq!(second.stats()[0].ended, 1);
    let messages = messages.lock().unwrap();
    assert!(messages[0].contains("ended after the registration was shut down"), "{messages:?}");
}
