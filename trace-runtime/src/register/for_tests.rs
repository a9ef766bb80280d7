//! The registration that records tests while the program has none.
//!
//! It has no destination and no threads. Once a test has begun to record, it stays active, except
//! while a registration of the program is.

use super::active::Active;
use super::builder::register;
use super::current;
use super::provider::provider;
use super::settings::{PropagationSettings, Settings};
use crate::capture;
use crate::config::Environment;
use crate::delivery::{DeliveryProcessor, Diagnostics};
use crate::panic;
use opentelemetry_sdk::trace::SdkTracerProvider;
use std::sync::{Arc, OnceLock};

static BASE: OnceLock<Option<Base>> = OnceLock::new();

/// The registration and its provider.
#[derive(Debug)]
pub(super) struct Base {
    pub(super) active: Arc<Active>,
    pub(super) provider: SdkTracerProvider,
}

/// Returns the registration, if a test has begun to record.
pub(super) fn base() -> Option<&'static Base> {
    BASE.get()?.as_ref()
}

/// Activates the registration, unless the program has one.
pub(crate) fn install() {
    if let Some(base) = BASE.get_or_init(Base::new) {
        current::activate_if_none(&base.active, &base.provider);
    }
}

impl Base {
    /// Creates the registration with the default settings. The environment of the process does not
    /// count, so that a test has the same result on every machine.
    fn new() -> Option<Self> {
        let (builder, environment) = (register(), Environment::default());
        let propagation = PropagationSettings::resolve(&builder, &environment).ok()?;
        let settings = Settings::resolve(&builder, &environment).ok()??;
        let diagnostics = Arc::new(Diagnostics::new(None));
        let processor = DeliveryProcessor::idle(Arc::clone(&diagnostics));
        let provider = provider(&settings, processor.clone());
        let stages = &settings.delivery.stages;
        let own = Some((settings.sampling, processor));
        let active = Arc::new(Active::new(&provider, stages, own, None, diagnostics, propagation));
        capture::set_value_limit(stages.limits().value_bytes, true);
        panic::install_hook();
        Some(Base { active, provider })
    }
}
