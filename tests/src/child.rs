//! Tests that need a process of their own.

use std::process::{Command, Stdio};

/// A command that runs the ignored test with this name, alone, in a new process.
#[must_use]
pub fn child(test: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().expect("this program"));
    command.args([test, "--exact", "--ignored", "--nocapture", "--test-threads=1"]);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    command
}
