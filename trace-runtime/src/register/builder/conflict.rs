//! Checks for methods that exclude each other.

use super::Builder;
use crate::config::{RegisterError, Setting};
use crate::delivery::FileFormat;

impl Builder {
    /// Returns an error if a method has no effect in this combination: an attached provider brings
    /// its own resource, sampler and exporters, and a backend its own headers. An ignored
    /// `mask(..)` would be worse than an error.
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
        let replaces_collector = !self.backends.is_empty() && self.endpoint.is_none();
        let of_collector = ["protocol", "header", "api_key"];
        let ignored = || self.called_methods().find(|method| of_collector.contains(method));
        match replaces_collector.then(ignored).flatten() {
            Some(method) => Err(conflict(
                "backend",
                method,
                "it applies to the backend of `endpoint(..)`, which is not called; call it on the \
                 `Backend` that needs it",
            )),
            None => Ok(()),
        }
    }

    /// Returns true if code names a file of this format.
    pub(in crate::register) fn writes(&self, format: FileFormat) -> bool {
        self.files.iter().any(|file| file.format == format)
    }

    /// Returns the names of the methods that were called, among those that can be in conflict.
    fn called_methods(&self) -> impl Iterator<Item = &'static str> {
        let methods = [
            ("endpoint", self.endpoint.is_some()),
            ("protocol", self.protocol.is_some()),
            ("header", !self.headers.is_empty()),
            ("api_key", self.api_key.is_some()),
            ("exporter", !self.exporters.is_empty()),
            ("backend", !self.backends.is_empty()),
            ("file", self.writes(FileFormat::JsonLines)),
            ("html", self.writes(FileFormat::Page)),
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
            ("prices", self.prices.is_some()),
        ];
        methods.into_iter().filter_map(|(method, is_called)| is_called.then_some(method))
    }
}

fn conflict(first: &'static str, second: &'static str, advice: &'static str) -> RegisterError {
    RegisterError::Conflict {
        first: Setting::Method(first),
        second: Setting::Method(second),
        advice,
    }
}
