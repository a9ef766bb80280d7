//! Detects that this process is a child that was forked.
//!
//! A fork copies the memory and only the thread that calls it: queues are full of the parent's
//! spans, locks may be held for ever, and no thread sends anything. So a child must neither wait
//! nor count. A process id costs a system call, so it is compared where spans are handed over and
//! not for each span.

use super::lock;
use std::process;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, TryLockError};

/// The process that created an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Process(u32);

/// The error text for a flush or shutdown in a child.
pub(crate) const FORKED: &str = "this process was forked from one that records spans, so it \
     records none, and nothing was done: call `install()` in the child to record there too";

/// Switches the recording off in a child.
static SWITCH_OFF: OnceLock<fn()> = OnceLock::new();
/// The child that is switched off, or that has installed its own registration.
static SETTLED: AtomicU32 = AtomicU32::new(0);

impl Process {
    pub(crate) fn current() -> Self {
        Process(process::id())
    }

    /// Returns a number that is never 0, to keep the process in an atomic variable.
    pub(crate) fn id(self) -> u32 {
        self.0
    }

    /// Returns the process with this number; `None` for 0.
    pub(crate) fn from_id(id: u32) -> Option<Self> {
        (id != 0).then_some(Process(id))
    }

    /// Returns true in a child of the process. The first time, it switches the recording off and
    /// reports that.
    pub(crate) fn is_forked(self) -> bool {
        let current = process::id();
        let is_forked = self.0 != current;
        if is_forked && SETTLED.swap(current, Ordering::Relaxed) != current {
            if let Some(switch_off) = SWITCH_OFF.get() {
                switch_off();
            }
            print(&format!("trace-runtime: {FORKED}\n"));
        }
        is_forked
    }

    /// Returns true in a child of the process, which then installs its own registration: nothing is
    /// switched off any more.
    pub(crate) fn settle_if_forked(self) -> bool {
        let current = process::id();
        let is_forked = self.0 != current;
        if is_forked {
            SETTLED.store(current, Ordering::Relaxed);
        }
        is_forked
    }

    /// Locks a mutex as [`lock`] does. Returns `None` in a child if the lock is held: its thread
    /// may be one that only the parent has.
    #[inline]
    pub(crate) fn lock<T: ?Sized>(self, mutex: &Mutex<T>) -> Option<MutexGuard<'_, T>> {
        match mutex.try_lock() {
            Ok(guard) => Some(guard),
            Err(TryLockError::Poisoned(error)) => Some(error.into_inner()),
            Err(TryLockError::WouldBlock) if self.is_forked() => None,
            Err(TryLockError::WouldBlock) => Some(lock(mutex)),
        }
    }
}

/// Sets the function that switches the recording off in a child. It must not wait for a lock.
pub(crate) fn switch_off_by(function: fn()) {
    let _ = SWITCH_OFF.set(function);
}

/// Prints a text on stderr without the lock of stderr, which may be held for ever.
#[cfg(unix)]
fn print(text: &str) {
    use std::io::Write;
    use std::os::fd::AsFd;
    if let Ok(stderr) = std::io::stderr().as_fd().try_clone_to_owned() {
        let _ = std::fs::File::from(stderr).write_all(text.as_bytes());
    }
}

/// Other systems have no fork.
#[cfg(not(unix))]
fn print(_text: &str) {}
