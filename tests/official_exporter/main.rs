//! The exporter of `opentelemetry-otlp` with our queue: the settings that only it serves, and
//! exporters that code builds: `cargo test -p official-exporter`.

#![allow(
    clippy::items_after_statements,
    clippy::needless_pass_by_value,
    reason = "tests read like the code of users"
)]

mod given;
mod mutual_tls;
mod outage;
mod protocols;
mod refusals;

use integration_tests::child;
use integration_tests::delivery::ENDPOINT;
use std::process::Command;
use std::time::Duration;
use trace_runtime::{FlushError, chain, register};

#[chain]
fn work(_n: u32) {}

const PROTOCOL: &str = "OTEL_EXPORTER_OTLP_PROTOCOL";
/// The seconds that a child process waits for a flush.
const LIMIT: &str = "TEST_LIMIT";
const COMPRESSION: &str = "OTEL_EXPORTER_OTLP_COMPRESSION";

/// The three protocols, by their names in the environment.
const PROTOCOLS: [&str; 3] = ["http/protobuf", "http/json", "grpc"];

/// Runs in child processes with different environments, and prints the counts after all messages.
fn deliver_once() {
    let endpoint = std::env::var(ENDPOINT).unwrap();
    let limit = std::env::var(LIMIT).map_or(5, |seconds| seconds.parse().unwrap());
    let installed = register()
        .shutdown_timeout(Duration::from_secs(limit))
        .verbose(false)
        .endpoint(endpoint)
        .header("x-from", "code")
        .service_name("official")
        .install();
    let registration = match installed {
        Ok(registration) => registration,
        Err(error) => return eprintln!("{error}"),
    };
    (0..3).for_each(work);
    if let Err(FlushError { cause, .. }) = registration.flush() {
        eprintln!("flush: {cause}");
    }
    let _ = registration.shutdown();
    let stats = registration.stats().remove(0);
    eprintln!("delivered {}, lost {}", stats.delivered, stats.lost);
}

/// Returns a child process that delivers to an endpoint.
fn delivering(test: &str, endpoint: &str) -> Command {
    let mut command = child(test);
    command.env(ENDPOINT, endpoint);
    command
}

/// Runs the child; returns its lines on stderr: the messages, and the counts in the last line.
fn stderr_lines(command: &mut Command) -> Vec<String> {
    let output = command.output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{stderr}");
    stderr.lines().map(ToOwned::to_owned).collect()
}
