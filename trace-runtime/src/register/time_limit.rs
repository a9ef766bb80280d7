//! A time limit for calls that have none of their own.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// Runs `work` on a new thread and waits for it for at most `timeout`. Calls of the SDK may exceed
/// the timeout that they are given; the thread then continues in the background.
pub(super) fn run_with_timeout<T: Send + 'static>(
    timeout: Duration,
    work: impl FnOnce() -> T + Send + 'static,
) -> Option<T> {
    let (sender, receiver) = mpsc::channel();
    let spawned = thread::Builder::new().name("trace-runtime-flush".to_owned()).spawn(move || {
        let _ = sender.send(work());
    });
    spawned.ok().and_then(|_| receiver.recv_timeout(timeout).ok())
}
