//! Collectors that misbehave, on real sockets.

use crate::delivery_spool::{ENDPOINT, of_parent};
use integration_tests::{Faulty, Program, Receiver, Reply, child, reset};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use trace_runtime::{Builder, Registration, Stats, chain, register};

#[chain]
pub(crate) fn work(_n: u32) {}

#[chain]
fn echo(text: &str) -> usize {
    text.len()
}

pub(crate) type Said = Arc<Mutex<Vec<String>>>;

pub(crate) fn installed(configure: impl FnOnce(Builder) -> Builder) -> (Registration, Said) {
    let said = Said::default();
    let heard = Arc::clone(&said);
    let builder = register()
        .verbose(false)
        .on_diagnostic(move |diagnostic| heard.lock().unwrap().push(diagnostic.to_string()));
    (configure(builder).install().unwrap(), said)
}

pub(crate) fn stats(registration: &Registration) -> Stats {
    let stats = registration.stats().remove(0);
    assert_eq!(stats.ended, stats.delivered + stats.pending + stats.on_disk + stats.lost);
    stats
}

pub(crate) fn distinct(receiver: &Receiver) -> usize {
    let mut ids = receiver.ids();
    ids.dedup();
    ids.len()
}

#[test]
fn a_reset_in_the_body_is_tried_again() {
    let _turn = Program::turn();
    let receiver = Receiver::http();
    let target = receiver.endpoint();
    let mut resets = 0;
    let faulty = Faulty::start(move |stream| {
        resets += 1;
        if resets <= 2 { reset(stream) } else { forward(stream, &target) }
    });
    let (registration, said) = installed(|builder| builder.endpoint(faulty.endpoint()));
    // Too long to be on its way as a whole when the connection breaks.
    echo(&"x".repeat(1_000_000));
    (0..3).for_each(work);
    registration.shutdown().unwrap();
    assert_eq!((receiver.spans().len(), receiver.received().len()), (4, 1));
    assert_eq!((faulty.connections(), stats(&registration).delivered), (3, 4));
    assert!(said.lock().unwrap().is_empty());
}

/// Passes on what comes, and what is answered.
pub(crate) fn forward(mut from: TcpStream, target: &str) {
    let mut to = TcpStream::connect(target.trim_start_matches("http://")).unwrap();
    let (mut back, mut answer) = (from.try_clone().unwrap(), to.try_clone().unwrap());
    std::thread::spawn(move || std::io::copy(&mut answer, &mut back));
    std::thread::spawn(move || std::io::copy(&mut from, &mut to));
}

#[test]
fn a_host_that_is_not_known_is_named() {
    let _turn = Program::turn();
    let (registration, said) =
        installed(|builder| builder.endpoint("http://no-such-host.invalid:6006"));
    work(1);
    let error = registration.shutdown().unwrap_err();
    assert_eq!((error.delivered, error.pending, error.lost), (0, 0, 1));
    let said = said.lock().unwrap();
    assert!(
        said[0].starts_with(
            "the collector at http://no-such-host.invalid:6006/v1/traces could not be reached ("
        ),
        "{said:?}"
    );
    assert_eq!(said.len(), 1);
}

