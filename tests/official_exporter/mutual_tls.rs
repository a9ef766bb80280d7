//! Collectors that require a certificate of their clients.

use crate::{LIMIT, PROTOCOL, PROTOCOLS, deliver_once, delivering, stderr_lines};
use integration_tests::{Certificate, Program, Receiver, TempFolder, is_child};
use std::path::PathBuf;
use std::process::Command;

/// A collector, and PEM files for its clients.
struct Collector {
    test: String,
    folder: TempFolder,
    receiver: Receiver,
    protocol: &'static str,
}

impl Collector {
    fn start(test: &str, protocol: &'static str) -> Self {
        let (client, other) = (Certificate::of("client"), Certificate::of("other"));
        let server = Certificate::requiring("127.0.0.1", &client);
        let folder = TempFolder::new();
        std::fs::create_dir(folder.path()).unwrap();
        for (name, pem) in [
            ("server.pem", server.pem()),
            ("client.pem", client.pem()),
            ("client.key", client.key()),
            ("other.pem", other.pem()),
            ("other.key", other.key()),
        ] {
            std::fs::write(folder.path().join(name), pem).unwrap();
        }
        let receiver = Receiver::tls(&server, protocol == "grpc");
        Collector { test: format!("mutual_tls::{test}"), folder, receiver, protocol }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Returns a child process that trusts the server.
    fn child(&self) -> Command {
        let mut child = delivering(&self.test, &self.receiver.endpoint());
        child.env(PROTOCOL, self.protocol);
        child.env("OTEL_EXPORTER_OTLP_CERTIFICATE", self.path("server.pem"));
        child
    }

    /// Returns a child process that presents a certificate.
    fn presenting(&self, certificate: &str, key: &str) -> Command {
        let mut child = self.child();
        child.env("OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE", self.path(certificate));
        child.env("OTEL_EXPORTER_OTLP_TRACES_CLIENT_KEY", self.path(key));
        child
    }
}

#[test]
fn client_certificate_is_presented_over_every_protocol() {
    if is_child() {
        return deliver_once();
    }
    let _lock = Program::lock();
    for protocol in PROTOCOLS {
        let collector =
            Collector::start("client_certificate_is_presented_over_every_protocol", protocol);
        let lines = stderr_lines(&mut collector.presenting("client.pem", "client.key"));
        assert_eq!(lines, ["delivered 3, lost 0"], "{protocol}");
        assert_eq!(collector.receiver.ids().len(), 3, "{protocol}");
    }
}

#[test]
fn client_without_the_right_certificate_is_refused_and_nothing_is_sent() {
    if is_child() {
        return deliver_once();
    }
    let _lock = Program::lock();
    for protocol in PROTOCOLS {
        let collector = Collector::start(
            "client_without_the_right_certificate_is_refused_and_nothing_is_sent",
            protocol,
        );
        for mut child in [collector.child(), collector.presenting("other.pem", "other.key")] {
            let lines = stderr_lines(child.env(LIMIT, "2"));
            assert_eq!(lines.last().unwrap(), "delivered 0, lost 3", "{protocol}: {lines:?}");
            assert!(lines[0].contains("could not be reached"), "{protocol}: {lines:?}");
        }
        assert_eq!(collector.receiver.received().len(), 0);
    }
}

#[test]
fn certificate_and_key_that_do_not_match_are_an_error_of_install() {
    if is_child() {
        return deliver_once();
    }
    let _lock = Program::lock();
    for protocol in PROTOCOLS {
        let collector = Collector::start(
            "certificate_and_key_that_do_not_match_are_an_error_of_install",
            protocol,
        );
        for (certificate, key, variable, file) in [
            ("client.pem", "other.key", "OTEL_EXPORTER_OTLP_TRACES_CLIENT_KEY", "other.key"),
            ("client.pem", "client.pem", "OTEL_EXPORTER_OTLP_TRACES_CLIENT_KEY", "client.pem"),
            ("client.pem", "none.key", "OTEL_EXPORTER_OTLP_TRACES_CLIENT_KEY", "none.key"),
            ("none.pem", "client.key", "OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE", "none.pem"),
            ("client.key", "client.key", "OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE", "client.key"),
        ] {
            let lines = stderr_lines(&mut collector.presenting(certificate, key));
            let path = collector.path(file).display().to_string();
            let expected = format!("`{variable}` names the file {path}: ");
            let [line] = &lines[..] else { panic!("one line: {lines:?}") };
            assert!(line.starts_with(&expected), "{protocol}: {line}");
            assert!(!line.contains("BEGIN"), "{line}");
        }
    }
}
