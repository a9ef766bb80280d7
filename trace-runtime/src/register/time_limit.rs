//! A time limit for calls that have none of their own.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// Runs `work` on a new thread of this name and waits for it for at most `timeout`. Returns `None`
/// if there is no result by then; the thread continues in the background.
pub(super) fn run_with_timeout<T: Send + 'static>(
    thread_name: &str,
    timeout: Duration,
    work: impl FnOnce() -> T + Send + 'static,
) -> Option<T> {
    let (sender, receiver) = mpsc::channel();
    let spawned = thread::Builder::new().name(thread_name.to_owned()).spawn(move || {
        let _ = sender.send(work());
    });
    spawned.ok().and_then(|_| receiver.recv_timeout(timeout).ok())
}
