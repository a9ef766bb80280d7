//! Retries, counts and messages for backends that are unreachable, refuse requests or hang.

use integration_tests::{Program, Receiver, Reply};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use trace_runtime::opentelemetry_sdk::error::OTelSdkResult;
use trace_runtime::opentelemetry_sdk::trace::{SpanData, SpanExporter};
use trace_runtime::{Builder, FlushError, chain, register};

#[chain]
fn work(n: u32) -> u32 {
    n
}

/// Ends three spans; returns the result of `shutdown` and the diagnostic messages.
fn delivered(configure: impl FnOnce(Builder) -> Builder) -> (Result<(), FlushError>, Vec<String>) {
    let _lock = Program::lock();
    let messages = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&messages);
    let builder = register()
        .verbose(false)
        .on_diagnostic(move |diagnostic| sink.lock().unwrap().push(diagnostic.to_string()));
    let registration = configure(builder).install().unwrap();
    for n in 0..3 {
        work(n);
    }
    let result = registration.shutdown();
    drop(registration);
    let messages = messages.lock().unwrap().clone();
    (result, messages)
}

fn answering(reply: Reply) -> Receiver {
    Receiver::http_answering(move |_, _| reply.clone())
}

#[test]
fn successful_delivery_reports_nothing() {
    let receiver = Receiver::http();
    let (result, messages) = delivered(|builder| builder.endpoint(receiver.endpoint()));
    assert_eq!(result, Ok(()));
    assert!(messages.is_empty(), "{messages:?}");
    assert_eq!(receiver.spans().len(), 3);
}

#[test]
fn unreachable_collector_is_reported_once_with_the_span_count() {
    let (result, messages) = delivered(|builder| builder.endpoint("http://127.0.0.1:1"));
    let error = result.unwrap_err();
    assert_eq!((error.delivered, error.pending, error.lost), (0, 0, 3));
    assert_eq!(error.endpoint.as_deref(), Some("http://127.0.0.1:1/v1/traces"));
    assert_eq!(
        messages,
        ["the collector at http://127.0.0.1:1/v1/traces could not be reached (Connection refused \
          (os error 111)), 3 spans not delivered: start it there, or correct the endpoint (the \
          endpoint is from `endpoint(..)`)"]
    );
}

#[test]
fn refusals_are_reported_with_advice_and_without_secrets() {
    let table = [
        (401, "it rejected the API key from `api_key(..)`; correct the key"),
        (403, "it rejected the API key from `api_key(..)`; correct the key"),
        (404, "there is no OTLP endpoint at this path; correct the endpoint"),
        (415, "it does not accept http/protobuf at this path; set the protocol"),
        (
            422,
            "it could not process the request; MLflow requires the header x-mlflow-experiment-id",
        ),
        (500, "see the collector's log"),
    ];
    for (status, advice) in table {
        let receiver = answering(Reply::status(status, "two\nlines"));
        let endpoint = receiver.endpoint();
        let (result, messages) = delivered(|builder| builder.endpoint(&endpoint).api_key("s3cr3t"));
        let expected = format!(
            "the collector at {endpoint}/v1/traces answered {status} (two lines), 3 spans not \
             delivered: {advice} (the endpoint is from `endpoint(..)`)"
        );
        assert_eq!(messages, [expected]);
        let error = result.unwrap_err();
        assert_eq!((error.delivered, error.pending, error.lost), (0, 0, 3));
        assert!(!format!("{error} {error:?} {messages:?}").contains("s3cr3t"));
        assert_eq!(receiver.received().len(), 1, "{status} is not tried again");
    }
}

#[test]
fn missing_key_and_wrong_key_get_different_advice() {
    let receiver = answering(Reply::status(401, "Unauthorized"));
    let (_, messages) = delivered(|builder| builder.endpoint(receiver.endpoint()));
    assert!(
        messages[0].contains("it requires an API key, and none was given; set PHOENIX_API_KEY"),
        "{messages:?}"
    );
    let (_, messages) = delivered(|builder| {
        builder.endpoint(receiver.endpoint()).header("x-key", "s3cr3t").header("x-project", "p")
    });
    assert!(
        messages[0].contains("it accepts none of the headers x-key, x-project as its key"),
        "{messages:?}"
    );
    assert!(!messages[0].contains("s3cr3t"), "{messages:?}");
}

