//! Collectors that use TLS, with certificates that are trusted and certificates that must not be.

use integration_tests::delivery::ENDPOINT;
use integration_tests::{Certificate, Program, Receiver, TempFolder, child, is_child};
use std::process::{Command, Stdio};
use trace_runtime::{FlushError, chain, register};

#[chain]
fn work(_n: u32) {}

const PROTOCOL: &str = "OTEL_EXPORTER_OTLP_PROTOCOL";
const CERTIFICATE: &str = "OTEL_EXPORTER_OTLP_CERTIFICATE";
const SPOOL: &str = "TRACE_SPOOL_DIR";
/// How many spans an earlier run has left in the spool.
const LEFT: &str = "TEST_LEFT";

/// Runs in child processes with different environments, and prints the counts.
fn deliver_once() {
    let endpoint = std::env::var(ENDPOINT).unwrap();
    let registration = register().verbose(false).endpoint(endpoint).install().unwrap();
    (0..3).for_each(work);
    if let Err(FlushError { delivered, pending, lost, .. }) = registration.flush() {
        assert_eq!((delivered, pending, lost), (0, 3, 0), "not pending");
    }
    // Spans of an earlier run are recovered concurrently.
    let left = std::env::var(LEFT).map_or(0, |left| left.parse().unwrap());
    while registration.stats()[0].recovered < left {
        std::thread::yield_now();
    }
    let ended = registration.shutdown();
    let stats = registration.stats().remove(0);
    eprintln!(
        "delivered {}, recovered {}, on disk {}, lost {}",
        stats.delivered, stats.recovered, stats.on_disk, stats.lost
    );
    assert_eq!(ended.is_ok(), stats.delivered == 3);
}

/// A TLS server, with its certificate in a file of `folder`.
struct Secure {
    /// The test that the child processes run.
    test: &'static str,
    folder: TempFolder,
    receiver: Receiver,
    is_grpc: bool,
}

impl Secure {
    fn start(test: &'static str, certificate: &Certificate, is_grpc: bool) -> Self {
        let folder = TempFolder::new();
        std::fs::create_dir(folder.path()).unwrap();
        std::fs::write(folder.path().join("certificate.pem"), certificate.pem()).unwrap();
        Secure { test, folder, receiver: Receiver::tls(certificate, is_grpc), is_grpc }
    }

    fn child(&self) -> Command {
        let mut command = child(&format!("tls::{}", self.test));
        command.env(ENDPOINT, self.receiver.endpoint());
        command.env(PROTOCOL, if self.is_grpc { "grpc" } else { "http/protobuf" });
        command
    }

    /// Returns the diagnostic message for this server.
    fn message(&self, reason: &str, spans: &str, advice: &str) -> String {
        let (endpoint, path) =
            (self.receiver.endpoint(), if self.is_grpc { "" } else { "/v1/traces" });
        format!(
            "trace-runtime: the collector at {endpoint}{path} could not be reached ({reason}), \
             {spans}: {advice} (the endpoint is from `endpoint(..)`)"
        )
    }

    fn trusting(&self) -> Command {
        let mut command = self.child();
        command.env(CERTIFICATE, self.folder.path().join("certificate.pem"));
        command
    }
}

/// Runs the child; returns its lines on stderr: the messages, and the counts in the last line.
fn stderr_lines(command: &mut Command) -> Vec<String> {
    let output = command.stderr(Stdio::piped()).output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{stderr}");
    stderr.lines().map(ToOwned::to_owned).collect()
}

const UNTRUSTED: &str = "invalid peer certificate: UnknownIssuer";
const TRUST_IT: &str =
    "set OTEL_EXPORTER_OTLP_CERTIFICATE to a PEM file of the authority that signed its certificate";

#[test]
fn untrusted_certificate_is_reported_and_nothing_is_sent() {
    if is_child() {
        return deliver_once();
    }
    let _lock = Program::lock();
    for is_grpc in [false, true] {
        let secure = Secure::start(
            "untrusted_certificate_is_reported_and_nothing_is_sent",
            &Certificate::of("127.0.0.1"),
            is_grpc,
        );
        let lines = stderr_lines(&mut secure.child());
        assert_eq!(
            lines,
            [
                secure.message(UNTRUSTED, "3 spans wait for it", TRUST_IT),
                secure.message(UNTRUSTED, "3 spans not delivered", TRUST_IT),
                "delivered 0, recovered 0, on disk 0, lost 3".to_owned(),
            ]
        );
        assert_eq!(secure.receiver.received().len(), 0);
    }
}

#[test]
fn configured_certificate_is_trusted() {
    if is_child() {
        return deliver_once();
    }
    let _lock = Program::lock();
    for is_grpc in [false, true] {
        let secure = Secure::start(
            "configured_certificate_is_trusted",
            &Certificate::of("127.0.0.1"),
            is_grpc,
        );
        let lines = stderr_lines(&mut secure.trusting());
        assert_eq!(lines, ["delivered 3, recovered 0, on disk 0, lost 0"]);
        assert_eq!((secure.receiver.ids().len(), secure.receiver.received().len()), (3, 1));
    }
}

#[test]
fn configured_certificate_of_another_host_is_rejected() {
    if is_child() {
        return deliver_once();
    }
    let _lock = Program::lock();
    for is_grpc in [false, true] {
        let secure = Secure::start(
            "configured_certificate_of_another_host_is_rejected",
            &Certificate::of("elsewhere.example"),
            is_grpc,
        );
        let lines = stderr_lines(&mut secure.trusting());
        assert_eq!(lines.len(), 3, "{lines:?}");
        for line in &lines[..2] {
            assert!(line.contains("certificate not valid for name \"127.0.0.1\""), "{line}");
            assert!(line.contains("use the host name in its certificate"), "{line}");
        }
        assert_eq!(lines[2], "delivered 0, recovered 0, on disk 0, lost 3");
        assert_eq!(secure.receiver.received().len(), 0);
    }
}

#[test]
fn untrusted_certificate_spools_spans_until_it_is_configured() {
    if is_child() {
        return deliver_once();
    }
    let _lock = Program::lock();
    for is_grpc in [false, true] {
        let secure = Secure::start(
            "untrusted_certificate_spools_spans_until_it_is_configured",
            &Certificate::of("127.0.0.1"),
            is_grpc,
        );
        let spool = TempFolder::new();
        let waiting = stderr_lines(secure.child().env(SPOOL, spool.path()));
        let on_disk =
            format!("3 spans in the spool {}, to be sent by the next run", spool.path().display());
        assert_eq!(
            waiting,
            [
                secure.message(UNTRUSTED, "3 spans wait for it", TRUST_IT),
                secure.message(UNTRUSTED, &on_disk, TRUST_IT),
                "delivered 0, recovered 0, on disk 3, lost 0".to_owned(),
            ]
        );
        assert_eq!(secure.receiver.received().len(), 0);
        let trusting = stderr_lines(secure.trusting().env(SPOOL, spool.path()).env(LEFT, "3"));
        assert_eq!(trusting, ["delivered 3, recovered 3, on disk 0, lost 0"]);
        let mut ids = secure.receiver.ids();
        ids.dedup();
        assert_eq!((ids.len(), secure.receiver.ids().len()), (6, 6), "duplicates");
        assert_eq!(spool.files(), Vec::<std::path::PathBuf>::new());
    }
}
