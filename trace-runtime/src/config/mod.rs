//! Environment variables, and the errors of settings.

mod environment;
mod error;

pub(crate) use environment::{Environment, require_bytes};
pub use error::{RegisterError, Setting};
