//! Sends spans from a file or a spool to a backend:
//! `cargo run --features file --example replay -- traces.jsonl http://localhost:6006`.
//!
//! Without the second argument, the endpoint is read from the environment, as for any program. Keys
//! and headers are always read from there.

use std::process::ExitCode;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let Some(path) = arguments.next() else {
        eprintln!("usage: replay <file, spool or folder> [endpoint]");
        return ExitCode::FAILURE;
    };
    // Replaying needs no registration: the builder only supplies endpoint, headers and protocol.
    let mut builder = trace_runtime::register();
    if let Some(endpoint) = arguments.next() {
        builder = builder.endpoint(endpoint);
    }
    match builder.replay(&path) {
        Ok(replayed) => {
            println!(
                "{} spans delivered, {} refused, {} damaged lines or records skipped",
                replayed.delivered, replayed.refused, replayed.damaged,
            );
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
