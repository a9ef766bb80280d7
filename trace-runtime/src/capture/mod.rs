//! Values as text, without any bound on their type.

mod bounded;
mod captured;
mod finite;
mod input;
mod joined;
mod plain;
mod probe;
mod type_name;

pub use captured::CapturedValue;
pub(crate) use input::{argument_as_input, arguments_as_input};
pub(crate) use joined::Joined;
pub use probe::{Capture, Probe};
pub(crate) use type_name::without_paths;

use bounded::Bounded;
use std::fmt::Write;
use std::sync::atomic::{AtomicUsize, Ordering};

static VALUE_LIMIT: AtomicUsize = AtomicUsize::new(1 << 20);

/// Sets how many bytes of a value are captured.
pub(crate) fn set_value_limit(bytes: usize) {
    VALUE_LIMIT.store(bytes, Ordering::Relaxed);
}

fn value_limit() -> usize {
    VALUE_LIMIT.load(Ordering::Relaxed)
}

/// `text` without NUL bytes and within `limit` bytes, with a marker where something is missing.
pub(crate) fn cut(text: &str, limit: usize) -> String {
    let mut bounded = Bounded::new(limit);
    let _ = bounded.write_str(text);
    bounded.finish().0
}
