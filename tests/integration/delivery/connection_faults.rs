//! Connections and requests that fail: resets, restarts, slow readers, statuses, proxies.

use integration_tests::delivery::{
    ENDPOINT, distinct_spans, env_of_parent, forward, install_with, stats,
};
use integration_tests::{FaultyServer, Program, Receiver, Reply, child, is_child, reset};
use std::io::{Read, Write};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use trace_runtime::chain;

#[chain]
fn work(_n: u32) {}

#[chain]
fn echo(text: &str) -> usize {
    text.len()
}

#[test]
fn connection_reset_in_the_body_is_retried() {
    let _lock = Program::lock();
    let receiver = Receiver::http();
    let target = receiver.endpoint();
    let mut resets = 0;
    let faulty = FaultyServer::start(move |stream| {
        resets += 1;
        if resets <= 2 { reset(stream) } else { forward(stream, &target) }
    });
    let (registration, messages) = install_with(|builder| builder.endpoint(faulty.endpoint()));
    // The body is longer than the socket buffers, so the reset interrupts it.
    echo(&"x".repeat(1_000_000));
    (0..3).for_each(work);
    registration.shutdown().unwrap();
    assert_eq!((receiver.spans().len(), receiver.received().len()), (4, 1));
    assert_eq!((faulty.connections(), stats(&registration).delivered), (3, 4));
    assert!(messages.lock().unwrap().is_empty());
}

#[test]
fn unknown_host_is_named_in_the_message() {
    let _lock = Program::lock();
    let (registration, messages) =
        install_with(|builder| builder.endpoint("http://no-such-host.invalid:6006"));
    work(1);
    let error = registration.shutdown().unwrap_err();
    assert_eq!((error.delivered, error.pending, error.lost), (0, 0, 1));
    let messages = messages.lock().unwrap();
    assert!(
        messages[0].starts_with(
            "the collector at http://no-such-host.invalid:6006/v1/traces could not be reached ("
        ),
        "{messages:?}"
    );
    assert_eq!(messages.len(), 1);
}

#[test]
fn slow_reader_receives_everything() {
    let _lock = Program::lock();
    let body = Arc::new(Mutex::new(Vec::new()));
    let read = Arc::clone(&body);
    let faulty = FaultyServer::start(move |mut stream| {
        let mut request = Vec::new();
        let mut buffer = [0; 16 << 10];
        while !is_complete(&request) {
            let read = stream.read(&mut buffer).unwrap();
            assert!(read > 0, "the connection closed within the body");
            request.extend(&buffer[..read]);
            std::thread::sleep(Duration::from_millis(1));
        }
        *read.lock().unwrap() = request;
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").unwrap();
    });
    let (registration, _) = install_with(|builder| builder.endpoint(faulty.endpoint()));
    echo(&"x".repeat(1_000_000));
    registration.shutdown().unwrap();
    assert_eq!(stats(&registration).delivered, 1);
    let marker = [b'x'; 1000];
    assert!(body.lock().unwrap().windows(1000).any(|window| window == marker));
}

fn is_complete(request: &[u8]) -> bool {
    let Some(end) = request.windows(4).position(|window| window == b"\r\n\r\n") else {
        return false;
    };
    let head = String::from_utf8_lossy(&request[..end]).to_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    request.len() - end - 4 >= length.expect("a length").trim().parse().unwrap()
}

#[test]
fn success_with_an_undecodable_body_counts_as_delivered() {
    let _lock = Program::lock();
    let receiver = Receiver::http_answering(|_, _| Reply {
        garbage: b"\xff\xfe<html>".to_vec(),
        ..Reply::default()
    });
    let (registration, messages) = install_with(|builder| builder.endpoint(receiver.endpoint()));
    (0..3).for_each(work);
    registration.shutdown().unwrap();
    assert_eq!((stats(&registration).delivered, receiver.spans().len()), (3, 3));
    assert!(messages.lock().unwrap().is_empty());
}

