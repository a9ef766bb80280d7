//! Tests that need a separate process: for its environment, its limits or its working directory.
//!
//! Such a test starts itself again. The child process runs the same test function, which
//! branches:
//!
//! ```text
//! #[test]
//! fn proxy_is_bypassed() {
//!     if is_child() {
//!         return deliver_with_a_proxy();
//!     }
//!     let output = child("module::proxy_is_bypassed").env("HTTPS_PROXY", "..").output();
//!     ..
//! }
//! ```

use std::process::{Command, Stdio};

/// The environment variable that marks a child process.
const CHILD: &str = "TEST_IS_CHILD";

/// Returns a command that runs the test with this full path, alone, in a new process.
#[must_use]
pub fn child(test: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().expect("this program"));
    command.args([test, "--exact", "--nocapture", "--test-threads=1"]).env(CHILD, "true");
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    command
}

/// Returns a command that runs the test as [`child`] does, started by a shell script. The script
/// must end with `exec "$0" "$@"`; before that it may set limits or enter a namespace.
#[must_use]
pub fn child_in_shell(test: &str, script: &str) -> Command {
    let child = child(test);
    let mut command = Command::new("sh");
    command.args(["-c", script]).arg(child.get_program()).args(child.get_args());
    command.env(CHILD, "true");
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    command
}

/// Returns true in a process that was started with [`child`] or [`child_in_shell`].
#[must_use]
pub fn is_child() -> bool {
    std::env::var_os(CHILD).is_some()
}
