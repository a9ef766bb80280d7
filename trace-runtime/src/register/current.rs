//! The active registration of the process, and the switch that every annotated function reads
//! first.
//!
//! At most one registration is active. Threads reach it without a lock: each keeps a handle in a
//! thread-local, and refreshes it when the counter of changes has moved on.

use super::active::Active;
#[cfg(feature = "testing")]
use super::for_tests;
use crate::span::reseed;
use crate::sync::{self, Process};
use opentelemetry::global;
use opentelemetry::trace::noop::NoopTracerProvider;
use opentelemetry_sdk::trace::SdkTracerProvider;
use std::cell::RefCell;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, RwLock, TryLockError};

static ENABLED: AtomicBool = AtomicBool::new(false);
/// The number of changes of [`ACTIVE`]. Changed under its lock.
static CHANGES: AtomicU64 = AtomicU64::new(0);
static ACTIVE: RwLock<Option<Arc<Active>>> = RwLock::new(None);
/// The number of the process that activated it.
static OWNER: AtomicU32 = AtomicU32::new(0);

/// Returns true if a registration is active. If none is, an annotated function reads nothing but
/// this flag. The load is relaxed, because [`active`] synchronizes.
#[inline]
pub(crate) fn is_enabled() -> bool {
    ENABLED.load(Ordering::Relaxed)
}

/// Returns true if a registration of the program is active, which excludes another one.
pub(super) fn is_registered() -> bool {
    is_enabled() && sync::read(&ACTIVE).as_ref().is_some_and(|active| !is_for_tests(active))
}

/// A handle to the active registration, with a separate reference count for each thread.
///
/// A lock or a count that all threads share would move between the caches of the processors with
/// every span: two threads that record at the same time take 298 to 386 ns of CPU time per call
/// with a handle for each thread, and 379 to 426 ns without (minimum of 15 rounds, three runs). A
/// single thread pays 11 instructions for it (callgrind).
pub(crate) type ActiveHandle = Arc<Arc<Active>>;

thread_local! {
    /// The value of [`CHANGES`] at the last refresh of this thread, and the registration at that
    /// time.
    static CACHED: RefCell<(u64, Option<ActiveHandle>)> = const { RefCell::new((0, None)) };
}

/// Returns the number of changes of the active registration.
#[inline]
pub(crate) fn changes() -> u64 {
    CHANGES.load(Ordering::Acquire)
}

/// Returns the active registration.
pub(crate) fn active() -> Option<ActiveHandle> {
    let change = changes();
    let cached = CACHED.try_with(|cached| {
        let mut cached = cached.try_borrow_mut().ok()?;
        if cached.0 != change {
            *cached = (change, refreshed());
        }
        cached.1.clone()
    });
    // A thread that is ending has destroyed the thread-local; spans of destructors read the lock
    // instead.
    cached.unwrap_or_else(|_| read().map(Arc::new))
}

/// Reads the active registration after a change.
#[cold]
fn refreshed() -> Option<ActiveHandle> {
    // The change may be that of a forked child.
    reseed();
    read().map(Arc::new)
}

fn read() -> Option<Arc<Active>> {
    match ACTIVE.try_read() {
        Ok(active) => active.clone(),
        // In a forked child, the thread that holds the lock may not exist.
        Err(TryLockError::WouldBlock) if is_forked() => None,
        Err(_) => sync::read(&ACTIVE).clone(),
    }
}

/// Returns true in a child of the process that has the active registration.
fn is_forked() -> bool {
    Process::from_id(OWNER.load(Ordering::Relaxed)).is_some_and(Process::is_forked)
}

/// Makes `next` the active registration, switches the macros on, and sets the global provider if
/// one is given. Returns false, without any change, if another registration of the program is
/// active.
pub(super) fn activate(next: &Arc<Active>, global: Option<&SdkTracerProvider>) -> bool {
    let mut active = sync::write(&ACTIVE);
    if active.as_ref().is_some_and(|active| !is_for_tests(active)) {
        return false;
    }
    set(&mut active, next, global);
    true
}

/// Makes `next` the active registration if there is none.
#[cfg(feature = "testing")]
pub(super) fn activate_if_none(next: &Arc<Active>, global: &SdkTracerProvider) {
    let mut active = sync::write(&ACTIVE);
    if active.is_none() {
        set(&mut active, next, Some(global));
    }
}

/// Changes the active registration, under its lock.
fn set(active: &mut Option<Arc<Active>>, next: &Arc<Active>, global: Option<&SdkTracerProvider>) {
    *active = Some(Arc::clone(next));
    OWNER.store(Process::current().id(), Ordering::Relaxed);
    sync::switch_off_by(switch_off);
    CHANGES.fetch_add(1, Ordering::Release);
    if let Some(provider) = global {
        global::set_tracer_provider(provider.clone());
    }
    next.set_propagator();
    ENABLED.store(true, Ordering::Relaxed);
}

/// Switches the macros off, and resets the global provider and propagator if `ending` has set them.
/// All of it happens under the lock, so that a registration that follows immediately keeps its own.
pub(super) fn deactivate(ending: &Arc<Active>, is_global: bool) {
    let mut active = sync::write(&ACTIVE);
    if active.as_ref().is_some_and(|active| Arc::ptr_eq(active, ending)) {
        ending.reset_propagator();
        if !activate_for_tests(&mut active) {
            ENABLED.store(false, Ordering::Relaxed);
            if is_global {
                global::set_tracer_provider(NoopTracerProvider::new());
            }
            *active = None;
            CHANGES.fetch_add(1, Ordering::Release);
        }
    }
    drop(active);
    ending.release_provider();
}

/// Returns true for the registration that records tests while the program has none. It gives way
/// to one of the program.
#[cfg(feature = "testing")]
fn is_for_tests(active: &Arc<Active>) -> bool {
    for_tests::base().is_some_and(|base| Arc::ptr_eq(&base.active, active))
}

/// Activates the registration for tests, if a test has begun to record. The switch of the macros
/// stays on meanwhile, so that parallel tests lose no span.
#[cfg(feature = "testing")]
fn activate_for_tests(active: &mut Option<Arc<Active>>) -> bool {
    let Some(base) = for_tests::base() else { return false };
    set(active, &base.active, Some(&base.provider));
    true
}

#[cfg(not(feature = "testing"))]
fn activate_for_tests(_active: &mut Option<Arc<Active>>) -> bool {
    false
}

#[cfg(not(feature = "testing"))]
fn is_for_tests(_active: &Arc<Active>) -> bool {
    false
}

/// Switches the macros off in a forked child, without a lock.
fn switch_off() {
    ENABLED.store(false, Ordering::Relaxed);
    #[cfg(all(unix, feature = "signals"))]
    super::signals::end_at_once();
}

/// Forgets the registration of the parent in a forked child, so that the child can install one.
/// Returns false if that is impossible, because the parent was changing it when it was forked.
pub(super) fn forget_parent() -> bool {
    let owner = Process::from_id(OWNER.load(Ordering::Relaxed));
    if !owner.is_some_and(Process::settle_if_forked) {
        return true;
    }
    let Ok(mut active) = ACTIVE.try_write() else { return false };
    let parent = active.take();
    CHANGES.fetch_add(1, Ordering::Release);
    ENABLED.store(false, Ordering::Relaxed);
    drop(active);
    drop(parent);
    true
}
