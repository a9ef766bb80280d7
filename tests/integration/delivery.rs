//! What is said of spans that do not arrive, and what is tried before.

use integration_tests::{Program, Receiver, Reply};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;
use trace_runtime::opentelemetry_sdk::error::OTelSdkResult;
use trace_runtime::opentelemetry_sdk::trace::{SpanData, SpanExporter};
use trace_runtime::{Builder, FlushError, chain, register};

#[chain]
fn work(n: u32) -> u32 {
    n
}

/// Runs three calls; returns what `shutdown` returned and what was said.
fn delivered(configure: impl FnOnce(Builder) -> Builder) -> (Result<(), FlushError>, Vec<String>) {
    let _turn = Program::turn();
    let said = Arc::new(Mutex::new(Vec::new()));
    let heard = Arc::clone(&said);
    let builder = register()
        .verbose(false)
        .on_diagnostic(move |diagnostic| heard.lock().unwrap().push(diagnostic.to_string()));
    let registration = configure(builder).install().unwrap();
    for n in 0..3 {
        work(n);
    }
    let result = registration.shutdown();
    drop(registration);
    let said = said.lock().unwrap().clone();
    (result, said)
}

fn answering(reply: Reply) -> Receiver {
    Receiver::http_answering(move |_, _| reply.clone())
}

#[test]
fn nothing_is_said_when_everything_arrives() {
    let receiver = Receiver::http();
    let (result, said) = delivered(|builder| builder.endpoint(receiver.endpoint()));
    assert_eq!(result, Ok(()));
    assert!(said.is_empty(), "{said:?}");
    assert_eq!(receiver.spans().len(), 3);
}

#[test]
fn a_collector_that_is_not_there_is_said_once_with_the_count() {
    let (result, said) = delivered(|builder| builder.endpoint("http://127.0.0.1:1"));
    let error = result.unwrap_err();
    assert_eq!((error.delivered, error.pending, error.lost), (0, 0, 3));
    assert_eq!(error.endpoint.as_deref(), Some("http://127.0.0.1:1/v1/traces"));
    assert_eq!(
        said,
        ["the collector at http://127.0.0.1:1/v1/traces could not be reached (Connection refused \
          (os error 111)), 3 spans not delivered: start it there, or correct the endpoint (the \
          endpoint is from `endpoint(..)`)"]
    );
}

#[test]
fn refusals_say_what_to_do_and_never_a_secret() {
    let table = [
        (401, "the API key from `api_key(..)` was refused, correct it"),
        (403, "the API key from `api_key(..)` was refused, correct it"),
        (404, "there is no OTLP endpoint at this path, correct it"),
        (415, "it does not take http/protobuf here, set the protocol"),
        (422, "it could not read the request; MLflow wants the header x-mlflow-experiment-id"),
        (500, "see the collector's log"),
    ];
    for (status, advice) in table {
        let receiver = answering(Reply::status(status, "it\nsaid so"));
        let endpoint = receiver.endpoint();
        let (result, said) = delivered(|builder| builder.endpoint(&endpoint).api_key("s3cr3t"));
        let expected = format!(
            "the collector at {endpoint}/v1/traces answered {status} (it said so), 3 spans not \
             delivered: {advice} (the endpoint is from `endpoint(..)`)"
        );
        assert_eq!(said, [expected]);
        let error = result.unwrap_err();
        assert_eq!((error.delivered, error.pending, error.lost), (0, 0, 3));
        assert!(!format!("{error} {error:?} {said:?}").contains("s3cr3t"));
        assert_eq!(receiver.received().len(), 1, "{status} is not tried again");
    }
}

