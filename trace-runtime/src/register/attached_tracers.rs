//! The tracers of a provider that the application has built and attached.

use crate::span::{CallSite, instrumentation_scope};
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_sdk::trace::{SdkTracer, SdkTracerProvider};
use std::collections::HashMap;

/// An attached provider with one tracer for each instrumented crate.
#[derive(Debug)]
pub(super) struct AttachedTracers {
    provider: SdkTracerProvider,
    /// By name and version of the crate.
    by_crate: HashMap<(&'static str, Option<&'static str>), SdkTracer>,
}

impl AttachedTracers {
    pub(super) fn new(provider: SdkTracerProvider) -> Self {
        AttachedTracers { provider, by_crate: HashMap::new() }
    }

    /// Returns the tracer for the crate of the call site.
    pub(super) fn tracer(&mut self, site: &CallSite) -> SdkTracer {
        let make = || self.provider.tracer_with_scope(instrumentation_scope(site));
        self.by_crate.entry((site.crate_name, site.crate_version)).or_insert_with(make).clone()
    }
}
