//! Captures any value as bounded text.
//!
//! No trait bound is required of a value. The compiler picks the first way that its type allows
//! (see [`Probe`]): a lock is read if it is free, and other values become plain text, JSON, `Debug`
//! text, or the name of the type.

mod arguments;
mod attribute_bound;
mod bounded;
mod captured;
mod json;
mod limit;
mod lock;
mod plain;
mod probe;
mod recursion;
mod stored;
mod stream;
mod type_name;

pub(crate) use arguments::arguments_as_input;
pub(crate) use attribute_bound::{bound_attributes, bound_value, bounded_copy};
pub(crate) use bounded::is_truncated;
pub use captured::CapturedValue;
pub(crate) use limit::{model_call_limit, set_value_limit, with_limits_for};
pub use probe::{Capture, Probe};
pub(crate) use stored::StoredValue;
pub(crate) use stream::JoinedChunks;
pub(crate) use type_name::without_paths;

use bounded::BoundedText;
use std::fmt::Write;

/// Returns `text` without NUL bytes and within `limit` bytes, with a marker in place of the rest.
pub(crate) fn truncate(text: &str, limit: usize) -> String {
    let mut bounded = BoundedText::new(limit);
    let _ = bounded.write_str(text);
    bounded.finish().0
}
