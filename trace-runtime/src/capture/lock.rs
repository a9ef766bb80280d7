//! Captures values in a lock without waiting for the lock.
//!
//! `Serialize` of a `Mutex` or `RwLock` waits until the lock is free. The caller of a traced
//! function may hold it, so the call would never begin. A lock that is an argument is tried. One inside
//! another value cannot be, since serde shows only its type, and is replaced by a note. `Debug` of
//! these types does not wait; it serves values that have no `Serialize`.

use super::captured::CapturedValue;
use serde::Serialize;
use std::any::type_name;
use std::rc::Rc;
use std::sync::{Arc, Mutex, RwLock, TryLockError};

/// The text of a value whose lock is held.
const LOCKED: &str = "<locked>";

/// The text of a lock inside another value, held or not.
pub(super) const LOCK: &str = "<lock>";

/// Returns true for the locks of the standard library and of `parking_lot`, and for pointers to them,
/// whose `Serialize` is that of the lock.
#[inline]
pub(super) fn is_lock<T: ?Sized>() -> bool {
    // Both are constants for each type, and most types end here.
    let name = type_name::<T>();
    name.ends_with('>') && is_name_of_lock(name)
}

fn is_name_of_lock(mut name: &str) -> bool {
    const POINTERS: [&str; 5] =
        ["&", "mut ", "alloc::boxed::Box<", "alloc::rc::Rc<", "alloc::sync::Arc<"];
    while let Some(pointee) = POINTERS.iter().find_map(|pointer| name.strip_prefix(pointer)) {
        name = pointee;
    }
    let path = name.split('<').next().unwrap_or_default();
    let is_of_lock_crate = path.starts_with("std::sync::") || path.starts_with("lock_api::");
    is_of_lock_crate && (path.ends_with("::Mutex") || path.ends_with("::RwLock"))
}

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

#[cfg(test)]
mod tests {
    use super::is_lock;
    use std::cell::RefCell;
    use std::rc::Rc;
    use std::sync::{Arc, Mutex, RwLock};

    #[test]
    fn is_lock_of_a_lock_or_a_pointer_to_one_is_true() {
        assert!(is_lock::<Mutex<u8>>() && is_lock::<RwLock<Vec<u8>>>());
        assert!(is_lock::<&mut Mutex<u8>>() && is_lock::<Arc<Rc<Box<RwLock<u8>>>>>());
    }

    #[test]
    fn is_lock_of_another_value_is_false() {
        // The elements of a list or an option are looked at one by one.
        assert!(!is_lock::<Option<Mutex<u8>>>() && !is_lock::<Vec<RwLock<u8>>>());
        assert!(!is_lock::<String>() && !is_lock::<RefCell<u8>>() && !is_lock::<Arc<Vec<u8>>>());
    }
}
