//! The settings of delivery. They are resolved: nothing in this room reads the environment.

use crate::config::{RegisterError, Setting};
use crate::enrich::Stages;
use std::path::PathBuf;
use std::time::Duration;

/// The settings that all destinations of a registration share.
#[derive(Clone, Debug)]
pub(crate) struct DeliverySettings {
    pub(crate) batch: BatchSettings,
    /// `None` without a spool.
    pub(crate) spool: Option<SpoolSettings>,
    pub(crate) stages: Stages,
    /// The time limit of a flush or a shutdown.
    pub(crate) timeout: Duration,
}

/// The longest timeout: longer than any program waits, and short enough to be added to the current
/// time on every platform.
pub(crate) const MAX_TIMEOUT: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// The bounds of a queue and of its batches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BatchSettings {
    /// The memory that the spans of a destination may take.
    pub(crate) queue_bytes: usize,
    /// The number of spans that may wait, or `None` if only their bytes count.
    pub(crate) queue_spans: Option<usize>,
    /// The number of spans that completes a batch, as `batch_bytes` (an estimate) does.
    pub(crate) batch_spans: usize,
    pub(crate) batch_bytes: usize,
    /// The time that a span waits for its batch to fill.
    pub(crate) delay: Duration,
}

/// The spool, for batches that cannot be delivered at the moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SpoolSettings {
    pub(crate) path: PathBuf,
    /// The setting that named the path, for errors.
    pub(crate) setting: Setting,
    /// The bytes that the spool of one backend may take.
    pub(crate) bytes: u64,
    /// True if every batch is stored before it is sent, so that a kill loses none.
    pub(crate) is_durable: bool,
}

/// The content of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FileFormat {
    /// OTLP JSON, one request on each line.
    JsonLines,
    /// An HTML document that shows its spans.
    Page,
}

/// A file and its rotation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FileSettings {
    pub(crate) format: FileFormat,
    pub(crate) path: PathBuf,
    /// The setting that named the path, for errors.
    pub(crate) setting: Setting,
    /// The length at which a file is rotated.
    pub(crate) bytes: u64,
    /// The number of full files that are kept.
    pub(crate) kept: u32,
}

impl FileSettings {
    /// Sets the rotation that the OpenTelemetry Collector documents for its file exporter: 100 MiB
    /// and 100 files.
    pub(crate) fn new(format: FileFormat, path: PathBuf, setting: Setting) -> Self {
        FileSettings { format, path, setting, bytes: 100 << 20, kept: 100 }
    }

    /// Returns an error if the format needs a feature that is not enabled.
    pub(crate) fn require_feature(&self) -> Result<(), RegisterError> {
        let (what, feature, is_enabled) = match self.format {
            FileFormat::JsonLines => ("support for JSON lines", "file", cfg!(feature = "file")),
            FileFormat::Page => ("the page of traces", "html", cfg!(feature = "html")),
        };
        let setting = self.setting;
        if is_enabled {
            Ok(())
        } else {
            Err(RegisterError::MissingFeature { setting, what, feature })
        }
    }
}
