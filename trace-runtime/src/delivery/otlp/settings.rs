//! The settings of an OTLP backend.

use super::endpoint::Endpoint;
use super::headers::Headers;
use crate::config::Setting;
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
    /// True for a backend given to `also(..)`, which reads no environment variable.
    pub(crate) is_additional: bool,
}
