//! The settings of an OTLP backend.

use super::endpoint::{Endpoint, Protocol};
use super::headers::Headers;
use super::identity::ClientIdentity;
use crate::config::{RegisterError, Setting};
use crate::enrich::Additions;
use std::time::Duration;

/// The address of an OTLP backend, and the parameters of a request.
#[derive(Clone, Debug)]
pub(crate) struct OtlpSettings {
    pub(crate) endpoint: Endpoint,
    pub(crate) headers: Headers,
    /// The time limit of one attempt.
    pub(crate) timeout: Duration,
    pub(crate) compression: Compression,
    /// A PEM file of the authorities to trust instead of the public ones.
    pub(crate) certificate: Option<(Setting, String)>,
    /// The certificate that the client presents.
    pub(crate) identity: Option<ClientIdentity>,
    /// `None` for the collector of `endpoint(..)` or of the environment.
    pub(crate) backend: Option<NamedBackend>,
    /// The attributes that only this backend needs.
    pub(crate) additions: Additions,
}

/// The compression of requests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Compression {
    #[default]
    None,
    Gzip,
    /// With the setting that names it, for the error without the official exporter.
    Zstd(Setting),
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
    /// Returns true if only the official exporter serves these settings, because our clients speak
    /// no JSON, no zstd, and present no certificate.
    ///
    /// # Errors
    ///
    /// Returns an error that names the feature if the exporter is not part of this build. Sending
    /// without a certificate that is configured would only fail later, and less clearly.
    pub(crate) fn needs_official_exporter(&self) -> Result<bool, RegisterError> {
        let (setting, what) = if let Some(identity) = &self.identity {
            (identity.certificate.0, "a client that presents certificates")
        } else if self.endpoint.protocol == Protocol::HttpJson {
            (self.endpoint.protocol_setting, "OTLP in JSON")
        } else if let Compression::Zstd(setting) = self.compression {
            (setting, "compression with zstd")
        } else {
            return Ok(false);
        };
        if cfg!(feature = "opentelemetry-otlp") {
            return Ok(true);
        }
        Err(RegisterError::MissingFeature { setting, what, feature: "opentelemetry-otlp" })
    }

    /// Returns the URL without the parts that may be a key, and before it the name of a backend that
    /// has one.
    pub(super) fn address(&self) -> String {
        match &self.backend {
            Some(backend) if !backend.keys.is_empty() => self.shown(),
            _ => self.endpoint.shown(),
        }
    }

    /// Returns name and address for messages, without the query, which may contain a key.
    pub(crate) fn shown(&self) -> String {
        let title = self.backend.as_ref().map_or("the collector", |backend| backend.title);
        format!("{title} at {}", self.endpoint.shown())
    }
}
