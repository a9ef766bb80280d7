//! Several destinations at once: a failure of one does not affect the others.

use integration_tests::delivery::{
    assert_accounted, distinct_spans, install_with, unused_endpoint, wait_until,
};
use integration_tests::{FaultyServer, Program, Receiver, TempFolder};
use std::sync::mpsc;
use std::time::Duration;
use trace_runtime::{Backend, chain};

#[chain]
fn work(_n: u32) {}

#[test]
fn hanging_destination_costs_another_nothing() {
    use trace_runtime::opentelemetry_sdk::error::OTelSdkResult;
    use trace_runtime::opentelemetry_sdk::trace::{SpanData, SpanExporter};
    #[derive(Debug)]
    struct Hanging;
    impl SpanExporter for Hanging {
        async fn export(&self, _: Vec<SpanData>) -> OTelSdkResult {
            std::future::pending().await
        }
    }
    let _lock = Program::lock();
    let receiver = Receiver::http();
    let (registration, messages) = install_with(|builder| {
        let builder = builder.exporter(Hanging).endpoint(receiver.endpoint());
        builder.shutdown_timeout(Duration::from_secs(1))
    });
    (0..1000).for_each(work);
    while receiver.spans().len() < 1000 {
        let _ = registration.flush();
    }
    let error = registration.shutdown().unwrap_err();
    assert_eq!(error.endpoint.as_deref(), Some("the exporter given in code"));
    assert_eq!((error.delivered, error.pending, error.lost), (0, 1000, 0));
    let [hanging, healthy] = &registration.stats()[..] else { panic!("two destinations") };
    assert_eq!((hanging.ended, hanging.delivered, hanging.pending), (1000, 0, 0));
    assert_eq!(hanging.lost_by_cause["pending at shutdown"], 1000);
    assert_eq!((healthy.ended, healthy.delivered), (1000, 1000));
    assert_eq!(messages.lock().unwrap().len(), 1);
}

#[test]
fn two_backends_receive_everything_with_their_own_keys() {
    let _lock = Program::lock();
    let (one, other) = (Receiver::http(), Receiver::http());
    let unreachable = Backend::otlp("http://127.0.0.1:1");
    let second = Backend::otlp(other.endpoint()).api_key("second");
    let (registration, messages) = install_with(|builder| {
        builder.endpoint(one.endpoint()).api_key("first").backend(unreachable).backend(second)
    });
    (0..100).for_each(work);
    let error = registration.shutdown().unwrap_err();
    assert_eq!(error.endpoint.as_deref(), Some("http://127.0.0.1:1/v1/traces"));
    assert_eq!((error.delivered, error.pending, error.lost), (0, 0, 100));
    for (receiver, key) in [(&one, "Bearer first"), (&other, "Bearer second")] {
        assert_eq!(distinct_spans(receiver), 100);
        assert_eq!(receiver.ids().len(), 100, "duplicates");
        assert_eq!(receiver.received()[0].headers["authorization"], key);
    }
    let delivered: Vec<_> = registration.stats().iter().map(|stats| stats.delivered).collect();
    assert_eq!(delivered, [100, 0, 100]);
    assert_eq!(messages.lock().unwrap().len(), 1);
}

#[test]
fn unreachable_backend_at_shutdown_costs_another_no_late_span() {
    let _lock = Program::lock();
    let (started, has_started) = mpsc::channel();
    let (ends, ended) = mpsc::channel();
    let (resume, resumed) = mpsc::channel();
    let receiver = Receiver::http();
    let mut connections = 0;
    let unreachable = FaultyServer::start(move |_| {
        connections += 1;
        if connections == 1 {
            // Shutdown has begun and waits here until another span has ended.
            resume.send(()).unwrap();
            ended.recv().unwrap();
        }
    });
    let (registration, messages) = install_with(|builder| {
        builder.endpoint(receiver.endpoint()).backend(Backend::otlp(unreachable.endpoint()))
    });
    let last = std::thread::spawn(move || {
        #[chain(skip_all)]
        fn last(started: &mpsc::Sender<()>, resumed: &mpsc::Receiver<()>) {
            started.send(()).unwrap();
            resumed.recv().unwrap();
        }
        last(&started, &resumed);
        ends.send(()).unwrap();
    });
    has_started.recv().unwrap();
    work(1);
    let error = registration.shutdown().unwrap_err();
    last.join().unwrap();
    assert_eq!(error.endpoint, Some(format!("{}/v1/traces", unreachable.endpoint())));
    assert_eq!((error.delivered, error.pending, error.lost), (0, 0, 2));
    let stats = registration.stats().remove(0);
    assert_accounted(&stats);
    assert_eq!((stats.delivered, receiver.ids().len()), (2, 2));
    let messages = messages.lock().unwrap();
    assert!(messages.iter().all(|line| line.contains(&unreachable.endpoint())), "{messages:?}");
}

#[test]
fn each_unreachable_backend_is_reported_with_its_count() {
    let _lock = Program::lock();
    let unreachable = [unused_endpoint(), unused_endpoint()];
    let install = |spool: Option<&TempFolder>| {
        install_with(|builder| {
            let builder = builder.endpoint(&unreachable[0]);
            let builder = builder.backend(Backend::otlp(&unreachable[1]));
            match spool {
                Some(spool) => builder.spool(spool.path()),
                None => builder,
            }
        })
    };
    let spool = TempFolder::new();
    let cases = [(None, "3 spans not delivered"), (Some(&spool), "3 spans in the spool")];
    for (spool, outcome) in cases {
        let (registration, messages) = install(spool);
        (0..3).for_each(work);
        let _ = registration.shutdown();
        let messages = messages.lock().unwrap();
        for endpoint in &unreachable {
            let about: Vec<_> = messages.iter().filter(|line| line.contains(endpoint)).collect();
            assert_eq!(about.len(), 1, "{messages:?}");
            assert!(about[0].contains(outcome), "{messages:?}");
        }
    }
}

#[test]
fn two_keys_for_one_address_use_separate_spools() {
    let (_lock, spool, endpoint) = (Program::lock(), TempFolder::new(), unused_endpoint());
    let install = || {
        install_with(|builder| {
            let second = Backend::otlp(&endpoint).api_key("second");
            builder.endpoint(&endpoint).api_key("first").backend(second).spool(spool.path())
        })
    };
    let (registration, _) = install();
    (0..3).for_each(work);
    registration.shutdown().unwrap_err();
    drop(registration);
    let receiver = Receiver::http_at(&endpoint);
    let (registration, _) = install();
    wait_until(|| registration.stats().iter().map(|stats| stats.recovered).sum::<u64>() == 6);
    registration.shutdown().unwrap();
    let recovered: Vec<_> = registration.stats().iter().map(|stats| stats.recovered).collect();
    assert_eq!(recovered, [3, 3]);
    let received = receiver.received();
    let mut keys: Vec<_> = received.iter().map(|it| &it.headers["authorization"]).collect();
    keys.sort();
    assert_eq!(keys, ["Bearer first", "Bearer second"]);
}
