//! The settings of an OTLP backend.

use super::endpoint::Endpoint;
use super::headers::Headers;
use crate::config::Setting;
use crate::enrich::Additions;
use std::time::Duration;

/// The address of an OTLP backend, and the parameters of a request.
#[derive(Clone, Debug)]
pub(crate) struct OtlpSettings {
    pub(crate) endpoint: Endpoint,
    pub(crate) headers: Headers,
    /// The time limit of one attempt.
    pub(crate) timeout: Duration,
    pub(crate) gzip: bool,
    /// A PEM file of the authorities to trust instead of the public ones.
    pub(crate) certificate: Option<(Setting, String)>,
    /// `None` for the collector of `endpoint(..)` or of the environment.
    pub(crate) backend: Option<NamedBackend>,
    /// The attributes that only this backend needs.
    pub(crate) additions: Additions,
}

/// The words for a backend that `backend(..)` or `TRACE_BACKENDS` names.
#[derive(Clone, Debug)]
pub(crate) struct NamedBackend {
    /// Its name, such as `Langfuse`.
    pub(crate) title: &'static str,
    /// The constructor as code writes it.
    pub(crate) constructor: &'static str,
    /// The variables that contain its credential; none for a backend that reads no variable.
    pub(crate) keys: &'static [&'static str],
    /// The page of its user interface, if the address is known.
    pub(crate) page: Option<String>,
}

impl OtlpSettings {
    /// Returns name and address for messages, without the query, which may contain a key.
    pub(crate) fn shown(&self) -> String {
        let title = self.backend.as_ref().map_or("the collector", |backend| backend.title);
        format!("{title} at {}", self.endpoint.shown())
    }
}
