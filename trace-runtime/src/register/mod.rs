//! Registers tracing: the builder, its settings, the provider, and the guard that ends all of it.
//!
//! Imports go one way: `registration` -> `running` -> `provider`, `banner`, `current` -> `active`
//! -> `propagator` -> `settings` -> `builder`. `at_exit` and `signals` end a registration from
//! outside.

mod active;
mod at_exit;
mod attached_tracers;
mod banner;
mod builder;
mod current;
mod feedback;
mod flush_error;
#[cfg(feature = "testing")]
mod for_tests;
mod propagator;
mod provider;
#[cfg(feature = "testing")]
mod recording_processor;
mod registration;
mod running;
mod settings;
#[cfg(all(unix, feature = "signals"))]
mod signals;
mod time_limit;

pub(crate) use active::{Active, EffectiveParent};
pub use builder::{Backend, Builder, register};
pub(crate) use current::{ActiveHandle, active, changes, is_enabled};
pub use feedback::Feedback;
pub use flush_error::FlushError;
#[cfg(feature = "testing")]
pub(crate) use for_tests::install as install_for_tests;
pub use registration::Registration;
pub(crate) use settings::Sampling;