#[test]
fn each_status_is_retried_or_dropped_as_specified() {
    let _lock = Program::lock();
    for (status, is_transient) in [
        (301, false),
        (400, false),
        (401, false),
        (403, false),
        (404, false),
        (408, true),
        (415, false),
        (422, false),
        (429, true),
        (500, false),
        (502, true),
        (503, true),
        (504, true),
    ] {
        let receiver = Receiver::http_answering(move |n, _| match n {
            0 => Reply::status(status, "so"),
            _ => Reply::default(),
        });
        let (registration, messages) =
            install_with(|builder| builder.endpoint(receiver.endpoint()));
        (0..3).for_each(work);
        assert_eq!(registration.shutdown().is_ok(), is_transient, "{status}");
        let stats = stats(&registration);
        let expected = if is_transient { (3, 0) } else { (0, 3) };
        assert_eq!((stats.delivered, stats.lost), expected, "{status}");
        assert_eq!(receiver.received().len(), if is_transient { 2 } else { 1 }, "{status}");
        assert_eq!(messages.lock().unwrap().len(), usize::from(!is_transient), "{status}");
    }
}

#[test]
fn retry_sends_identical_bytes() {
    let _lock = Program::lock();
    let receiver = Receiver::http_answering(|n, _| match n {
        0..=1 => Reply::status(503, "busy"),
        _ => Reply::default(),
    });
    let (registration, _) = install_with(|builder| builder.endpoint(receiver.endpoint()));
    (0..3).for_each(work);
    registration.shutdown().unwrap();
    let received = receiver.received();
    assert_eq!(received.len(), 3);
    assert!(received.iter().all(|again| again.body == received[0].body));
}

#[test]
fn retry_after_date_is_honoured() {
    let _lock = Program::lock();
    let receiver = Receiver::http_answering(|n, _| match n {
        0 => Reply { retry_date: Some("Fri, 01 Jan 2100 00:00:00 GMT"), ..Reply::status(503, "") },
        _ => Reply::default(),
    });
    let (registration, messages) = install_with(|builder| builder.endpoint(receiver.endpoint()));
    work(1);
    // The date is beyond the flush timeout: `flush` returns an error at once and does not retry.
    let error = registration.flush().unwrap_err();
    assert_eq!((error.delivered, error.pending, error.lost), (0, 1, 0));
    assert_eq!(registration.shutdown().unwrap_err().lost, 1);
    assert_eq!(receiver.received().len(), 1, "retried before the date");
    assert_eq!(messages.lock().unwrap().len(), 1);
}

#[test]
fn status_413_splits_the_batch_down_to_one_span() {
    let _lock = Program::lock();
    let is_too_large = |received: &integration_tests::receiver::Received| {
        let scopes = received.request.resource_spans.iter().flat_map(|spans| &spans.scope_spans);
        let spans: Vec<_> = scopes.flat_map(|scope| &scope.spans).collect();
        spans.len() > 3 || spans.iter().any(|span| span.name == "giant")
    };
    #[chain]
    fn giant() {}
    let receiver = Receiver::http_answering(move |_, received| {
        if is_too_large(received) { Reply::status(413, "too much") } else { Reply::default() }
    });
    let (registration, messages) = install_with(|builder| builder.endpoint(receiver.endpoint()));
    (0..10).for_each(work);
    giant();
    (0..10).for_each(work);
    let error = registration.shutdown().unwrap_err();
    assert_eq!((error.delivered, error.pending, error.lost), (20, 0, 1));
    let messages = messages.lock().unwrap();
    assert_eq!(messages.len(), 1);
    let expected = "answered 413 (too much), 1 span not delivered: raise its limit, or lower \
                    OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT";
    assert!(messages[0].contains(expected), "{messages:?}");
    let accepted: Vec<_> =
        receiver.received().into_iter().filter(|received| !is_too_large(received)).collect();
    let scopes = accepted.into_iter().flat_map(|received| received.request.resource_spans);
    let spans = scopes.flat_map(|spans| spans.scope_spans).flat_map(|scope| scope.spans);
    let mut ids: Vec<_> = spans.map(|span| span.span_id).collect();
    assert_eq!(ids.len(), 20);
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 20, "duplicates");
}

