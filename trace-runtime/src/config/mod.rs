//! Reading of environment variables, and the errors of invalid settings.
//!
//! This module knows the formats, not the settings. Each setting is resolved where it belongs
//! (`register::settings`, `mask::settings`), with the same precedence everywhere: a call in code,
//! then the variable of this crate or of Phoenix, then the variables of OpenTelemetry from the
//! specific to the general, then the default. A value that cannot be parsed is an error, never
//! ignored; an empty variable counts as unset.

mod environment;
mod error;

pub(crate) use environment::{Environment, require_bytes};
pub use error::{RegisterError, Setting};
