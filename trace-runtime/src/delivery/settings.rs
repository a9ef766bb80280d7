//! The settings of delivery, resolved: nothing below here reads the environment.

use super::otlp::{Endpoint, Headers};
use crate::config::Setting;
use crate::enrich::Stages;
use std::path::PathBuf;
use std::time::Duration;

/// The settings that all destinations of a registration share.
#[derive(Clone, Debug)]
pub(crate) struct DeliverySettings {
    pub(crate) batch: BatchSettings,
    /// `None` if nothing is written to disk.
    pub(crate) spool: Option<SpoolSettings>,
    pub(crate) stages: Stages,
    /// The time that a flush or a shutdown may take.
    pub(crate) timeout: Duration,
}

/// The longest timeout: longer than any program waits, and short enough to be added to the current
/// time on every platform.
pub(crate) const MAX_TIMEOUT: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// How to reach an OTLP backend.
#[derive(Clone, Debug)]
pub(crate) struct OtlpSettings {
    pub(crate) endpoint: Endpoint,
    pub(crate) headers: Headers,
    /// How long one try may take.
    pub(crate) timeout: Duration,
    pub(crate) gzip: bool,
    /// A PEM file of the authorities to trust instead of the public ones.
    pub(crate) certificate: Option<(Setting, String)>,
    /// Whether it is given with `also(..)`, which takes nothing from the environment.
    pub(crate) is_another: bool,
}

/// How spans are grouped before they are exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BatchSettings {
    /// How much memory the spans of a destination may take.
    pub(crate) queue_bytes: usize,
    /// How many spans may wait; `None` if only their bytes count.
    pub(crate) queue_spans: Option<usize>,
    pub(crate) batch_spans: usize,
    pub(crate) batch_bytes: usize,
    pub(crate) delay: Duration,
}

/// Where batches are kept that cannot be delivered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SpoolSettings {
    pub(crate) path: PathBuf,
    pub(crate) setting: Setting,
    pub(crate) bytes: u64,
    /// Whether everything is written, not only what cannot be delivered.
    pub(crate) is_durable: bool,
}

/// A file and its rotation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FileSettings {
    pub(crate) path: PathBuf,
    /// How long a file may become.
    pub(crate) bytes: u64,
    /// How many full files are kept.
    pub(crate) kept: u32,
}

impl FileSettings {
    /// With the rotation that the file exporter of the OpenTelemetry Collector has.
    pub(crate) fn new(path: PathBuf) -> Self {
        FileSettings { path, bytes: 100 << 20, kept: 100 }
    }
}
