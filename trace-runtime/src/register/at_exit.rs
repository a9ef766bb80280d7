//! Shuts the registration down when the process exits.
//!
//! A registration in a `static`, one that was leaked, and one of a program that calls
//! `process::exit` are never dropped. The C library calls a function at the exit in all these
//! cases. It runs on a thread whose thread-locals may be destroyed, so another thread does the
//! work.

use super::running::Running;
use super::time_limit::run_with_timeout;
use crate::panic::catch;
use crate::sync;
use std::sync::{Arc, Mutex, Once, Weak};
use std::time::Duration;

/// The latest registration.
static LATEST: Mutex<Weak<Running>> = Mutex::new(Weak::new());

/// The time for reports after the shutdown has used up its own.
const REPORT_TIME: Duration = Duration::from_secs(1);

/// Shuts the registration down at the exit, unless that has happened before.
pub(super) fn shut_down_at_exit(running: &Arc<Running>) {
    static REGISTERED: Once = Once::new();
    *sync::lock(&LATEST) = Arc::downgrade(running);
    REGISTERED.call_once(|| {
        // Fails only without memory. The program then ends as it would without this module.
        let _ = shutdown_hooks::add_shutdown_hook(at_exit);
    });
}

/// Called by the C library, which a panic must not unwind into.
extern "C" fn at_exit() {
    drop(catch(shut_down));
}

/// Shuts the latest registration down, and waits for it at most for its timeout.
fn shut_down() {
    // The lock is only held by a thread that installs, or in a forked child by none that exists.
    let latest = LATEST.try_lock().ok().and_then(|latest| latest.upgrade());
    let Some(running) = latest.filter(|running| !running.is_forked()) else { return };
    let timeout = running.timeout() + REPORT_TIME;
    // The diagnostics have reported the undelivered spans.
    let _ = run_with_timeout("trace-runtime-exit", timeout, move || running.shutdown());
}
