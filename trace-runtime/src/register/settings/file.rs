//! Where spans are written as JSON lines.

use crate::config::{RegisterError, Setting};
use crate::register::builder::Builder;
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

    /// The files of a builder.
    pub(super) fn resolve(builder: &Builder) -> Result<Vec<Self>, RegisterError> {
        match builder.rotation_of_no_file {
            None => Ok(builder.files.clone()),
            Some((bytes, kept)) => Err(Setting::Method("file_rotation").invalid(
                &format!("{bytes}, {kept}"),
                "a file that was given before it: call `file(..)` first",
            )),
        }
    }
}
