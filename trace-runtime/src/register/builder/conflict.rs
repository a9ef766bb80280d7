//! Settings that exclude each other.

use super::Builder;
use crate::register::error::{RegisterError, Setting};

impl Builder {
    /// An attached provider brings its own resource, sampler and exporters.
    pub(in crate::register) fn require_no_conflict(&self) -> Result<(), RegisterError> {
        let given = [
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
        ];
        match given.iter().find(|(_, given)| *given) {
            Some((method, _)) if self.provider.is_some() => Err(RegisterError::Conflict {
                first: Setting::Method("provider"),
                second: Setting::Method(method),
                advice: "an attached provider keeps its own resource, sampler and exporters, \
                         set them there",
            }),
            _ => Ok(()),
        }
    }
}