#[test]
fn transient_statuses_are_retried_until_accepted() {
    for status in [429, 502, 503, 504] {
        let receiver = Receiver::http_answering(move |n, _| match n {
            0 | 1 => Reply::status(status, "busy"),
            _ => Reply::default(),
        });
        let (result, messages) = delivered(|builder| builder.endpoint(receiver.endpoint()));
        assert_eq!((result, messages.len()), (Ok(()), 0));
        assert_eq!(receiver.received().len(), 3, "two refusals and one success");
    }
}

#[test]
fn retry_after_seconds_are_honoured() {
    let receiver = Receiver::http_answering(|n, _| match n {
        0 => Reply { retry_after: Some(1), ..Reply::status(503, "busy") },
        _ => Reply::default(),
    });
    let began = std::time::Instant::now();
    let (result, _) = delivered(|builder| builder.endpoint(receiver.endpoint()));
    assert_eq!(result, Ok(()));
    assert!(began.elapsed() >= Duration::from_secs(1), "retried before `Retry-After` elapsed");
}

#[test]
fn partial_success_counts_rejected_spans() {
    let receiver = answering(Reply { rejected: 2, text: "too old".to_owned(), ..Reply::default() });
    let (result, messages) = delivered(|builder| builder.endpoint(receiver.endpoint()));
    let error = result.unwrap_err();
    assert_eq!((error.delivered, error.pending, error.lost), (1, 0, 2));
    let address = format!("{}/v1/traces", receiver.endpoint());
    assert_eq!(
        messages,
        [format!("{address} refused a part of the spans, 2 spans not delivered: too old")]
    );
}

#[test]
fn hanging_collector_delays_shutdown_no_longer_than_the_timeout() {
    let receiver = answering(Reply { delay: Duration::from_secs(30), ..Reply::default() });
    let mut began = Instant::now();
    let (result, messages) = delivered(|builder| {
        began = Instant::now();
        builder.endpoint(receiver.endpoint()).shutdown_timeout(Duration::from_millis(200))
    });
    let error = result.unwrap_err();
    assert_eq!((error.delivered, error.pending, error.lost), (0, 3, 0));
    assert!(messages[0].contains("did not answer in time, 3 spans not delivered"), "{messages:?}");
    assert!(began.elapsed() < Duration::from_secs(25), "shutdown waited for the collector");
}

/// An exporter that panics on its first batch only.
#[derive(Debug, Default)]
struct Panicking(AtomicBool);

impl SpanExporter for Panicking {
    async fn export(&self, _: Vec<SpanData>) -> OTelSdkResult {
        assert!(self.0.swap(true, Ordering::SeqCst), "no exporter");
        Ok(())
    }
}

#[test]
fn panicking_exporter_loses_only_its_batch() {
    let exporter = Panicking::default();
    let (result, messages) = delivered(|builder| builder.exporter(exporter).batch(false));
    let error = result.unwrap_err();
    assert_eq!((error.delivered, error.pending, error.lost), (2, 0, 1), "more than one batch lost");
    assert_eq!(
        messages,
        ["the exporter panicked (no exporter), 1 span not delivered: report it to the exporter's \
          authors"]
    );
}

#[test]
fn span_ending_after_shutdown_is_reported_lost() {
    let _lock = Program::lock();
    let messages = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&messages);
    let receiver = Receiver::http();
    let registration = register()
        .verbose(false)
        .endpoint(receiver.endpoint())
        .on_diagnostic(move |diagnostic| sink.lock().unwrap().push(diagnostic.to_string()))
        .install()
        .unwrap();
    #[chain(skip_all)]
    fn shuts_down(registration: &trace_runtime::Registration) {
        registration.shutdown().unwrap();
    }
    shuts_down(&registration);
    assert_eq!(
        *messages.lock().unwrap(),
        ["1 span lost, ended after the registration was shut down: keep the \
          `Registration` until all work is done"]
    );
}

#[test]
fn repeated_shutdown_returns_the_first_result() {
    let _lock = Program::lock();
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
