//! Where spans are written as JSON lines.

use std::path::PathBuf;

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
