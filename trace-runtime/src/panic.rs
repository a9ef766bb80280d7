//! Catches panics, and returns their message and location.
//!
//! Instrumentation calls code of the application: `Serialize` and `Debug` implementations, masks,
//! exporters, callbacks. A panic there must not change the result of a traced call, so each such
//! call goes through [`catch`]. The traced function itself also runs inside it, but its panic
//! is recorded and then resumed (`docs/decisions/0003`).

use std::any::Any;
use std::cell::RefCell;
use std::panic::{self, AssertUnwindSafe, catch_unwind};
use std::sync::Once;
use std::thread;

thread_local! {
    /// The last panic on this thread. The hook is the only place that knows the location;
    /// `catch_unwind` returns on the same thread, without it.
    static LAST_PANIC: RefCell<Option<LastPanic>> = const { RefCell::new(None) };
}

/// A panic that the hook has seen. Messages may be of any length, so only the beginning is kept,
/// with the length, to recognize the message again.
struct LastPanic {
    beginning: String,
    length: usize,
    location: String,
}

/// The number of bytes of a message that are kept.
const KEPT_BYTES: usize = 1 << 10;

/// Installs a panic hook that remembers the location of each panic, and then calls the hook that
/// the program had before. The payload that `catch_unwind` returns does not contain the location.
pub(crate) fn install_hook() {
    static INSTALLED: Once = Once::new();
    if thread::panicking() {
        // `take_hook` panics on a thread that is panicking. Locations are missing until the next
        // registration.
        return;
    }
    INSTALLED.call_once(|| {
        let next = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            let location = info.location().map(ToString::to_string);
            let message = message(info.payload());
            let beginning = beginning(message, KEPT_BYTES).to_owned();
            let panic =
                location.map(|location| LastPanic { beginning, length: message.len(), location });
            // Fails on a thread whose thread-locals are already destroyed.
            let _ = LAST_PANIC.try_with(|last| last.replace(panic));
            next(info);
        }));
    });
}

/// Returns the location (`file:line:column`) of the last panic on this thread, if it had this
/// message. The payload may be that of a panic on another thread, passed on by `join`. Its location
/// is unknown on this thread, and the location of an unrelated panic would be wrong.
pub(crate) fn location(message: &str) -> Option<String> {
    let read = |last: &RefCell<Option<LastPanic>>| {
        let last = last.borrow();
        let last = last.as_ref().filter(|last| {
            last.length == message.len() && message.starts_with(last.beginning.as_str())
        });
        last.map(|last| last.location.clone())
    };
    LAST_PANIC.try_with(read).ok().flatten()
}

/// Returns the beginning of the message of the last panic on this thread, for code that unwinds and
/// has no payload.
pub(crate) fn last_message() -> Option<String> {
    let read = |last: &RefCell<Option<LastPanic>>| {
        last.borrow().as_ref().map(|last| last.beginning.clone())
    };
    LAST_PANIC.try_with(read).ok().flatten()
}

/// Calls code of the application and catches its panic.
///
/// [`AssertUnwindSafe`] is correct for the callers: after a panic they drop the value that the code
/// was working on, or use only the parts that were complete before.
pub(crate) fn catch<T>(code: impl FnOnce() -> T) -> Result<T, Box<dyn Any + Send>> {
    catch_unwind(AssertUnwindSafe(code))
}

/// Returns the message of a panic. `panic!` with a literal has a `&str` payload, with arguments a
/// `String`; `panic_any` may have any type.
pub(crate) fn message(payload: &dyn Any) -> &str {
    if let Some(message) = payload.downcast_ref::<&'static str>() {
        message
    } else if let Some(message) = payload.downcast_ref::<String>() {
        message
    } else {
        "panicked with a value that is not text"
    }
}

/// Returns the beginning of the message of a panic, for a report.
pub(crate) fn short_message(payload: &dyn Any) -> &str {
    beginning(message(payload), KEPT_BYTES)
}

/// Returns the first bytes of a text, at most `length`, and only whole characters.
fn beginning(text: &str, length: usize) -> &str {
    let end = (0..=length.min(text.len())).rev().find(|end| text.is_char_boundary(*end));
    &text[..end.unwrap_or(0)]
}