#[test]
fn a_missing_key_is_told_from_a_wrong_one() {
    let receiver = answering(Reply::status(401, "Unauthorized"));
    let (_, said) = delivered(|builder| builder.endpoint(receiver.endpoint()));
    assert!(
        said[0].contains("it wants an API key and none was given, set PHOENIX_API_KEY"),
        "{said:?}"
    );
    let (_, said) = delivered(|builder| {
        builder.endpoint(receiver.endpoint()).header("x-key", "s3cr3t").header("x-project", "p")
    });
    assert!(
        said[0].contains("no key that it takes is in the headers x-key, x-project"),
        "{said:?}"
    );
    assert!(!said[0].contains("s3cr3t"), "{said:?}");
}

#[test]
fn passing_trouble_is_tried_again_and_nothing_arrives_twice() {
    for status in [429, 502, 503, 504] {
        let receiver = Receiver::http_answering(move |n, _| match n {
            0 | 1 => Reply::status(status, "busy"),
            _ => Reply::default(),
        });
        let (result, said) = delivered(|builder| builder.endpoint(receiver.endpoint()));
        assert_eq!((result, said.len()), (Ok(()), 0));
        assert_eq!(receiver.received().len(), 3, "two refusals and one success");
    }
}

#[test]
fn retry_after_is_honoured() {
    let receiver = Receiver::http_answering(|n, _| match n {
        0 => Reply { retry_after: Some(1), ..Reply::status(503, "busy") },
        _ => Reply::default(),
    });
    let began = std::time::Instant::now();
    let (result, _) = delivered(|builder| builder.endpoint(receiver.endpoint()));
    assert_eq!(result, Ok(()));
    assert!(began.elapsed() >= Duration::from_secs(1), "not before it was asked for");
}

#[test]
fn a_partial_success_counts_what_was_refused() {
    let receiver = answering(Reply { rejected: 2, text: "too old".to_owned(), ..Reply::default() });
    let (result, said) = delivered(|builder| builder.endpoint(receiver.endpoint()));
    let error = result.unwrap_err();
    assert_eq!((error.delivered, error.pending, error.lost), (1, 0, 2));
    let address = format!("{}/v1/traces", receiver.endpoint());
    assert_eq!(
        said,
        [format!("{address} refused a part of the spans, 2 spans not delivered: too old")]
    );
}

#[test]
fn a_collector_that_hangs_holds_nobody_longer_than_the_timeout() {
    let receiver = answering(Reply { delay: Duration::from_secs(30), ..Reply::default() });
    let began = std::time::Instant::now();
    let (result, said) = delivered(|builder| {
        builder.endpoint(receiver.endpoint()).shutdown_timeout(Duration::from_millis(200))
    });
    let error = result.unwrap_err();
    assert_eq!((error.delivered, error.pending, error.lost), (0, 3, 0));
    assert!(said[0].contains("did not answer in time, 3 spans not delivered"), "{said:?}");
    assert!(began.elapsed() < Duration::from_secs(10), "far from the 30 s of the collector");
}

#[test]
fn beyond_the_queue_spans_are_lost_and_counted() {
    // The first batch keeps the sender busy while the others fill the queue.
    let receiver = Receiver::http_answering(|n, _| Reply {
        delay: Duration::from_millis(if n == 0 { 500 } else { 0 }),
        ..Reply::default()
    });
    let _turn = Program::turn();
    let said = Arc::new(Mutex::new(Vec::new()));
    let heard = Arc::clone(&said);
    let registration = register()
        .verbose(false)
        .endpoint(receiver.endpoint())
        .queue_bytes(1 << 20)
        .on_diagnostic(move |diagnostic| heard.lock().unwrap().push(diagnostic.clone()))
        .install()
        .unwrap();
    let all = 40_000_u32;
    for n in 0..all {
        work(n);
    }
    let result = registration.shutdown();
    let [stats] = &registration.stats()[..] else { panic!("one destination") };
    assert_eq!(stats.ended, u64::from(all));
    assert_eq!((stats.pending, stats.on_disk, stats.bytes), (0, 0, 0));
    assert_eq!(stats.ended, stats.delivered + stats.lost);
    assert_eq!(stats.delivered, receiver.spans().len() as u64, "none twice");
    let said = said.lock().unwrap();
    assert_eq!(stats.lost, said.iter().map(|diagnostic| diagnostic.spans).sum::<u64>());
    assert!(stats.lost_by_cause["queue full"] > 0, "{stats:?}");
    assert_eq!(result.unwrap_err().lost, stats.lost);
    assert!(said[0].message.contains("the queue of 1048576 bytes was full"), "{said:?}");
}

