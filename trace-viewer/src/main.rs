//! `llm-trace` receives the spans of programs on this machine and shows them in the browser while the
//! programs run.
//!
//! It listens at the address to which `trace_runtime::register()` sends by default, so neither side
//! needs a setting. Spans are kept in memory, and with `--dir` as JSON lines in a folder.

mod arguments;
mod events;
mod folder;
mod guard;
mod log;
mod page;
mod receive;
mod server;

use arguments::Command;
use std::process::ExitCode;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments = match arguments::parse(std::env::args().skip(1)) {
        Ok(Command::Serve(arguments)) => arguments,
        Ok(Command::Print(text)) => {
            println!("{text}");
            return ExitCode::SUCCESS;
        }
        Err(message) => return failure(&message),
    };
    match server::run(&arguments).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => failure(&message),
    }
}

fn failure(message: &str) -> ExitCode {
    eprintln!("llm-trace: {message}");
    ExitCode::FAILURE
}
