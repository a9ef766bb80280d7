//! Values as text, without any bound on their type.

mod arguments;
mod bounded;
mod captured;
mod json;
mod limit;
mod plain;
mod probe;
mod stream;
mod type_name;

pub(crate) use arguments::arguments_as_input;
pub(crate) use bounded::is_cut;
pub use captured::CapturedValue;
pub(crate) use limit::{capturing, set_value_limit};
pub use probe::{Capture, Probe};
pub(crate) use stream::Joined;
pub(crate) use type_name::without_paths;

use bounded::Bounded;
use std::fmt::Write;

/// `text` without NUL bytes and within `limit` bytes, with a marker where something is missing.
pub(crate) fn cut(text: &str, limit: usize) -> String {
    let mut bounded = Bounded::new(limit);
    let _ = bounded.write_str(text);
    bounded.finish().0
}