/// Takes nothing until it is told to, then everything.
#[derive(Debug)]
struct Hanging(Mutex<mpsc::Receiver<()>>);

impl SpanExporter for Hanging {
    async fn export(&self, _: Vec<SpanData>) -> OTelSdkResult {
        // Ends when the sender is dropped.
        let _ = self.0.lock().unwrap().recv();
        Ok(())
    }
}

#[test]
fn ending_a_span_does_not_wait_for_a_destination_that_hangs() {
    let _turn = Program::turn();
    let (go_on, waits) = mpsc::channel();
    let registration = register()
        .verbose(false)
        .exporter(Hanging(Mutex::new(waits)))
        .queue_bytes(1 << 20)
        .on_diagnostic(|_| {})
        .install()
        .unwrap();
    // It returns, though nothing leaves the queue by then.
    (0..40_000).for_each(|n| _ = work(n));
    let stats = registration.stats().remove(0);
    assert_eq!((stats.ended, stats.delivered), (40_000, 0));
    assert_eq!(
        (stats.pending + stats.lost, stats.lost_by_cause["queue full"]),
        (40_000, stats.lost)
    );
    assert!(stats.bytes <= 1 << 20, "{stats:?}");
    drop(go_on);
    let error = registration.shutdown().unwrap_err();
    assert_eq!((error.delivered, error.pending, error.lost), (stats.pending, 0, stats.lost));
}

/// Panics the first time.
#[derive(Debug, Default)]
struct Panicking(AtomicBool);

impl SpanExporter for Panicking {
    async fn export(&self, _: Vec<SpanData>) -> OTelSdkResult {
        assert!(self.0.swap(true, Ordering::SeqCst), "no exporter");
        Ok(())
    }
}

#[test]
fn an_exporter_that_panics_loses_its_batch_and_says_so() {
    let exporter = Panicking::default();
    let (result, said) = delivered(|builder| builder.exporter(exporter).batch(false));
    let error = result.unwrap_err();
    assert_eq!((error.delivered, error.pending, error.lost), (2, 0, 1), "that batch alone");
    assert_eq!(
        said,
        ["the exporter panicked (no exporter), 1 span not delivered: report it to the exporter's \
          authors"]
    );
}

#[test]
fn a_span_that_ends_after_shutdown_is_said_to_be_lost() {
    let _turn = Program::turn();
    let said = Arc::new(Mutex::new(Vec::new()));
    let heard = Arc::clone(&said);
    let receiver = Receiver::http();
    let registration = register()
        .verbose(false)
        .endpoint(receiver.endpoint())
        .on_diagnostic(move |diagnostic| heard.lock().unwrap().push(diagnostic.to_string()))
        .install()
        .unwrap();
    #[chain(skip_all)]
    fn shuts_down(registration: &trace_runtime::Registration) {
        registration.shutdown().unwrap();
    }
    shuts_down(&registration);
    assert_eq!(
        *said.lock().unwrap(),
        ["1 span ended after the registration was shut down and went nowhere: keep the \
          `Registration` until all work is done"]
    );
}

#[test]
fn every_shutdown_says_the_same() {
    let _turn = Program::turn();
    let registration = register()
        .verbose(false)
        .endpoint("http://127.0.0.1:1")
        .on_diagnostic(|_| {})
        .shutdown_timeout(Duration::MAX)
        .install()
        .unwrap();
    work(1);
    let first = registration.shutdown();
    assert_eq!(first.as_ref().unwrap_err().lost, 1);
    assert_eq!(registration.shutdown(), first);
}