#[test]
fn collector_restarting_under_load_receives_everything_once() {
    let _lock = Program::lock();
    let before = Receiver::http();
    let endpoint = before.endpoint();
    let (registration, messages) = install_with(|builder| builder.endpoint(&endpoint));
    (0..2000).for_each(work);
    registration.flush().unwrap();
    let arrived = before.spans().len();
    drop(before);
    (0..5000).for_each(work);
    let error = registration.flush().unwrap_err();
    assert_eq!((error.delivered, error.pending, error.lost), (2000, 5000, 0));
    // The outage is reported, once, while it lasts.
    while messages.lock().unwrap().is_empty() {
        std::thread::sleep(Duration::from_millis(1));
    }
    let after = Receiver::http_at(&endpoint);
    (0..2000).for_each(work);
    registration.flush().unwrap();
    assert_eq!(arrived + distinct_spans(&after), 9000);
    assert_eq!(after.ids().len(), 7000, "duplicates");
    assert_eq!(stats(&registration).delivered, 9000);
    let messages = messages.lock().unwrap();
    assert_eq!(messages.len(), 1, "{messages:?}");
    assert!(messages[0].contains("spans wait for it: start it there"), "{messages:?}");
}

#[test]
fn backward_clock_never_ends_a_span_before_its_start() {
    use std::time::SystemTime;
    use trace_runtime::opentelemetry::trace::{Span, Tracer};
    let _lock = Program::lock();
    let receiver = Receiver::http();
    let (registration, _) = install_with(|builder| builder.endpoint(receiver.endpoint()));
    let tracer = trace_runtime::opentelemetry::global::tracer("t");
    for start in [SystemTime::now() + Duration::from_secs(3600), SystemTime::UNIX_EPOCH] {
        let builder = tracer.span_builder("s").with_start_time(start);
        let end = SystemTime::UNIX_EPOCH.checked_sub(Duration::from_secs(9)).unwrap();
        builder.start(&tracer).end_with_timestamp(end);
    }
    registration.shutdown().unwrap();
    let spans = receiver.spans();
    assert_eq!(spans.len(), 2);
    assert!(spans.iter().all(|span| span.end_time_unix_nano == span.start_time_unix_nano));
}

/// Runs in a child process whose environment names a proxy.
fn deliver_with_a_proxy() {
    let (registration, _) = install_with(|builder| builder.endpoint(env_of_parent(ENDPOINT)));
    work(1);
    registration.shutdown().expect("loopback is reached without the proxy");
    drop(registration);
    let (registration, messages) =
        install_with(|builder| builder.endpoint("http://no-such-host.invalid"));
    work(2);
    registration.shutdown().unwrap_err();
    let messages = messages.lock().unwrap();
    assert!(messages[0].contains(", through the proxy 127.0.0.1:1), 1 span"), "{messages:?}");
    assert!(!messages[0].contains("s3cr3t"), "{messages:?}");
}

#[test]
fn proxy_is_named_in_the_message_and_bypassed_for_loopback() {
    if is_child() {
        return deliver_with_a_proxy();
    }
    let _lock = Program::lock();
    let receiver = Receiver::http();
    let mut child = child(
        "delivery::connection_faults::proxy_is_named_in_the_message_and_bypassed_for_loopback",
    );
    child.env(ENDPOINT, receiver.endpoint()).env("HTTPS_PROXY", "http://user:s3cr3t@127.0.0.1:1");
    for none in ["ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy"] {
        child.env_remove(none);
    }
    let output = child.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(receiver.spans().len(), 1);
}
