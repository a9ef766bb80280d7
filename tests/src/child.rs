//! Tests that need a separate process: for its environment, its limits or its working directory.

use std::process::{Command, Stdio};

/// Returns a command that runs the ignored test with this full path, alone, in a new process.
#[must_use]
pub fn child(test: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().expect("this program"));
    command.args([test, "--exact", "--ignored", "--nocapture", "--test-threads=1"]);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    command
}