#[test]
fn a_slow_reader_gets_everything() {
    let _turn = Program::turn();
    let body = Arc::new(Mutex::new(Vec::new()));
    let read = Arc::clone(&body);
    let faulty = Faulty::start(move |mut stream| {
        let mut request = Vec::new();
        let mut buffer = [0; 16 << 10];
        while !is_complete(&request) {
            let read = stream.read(&mut buffer).unwrap();
            assert!(read > 0, "it ends before the body does");
            request.extend(&buffer[..read]);
            std::thread::sleep(Duration::from_millis(1));
        }
        *read.lock().unwrap() = request;
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").unwrap();
    });
    let (registration, _) = installed(|builder| builder.endpoint(faulty.endpoint()));
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
fn a_success_with_garbage_is_a_success() {
    let _turn = Program::turn();
    let receiver = Receiver::http_answering(|_, _| Reply {
        garbage: b"\xff\xfe<html>".to_vec(),
        ..Reply::default()
    });
    let (registration, said) = installed(|builder| builder.endpoint(receiver.endpoint()));
    (0..3).for_each(work);
    registration.shutdown().unwrap();
    assert_eq!((stats(&registration).delivered, receiver.spans().len()), (3, 3));
    assert!(said.lock().unwrap().is_empty());
}

#[test]
fn every_status_has_its_fate() {
    let _turn = Program::turn();
    for (status, is_passing) in [
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
        let (registration, said) = installed(|builder| builder.endpoint(receiver.endpoint()));
        (0..3).for_each(work);
        assert_eq!(registration.shutdown().is_ok(), is_passing, "{status}");
        let stats = stats(&registration);
        let expected = if is_passing { (3, 0) } else { (0, 3) };
        assert_eq!((stats.delivered, stats.lost), expected, "{status}");
        assert_eq!(receiver.received().len(), if is_passing { 2 } else { 1 }, "{status}");
        assert_eq!(said.lock().unwrap().len(), usize::from(!is_passing), "{status}");
    }
}

#[test]
fn the_same_bytes_are_sent_again() {
    let _turn = Program::turn();
    let receiver = Receiver::http_answering(|n, _| match n {
        0..=1 => Reply::status(503, "busy"),
        _ => Reply::default(),
    });
    let (registration, _) = installed(|builder| builder.endpoint(receiver.endpoint()));
    (0..3).for_each(work);
    registration.shutdown().unwrap();
    let received = receiver.received();
    assert_eq!(received.len(), 3);
    assert!(received.iter().all(|again| again.body == received[0].body));
}

#[test]
fn a_date_to_come_back_at_is_honoured() {
    let _turn = Program::turn();
    let receiver = Receiver::http_answering(|n, _| match n {
        0 => Reply { retry_date: Some("Fri, 01 Jan 2100 00:00:00 GMT"), ..Reply::status(503, "") },
        _ => Reply::default(),
    });
    let (registration, said) = installed(|builder| builder.endpoint(receiver.endpoint()));
    work(1);
    // Beyond what a flush may take: it says so instead of waiting, or of trying before.
    let error = registration.flush().unwrap_err();
    assert_eq!((error.delivered, error.pending, error.lost), (0, 1, 0));
    assert_eq!(registration.shutdown().unwrap_err().lost, 1);
    assert_eq!(receiver.received().len(), 1, "not tried before");
    assert_eq!(said.lock().unwrap().len(), 1);
}

#[test]
fn what_is_too_large_is_split_down_to_one_span() {
    let _turn = Program::turn();
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
    let (registration, said) = installed(|builder| builder.endpoint(receiver.endpoint()));
    (0..10).for_each(work);
    giant();
    (0..10).for_each(work);
    let error = registration.shutdown().unwrap_err();
    assert_eq!((error.delivered, error.pending, error.lost), (20, 0, 1));
    let said = said.lock().unwrap();
    assert_eq!(said.len(), 1);
    let expected = "answered 413 (too much), 1 span not delivered: raise its limit, or lower \
                    OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT";
    assert!(said[0].contains(expected), "{said:?}");
    let accepted: Vec<_> =
        receiver.received().into_iter().filter(|received| !is_too_large(received)).collect();
    let scopes = accepted.into_iter().flat_map(|received| received.request.resource_spans);
    let spans = scopes.flat_map(|spans| spans.scope_spans).flat_map(|scope| scope.spans);
    let mut ids: Vec<_> = spans.map(|span| span.span_id).collect();
    assert_eq!(ids.len(), 20);
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 20, "none twice");
}

#[test]
fn a_collector_that_goes_away_under_load_and_comes_back_misses_nothing() {
    let _turn = Program::turn();
    let before = Receiver::http();
    let endpoint = before.endpoint();
    let (registration, said) = installed(|builder| builder.endpoint(&endpoint));
    (0..2000).for_each(work);
    registration.flush().unwrap();
    let arrived = before.spans().len();
    drop(before);
    (0..5000).for_each(work);
    let error = registration.flush().unwrap_err();
    assert_eq!((error.delivered, error.pending, error.lost), (2000, 5000, 0));
    // It was said, once, while it was away.
    while said.lock().unwrap().is_empty() {
        std::thread::sleep(Duration::from_millis(1));
    }
    let after = Receiver::http_again(&endpoint);
    (0..2000).for_each(work);
    registration.flush().unwrap();
    assert_eq!(arrived + distinct(&after), 9000);
    assert_eq!(after.ids().len(), 7000, "none twice");
    assert_eq!(stats(&registration).delivered, 9000);
    let said = said.lock().unwrap();
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].contains("spans wait for it: start it there"), "{said:?}");
}

#[test]
fn a_clock_that_goes_backwards_changes_nothing() {
    use std::time::SystemTime;
    use trace_runtime::opentelemetry::trace::{Span, Tracer};
    let _turn = Program::turn();
    let receiver = Receiver::http();
    let (registration, _) = installed(|builder| builder.endpoint(receiver.endpoint()));
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

#[test]
#[ignore = "run by the next test, where the environment names a proxy"]
fn behind_a_proxy() {
    let (registration, _) = installed(|builder| builder.endpoint(of_parent(ENDPOINT)));
    work(1);
    registration.shutdown().expect("nothing is between");
    drop(registration);
    let (registration, said) = installed(|builder| builder.endpoint("http://no-such-host.invalid"));
    work(2);
    registration.shutdown().unwrap_err();
    let said = said.lock().unwrap();
    assert!(said[0].contains(", through the proxy 127.0.0.1:1), 1 span"), "{said:?}");
    assert!(!said[0].contains("s3cr3t"), "{said:?}");
}

#[test]
fn a_proxy_is_named_and_not_taken_to_this_machine() {
    let _turn = Program::turn();
    let receiver = Receiver::http();
    let mut child = child("delivery_faults::behind_a_proxy");
    child.env(ENDPOINT, receiver.endpoint()).env("HTTPS_PROXY", "http://user:s3cr3t@127.0.0.1:1");
    for none in ["ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy"] {
        child.env_remove(none);
    }
    let output = child.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(receiver.spans().len(), 1);
}
