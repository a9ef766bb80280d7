//! Sends spans from a file, a page or a spool to a backend, or makes a page to look at them:
//!
//! ```sh
//! cargo run --features file --example replay -- traces.jsonl http://localhost:6006
//! cargo run --features file,html --example replay -- traces.jsonl --html trace.html
//! ```
//!
//! Without the second argument, the endpoint is read from the environment, as for any program. Keys
//! and headers are always read from there.

use std::process::ExitCode;
use trace_runtime::delivery::{ReplayError, Replayed};

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let replayed = match &arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [path, "--html", page] => write_page(path, page),
        // Replaying needs no registration: the builder only supplies endpoint, headers and protocol.
        [path] => trace_runtime::register().replay(path),
        [path, endpoint] => trace_runtime::register().endpoint(*endpoint).replay(path),
        _ => {
            eprintln!("usage: replay <file, page, spool or folder> [endpoint | --html <page>]");
            return ExitCode::FAILURE;
        }
    };
    match replayed {
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

#[cfg(feature = "html")]
fn write_page(path: &str, page: &str) -> Result<Replayed, ReplayError> {
    trace_runtime::page::write(path, page)
}

#[cfg(not(feature = "html"))]
fn write_page(_: &str, _: &str) -> Result<Replayed, ReplayError> {
    eprintln!("--html needs the feature `html`");
    std::process::exit(1)
}
