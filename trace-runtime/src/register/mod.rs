//! Registering: settings, pipeline, and the guard that ends it.

mod active;
mod banner;
mod builder;
mod provider;
mod registration;
mod settings;

pub(crate) use active::{Active, ActiveHere, active, is_enabled};
pub use builder::{Builder, register};
pub(crate) use registration::A_YEAR;
pub use registration::{FlushError, Registration};
pub use settings::Protocol;
pub(crate) use settings::{
    BatchSettings, FileSettings, Limits, OtlpSettings, Sampling, Settings, SpoolSettings,
};
