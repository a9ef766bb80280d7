//! Checks for methods that exclude each other.

use super::Builder;
use crate::config::{RegisterError, Setting};

/// The methods that a builder given to `also(..)` may use.
const ADDITIONAL_METHODS: [&str; 4] = ["endpoint", "protocol", "header", "api_key"];

impl Builder {
    /// Returns an error if a method has no effect in this combination: an attached provider brings
    /// its own resource, sampler and exporters, and an additional backend has only an address.
    /// An ignored `mask(..)` would be worse than an error.
    pub(in crate::register) fn require_no_conflict(&self) -> Result<(), RegisterError> {
        if self.provider.is_some()
            && let Some(method) = self.called_methods().next()
        {
            return Err(conflict(
                "provider",
                method,
                "an attached provider keeps its own resource, sampler and exporters; set them \
                 on the provider",
            ));
        }
        let mut methods_of_additional = self.additional.iter().flat_map(|builder| {
            let more = [
                ("provider", builder.provider.is_some()),
                ("on_diagnostic", builder.on_diagnostic.is_some()),
                ("propagators", builder.propagators.is_some()),
                ("parent_from_environment", builder.parent_from_environment),
                ("ignore_remote_parent", builder.ignore_remote_parent),
            ];
            builder.called_methods().chain(called(more))
        });
        match methods_of_additional.find(|method| !ADDITIONAL_METHODS.contains(method)) {
            Some(method) => Err(conflict(
                "also",
                method,
                "a builder given to `also(..)` can only set the endpoint, protocol, headers and \
                 key of its backend; call the other method on the builder that is installed",
            )),
            None => Ok(()),
        }
    }

    /// Returns the names of the methods that were called, among those that can be in conflict.
    fn called_methods(&self) -> impl Iterator<Item = &'static str> {
        called([
            ("endpoint", self.endpoint.is_some()),
            ("protocol", self.protocol.is_some()),
            ("header", !self.headers.is_empty()),
            ("api_key", self.api_key.is_some()),
            ("exporter", !self.exporters.is_empty()),
            ("also", !self.additional.is_empty()),
            ("file", !self.files.is_empty()),
            ("queue_bytes", self.queue_bytes.is_some()),
            ("spool", self.spool.is_some()),
            ("spool_bytes", self.spool_bytes.is_some()),
            ("durable", self.durable),
            ("console", self.console),
            ("mask", self.mask.is_some()),
            ("project_name", self.project_name.is_some()),
            ("service_name", self.service_name.is_some()),
            ("resource_attribute", !self.resource_attributes.is_empty()),
            ("sample_ratio", self.sample_ratio.is_some()),
            ("gen_ai", self.gen_ai.is_some()),
        ])
    }
}

/// Returns the names of the methods that are marked as called.
fn called<const N: usize>(
    methods: [(&'static str, bool); N],
) -> impl Iterator<Item = &'static str> {
    methods.into_iter().filter_map(|(method, is_called)| is_called.then_some(method))
}

fn conflict(first: &'static str, second: &'static str, advice: &'static str) -> RegisterError {
    RegisterError::Conflict {
        first: Setting::Method(first),
        second: Setting::Method(second),
        advice,
    }
}
