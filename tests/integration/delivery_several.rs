//! Several destinations at once: what becomes of one costs the others nothing.

use crate::delivery_faults::{distinct, installed, stats, work};
use crate::delivery_spool::{nowhere, until};
use integration_tests::{Faulty, Program, Receiver, Temporary};
use std::sync::mpsc;
use std::time::Duration;
use trace_runtime::{chain, register};

#[test]
fn a_destination_that_is_down_costs_another_nothing() {
    use trace_runtime::opentelemetry_sdk::error::OTelSdkResult;
    use trace_runtime::opentelemetry_sdk::trace::{SpanData, SpanExporter};
    #[derive(Debug)]
    struct Hanging;
    impl SpanExporter for Hanging {
        async fn export(&self, _: Vec<SpanData>) -> OTelSdkResult {
            std::future::pending().await
        }
    }
    let _turn = Program::turn();
    let receiver = Receiver::http();
    let (registration, said) = installed(|builder| {
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
    assert_eq!(said.lock().unwrap().len(), 1);
}

#[test]
fn two_backends_get_everything_each_with_its_own_key() {
    let _turn = Program::turn();
    let (one, other) = (Receiver::http(), Receiver::http());
    let away = register().endpoint("http://127.0.0.1:1");
    let second = register().endpoint(other.endpoint()).api_key("second");
    let (registration, said) = installed(|builder| {
        builder.endpoint(one.endpoint()).api_key("first").also(away).also(second)
    });
    (0..100).for_each(work);
    let error = registration.shutdown().unwrap_err();
    assert_eq!(error.endpoint.as_deref(), Some("http://127.0.0.1:1/v1/traces"));
    assert_eq!((error.delivered, error.pending, error.lost), (0, 0, 100));
    for (receiver, key) in [(&one, "Bearer first"), (&other, "Bearer second")] {
        assert_eq!(distinct(receiver), 100);
        assert_eq!(receiver.ids().len(), 100, "none twice");
        assert_eq!(receiver.received()[0].headers["authorization"], key);
    }
    let delivered: Vec<_> = registration.stats().iter().map(|stats| stats.delivered).collect();
    assert_eq!(delivered, [100, 0, 100]);
    assert_eq!(said.lock().unwrap().len(), 1);
}

#[test]
fn a_backend_that_is_away_at_the_end_costs_another_nothing_that_ends_meanwhile() {
    let _turn = Program::turn();
    let (begins, begun) = mpsc::channel();
    let (ends, ended) = mpsc::channel();
    let (let_go, goes_on) = mpsc::channel();
    let receiver = Receiver::http();
    let mut connections = 0;
    let away = Faulty::start(move |_| {
        connections += 1;
        if connections == 1 {
            // The end has begun: another span ends before it goes on.
            let_go.send(()).unwrap();
            ended.recv().unwrap();
        }
    });
    let (registration, said) = installed(|builder| {
        builder.endpoint(receiver.endpoint()).also(register().endpoint(away.endpoint()))
    });
    let last = std::thread::spawn(move || {
        #[chain(skip_all)]
        fn last(begins: &mpsc::Sender<()>, goes_on: &mpsc::Receiver<()>) {
            begins.send(()).unwrap();
            goes_on.recv().unwrap();
        }
        last(&begins, &goes_on);
        ends.send(()).unwrap();
    });
    begun.recv().unwrap();
    work(1);
    let error = registration.shutdown().unwrap_err();
    last.join().unwrap();
    assert_eq!(error.endpoint, Some(format!("{}/v1/traces", away.endpoint())));
    assert_eq!((error.delivered, error.pending, error.lost), (0, 0, 2));
    assert_eq!((stats(&registration).delivered, receiver.ids().len()), (2, 2));
    let said = said.lock().unwrap();
    assert!(said.iter().all(|line| line.contains(&away.endpoint())), "{said:?}");
}

#[test]
fn each_backend_that_is_away_is_said_with_its_own_count() {
    let _turn = Program::turn();
    let away = [nowhere(), nowhere()];
    let install = |spool: Option<&Temporary>| {
        installed(|builder| {
            let builder = builder.endpoint(&away[0]).also(register().endpoint(&away[1]));
            match spool {
                Some(spool) => builder.spool(spool.path()),
                None => builder,
            }
        })
    };
    let spool = Temporary::new();
    for (spool, what) in [(None, "3 spans not delivered"), (Some(&spool), "3 spans in the spool")] {
        let (registration, said) = install(spool);
        (0..3).for_each(work);
        let _ = registration.shutdown();
        let said = said.lock().unwrap();
        for endpoint in &away {
            let about: Vec<_> = said.iter().filter(|line| line.contains(endpoint)).collect();
            assert_eq!(about.len(), 1, "{said:?}");
            assert!(about[0].contains(what), "{said:?}");
        }
    }
}

#[test]
fn two_keys_for_one_address_have_spools_of_their_own() {
    let (_turn, spool, endpoint) = (Program::turn(), Temporary::new(), nowhere());
    let install = || {
        installed(|builder| {
            let second = register().endpoint(&endpoint).api_key("second");
            builder.endpoint(&endpoint).api_key("first").also(second).spool(spool.path())
        })
    };
    let (registration, _) = install();
    (0..3).for_each(work);
    registration.shutdown().unwrap_err();
    drop(registration);
    let receiver = Receiver::http_again(&endpoint);
    let (registration, _) = install();
    until(|| registration.stats().iter().map(|stats| stats.recovered).sum::<u64>() == 6);
    registration.shutdown().unwrap();
    let recovered: Vec<_> = registration.stats().iter().map(|stats| stats.recovered).collect();
    assert_eq!(recovered, [3, 3]);
    let received = receiver.received();
    let mut keys: Vec<_> = received.iter().map(|it| &it.headers["authorization"]).collect();
    keys.sort();
    assert_eq!(keys, ["Bearer first", "Bearer second"]);
}

#[test]
fn what_another_backend_cannot_have_of_its_own_is_an_error() {
    let _turn = Program::turn();
    let other = || register().endpoint("http://127.0.0.1:1");
    for (other, method) in [
        (other().spool("somewhere"), "spool"),
        (other().project_name("p"), "project_name"),
        (other().also(other()), "also"),
        (other().on_diagnostic(|_| {}), "on_diagnostic"),
    ] {
        let error = register().also(other).install().unwrap_err().to_string();
        let expected = format!(
            "`also(..)` and `{method}(..)` exclude each other: the builder given to `also(..)` says \
             where to send, with endpoint, protocol, headers and key alone: call the other on the \
             builder that is installed"
        );
        assert_eq!(error, expected);
    }
}
