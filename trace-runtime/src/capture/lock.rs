//! Captures values in a lock without waiting for the lock.
//!
//! `Serialize` of a `Mutex` or `RwLock` waits until the lock is free. The caller of a traced
//! function may hold it, so the call would never begin. `Debug` of these types does not wait; it
//! serves values that have no `Serialize`.

use super::captured::CapturedValue;
use serde::Serialize;
use std::rc::Rc;
use std::sync::{Arc, Mutex, RwLock, TryLockError};

/// The text of a value whose lock is held.
const LOCKED: &str = "<locked>";

/// A lock around a value that implements `Serialize`, or a pointer to one, or an `Option` of one.
pub trait Lock {
    /// Captures the value as JSON if the lock is free.
    fn captured(&self) -> CapturedValue<'static>;
}

/// Captures the value that `guard` guards. A panic that poisoned the lock does not matter here.
fn guarded<T, G>(guard: Result<G, TryLockError<G>>) -> CapturedValue<'static>
where
    T: Serialize + ?Sized,
    G: std::ops::Deref<Target = T>,
{
    match guard {
        Ok(guard) => CapturedValue::from_serialize(&*guard),
        Err(TryLockError::Poisoned(error)) => CapturedValue::from_serialize(&*error.into_inner()),
        Err(TryLockError::WouldBlock) => CapturedValue::text(LOCKED),
    }
}

impl<T: Serialize + ?Sized> Lock for Mutex<T> {
    fn captured(&self) -> CapturedValue<'static> {
        guarded(self.try_lock())
    }
}

impl<T: Serialize + ?Sized> Lock for RwLock<T> {
    fn captured(&self) -> CapturedValue<'static> {
        guarded(self.try_read())
    }
}

impl<L: Lock> Lock for Option<L> {
    fn captured(&self) -> CapturedValue<'static> {
        self.as_ref().map_or_else(CapturedValue::null, Lock::captured)
    }
}

macro_rules! forwarded {
    ($($pointer:ty),*) => {$(
        impl<L: Lock + ?Sized> Lock for $pointer {
            fn captured(&self) -> CapturedValue<'static> {
                (**self).captured()
            }
        }
    )*};
}

forwarded!(&L, &mut L, Box<L>, Rc<L>, Arc<L>);
