//! Panics: seen on their way through a span, contained in what instrumentation calls.

use std::any::Any;
use std::cell::RefCell;
use std::panic::{self, AssertUnwindSafe, catch_unwind};
use std::sync::Once;
use std::thread;

thread_local! {
    /// What this thread's last panic said, and where it was.
    static LAST: RefCell<Option<(String, String)>> = const { RefCell::new(None) };
}

/// Puts a hook in front of the program's own that keeps the place of a panic, which its payload
/// does not say.
pub(crate) fn install_hook() {
    static INSTALLED: Once = Once::new();
    if thread::panicking() {
        // The hook cannot be changed now; places are missing until the next registration.
        return;
    }
    INSTALLED.call_once(|| {
        let next = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            let location = info.location().map(ToString::to_string);
            let panic = location.map(|location| (message(info.payload()), location));
            // A thread that is ending has no locals any more.
            let _ = LAST.try_with(|last| last.replace(panic));
            next(info);
        }));
    });
}

/// The place of a panic with this message, if it was this thread's last. A payload may come from
/// another thread, whose place is not known here.
pub(super) fn location(message: &str) -> Option<String> {
    let last = LAST.try_with(|last| last.borrow().clone()).ok().flatten();
    last.filter(|(said, _)| said == message).map(|(_, location)| location)
}

/// Runs code that is not ours, and keeps its panic from the caller.
pub(crate) fn contained<T>(code: impl FnOnce() -> T) -> Result<T, Box<dyn Any + Send>> {
    catch_unwind(AssertUnwindSafe(code))
}

/// What a panic said.
pub(crate) fn message(payload: &dyn Any) -> String {
    if let Some(message) = payload.downcast_ref::<&str>() {
        (*message).to_owned()
    } else if let Some(message) = payload.downcast_ref::<String>() {
        message.clone()
    } else {
        "panicked with a value that is not text".to_owned()
    }
}
