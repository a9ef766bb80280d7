//! Registers tracing: settings, the provider, and the guard that ends both.

mod active;
mod banner;
mod builder;
mod provider;
mod registration;
mod settings;

pub(crate) use active::{Active, ActiveHere, active, is_enabled};
pub use builder::{Builder, register};
pub use registration::{FlushError, Registration};
pub(crate) use settings::Sampling;
