//! Settings that exclude each other.

use super::Builder;
use crate::config::{RegisterError, Setting};

impl Builder {
    /// An attached provider brings its own resource, sampler and exporters, and another backend
    /// says only where it is.
    pub(in crate::register) fn require_no_conflict(&self) -> Result<(), RegisterError> {
        if self.provider.is_some()
            && let Some(method) = self.given().next()
        {
            return Err(conflict(
                "provider",
                method,
                "an attached provider keeps its own resource, sampler and exporters, set them \
                 there",
            ));
        }
        let where_to = ["endpoint", "protocol", "header", "api_key"];
        let mut of_others = self.others.iter().flat_map(|other| {
            let (provider, says) = (other.provider.is_some(), other.on_diagnostic.is_some());
            other.given().chain(called([("provider", provider), ("on_diagnostic", says)]))
        });
        match of_others.find(|method| !where_to.contains(method)) {
            Some(method) => Err(conflict(
                "also",
                method,
                "the builder given to `also(..)` says where to send, with endpoint, protocol, \
                 headers and key alone: call the other on the builder that is installed",
            )),
            None => Ok(()),
        }
    }

    /// The methods that were called, of those that exclude others.
    fn given(&self) -> impl Iterator<Item = &'static str> {
        called([
            ("endpoint", self.endpoint.is_some()),
            ("protocol", self.protocol.is_some()),
            ("header", !self.headers.is_empty()),
            ("api_key", self.api_key.is_some()),
            ("exporter", !self.exporters.is_empty()),
            ("also", !self.others.is_empty()),
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
