//! Shuts the registration down on SIGTERM and ctrl-c (feature `signals`).
//!
//! The handler only writes to a pipe; a thread does the work. If nothing else handles the signal,
//! the thread then ends the process as the signal would have done. Otherwise the program itself
//! decides when to end, and the thread only flushes.

use super::registration::Registration;
use super::running::Running;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::{Handle, Signals};
use signal_hook::{flag, low_level};
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock, Weak};
use std::thread;

/// The effect of a signal before this crate handles it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Disposition {
    /// It ends the process.
    Default,
    /// A handler of the program is called.
    Handled,
    Ignored,
}

/// The state of the signals since the first call of [`Registration::shutdown_on_signal`].
struct Handlers {
    /// Each signal with its effect before that call.
    dispositions: [(i32, Disposition); 2],
    /// While it is true, the signals end the process at once. The first signal sets it too, so that
    /// a second one does not wait.
    ends_at_once: Arc<AtomicBool>,
}

static HANDLERS: OnceLock<Handlers> = OnceLock::new();

impl Handlers {
    /// Returns the effect of a signal before this crate handled it.
    fn disposition(&self, signal: i32) -> Option<Disposition> {
        let known = self.dispositions.iter().find(|(known, _)| *known == signal);
        known.map(|(_, disposition)| *disposition)
    }
}

/// The thread that waits for signals, until it is dropped.
#[derive(Debug)]
pub(super) struct SignalWatch(Handle);

impl Registration {
    /// Shuts down on SIGTERM and ctrl-c (SIGINT), within the
    /// [`shutdown_timeout`](crate::Builder::shutdown_timeout), and then ends the process by the
    /// same signal, so that its parent sees the usual exit status. A second signal ends it at once.
    ///
    /// If the program handles a signal already, the spans that ended so far are flushed instead,
    /// and the handler of the program decides about the end: call this method after other handlers
    /// are installed. A signal that is ignored stays ignored. On systems other than Linux, such
    /// handlers are called too, but the process ends after the shutdown. A program that ends itself
    /// after `tokio::signal` or the like does not need this method.
    ///
    /// ```no_run
    /// let registration = trace_runtime::register().install()?;
    /// registration.shutdown_on_signal()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns the error of the operating system if the handler or the thread cannot be created.
    pub fn shutdown_on_signal(&self) -> io::Result<()> {
        let Some(running) = self.running() else { return Ok(()) };
        let handlers = handlers()?;
        let dispositions = handlers.dispositions.iter();
        let watched = dispositions.filter(|(_, found)| *found != Disposition::Ignored);
        let mut signals = Signals::new(watched.map(|(signal, _)| *signal))?;
        let watch = SignalWatch(signals.handle());
        handlers.ends_at_once.store(false, Ordering::SeqCst);
        let weak = Arc::downgrade(running);
        thread::Builder::new().name("trace-runtime-signal".to_owned()).spawn(move || {
            for signal in signals.forever() {
                act_on(&weak, signal);
            }
        })?;
        running.watch_signals(watch);
        Ok(())
    }
}

/// Flushes or shuts down, and lets the default action of the signal happen.
fn act_on(running: &Weak<Running>, signal: i32) {
    let disposition = HANDLERS.get().and_then(|handlers| handlers.disposition(signal));
    let running = running.upgrade();
    if disposition == Some(Disposition::Default) {
        let _ = running.map(|running| running.shutdown());
        let _ = low_level::emulate_default_handler(signal);
    } else {
        let _ = running.map(|running| running.flush());
    }
}

/// Lets signals end the process at once, as before: nothing waits for them any more.
pub(super) fn end_at_once() {
    if let Some(handlers) = HANDLERS.get() {
        handlers.ends_at_once.store(true, Ordering::SeqCst);
    }
}

impl Drop for SignalWatch {
    fn drop(&mut self) {
        end_at_once();
        self.0.close();
    }
}

/// Returns the handlers. The first call installs those for the default action.
fn handlers() -> io::Result<&'static Handlers> {
    if let Some(handlers) = HANDLERS.get() {
        return Ok(handlers);
    }
    let dispositions = [SIGTERM, SIGINT].map(|signal| (signal, disposition(signal)));
    let ends_at_once = Arc::new(AtomicBool::new(false));
    for (signal, disposition) in dispositions {
        if disposition == Disposition::Default {
            // The order matters: the first signal only sets the flag, the second finds it set.
            flag::register_conditional_default(signal, Arc::clone(&ends_at_once))?;
            flag::register(signal, Arc::clone(&ends_at_once))?;
        }
    }
    Ok(HANDLERS.get_or_init(|| Handlers { dispositions, ends_at_once }))
}

/// Returns the current effect of a signal, as Linux describes it in `/proc`. On other systems it is
/// unknown, and counts as the default.
fn disposition(signal: i32) -> Disposition {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let contains = |name: &str| {
        let mask = status.lines().find_map(|line| line.strip_prefix(name));
        let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0);
        mask >> (signal - 1) & 1 == 1
    };
    match (contains("SigIgn:"), contains("SigCgt:")) {
        (true, _) => Disposition::Ignored,
        (_, true) => Disposition::Handled,
        _ => Disposition::Default,
    }
}
