//! What can be said in code before `install`.

mod conflict;
mod content;
mod delivery;
mod destination;

use crate::delivery::{DiagnosticCallback, Exporter, FileSettings, Protocol};
use crate::mask::Mask;
use opentelemetry_sdk::trace::SdkTracerProvider;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

/// Begins a registration; [`Builder::install`] ends it.
///
/// Everything has a default and can come from the environment; see the [table of environment
/// variables](crate#environment).
///
/// ```no_run
/// # fn main() -> Result<(), trace_runtime::RegisterError> {
/// let _registration = trace_runtime::register().project_name("hinbox").install()?;
/// # Ok(())
/// # }
/// ```
pub fn register() -> Builder {
    Builder::default()
}

/// The settings of a registration, made by [`register`].
///
/// Code wins over the environment. Nothing is checked before [`install`](Builder::install), which
/// reports the first setting that cannot be read.
#[must_use = "nothing is registered before `install()`"]
#[expect(clippy::struct_excessive_bools, reason = "each is a setting of its own")]
pub struct Builder {
    pub(in crate::register) project_name: Option<String>,
    pub(in crate::register) service_name: Option<String>,
    pub(in crate::register) endpoint: Option<String>,
    pub(in crate::register) protocol: Option<Protocol>,
    pub(in crate::register) headers: Vec<(String, String)>,
    pub(in crate::register) api_key: Option<String>,
    pub(in crate::register) batch: bool,
    pub(in crate::register) set_global_tracer_provider: bool,
    pub(in crate::register) verbose: bool,
    pub(in crate::register) console: bool,
    pub(in crate::register) resource_attributes: Vec<(String, String)>,
    pub(in crate::register) sample_ratio: Option<f64>,
    pub(in crate::register) gen_ai: Option<bool>,
    pub(in crate::register) exporters: Vec<Box<dyn Exporter>>,
    pub(in crate::register) others: Vec<Builder>,
    pub(in crate::register) files: Vec<FileSettings>,
    /// What was given with `file_rotation` before there was a file.
    pub(in crate::register) rotation_of_no_file: Option<(u64, u32)>,
    pub(in crate::register) queue_bytes: Option<usize>,
    pub(in crate::register) spool: Option<PathBuf>,
    pub(in crate::register) spool_bytes: Option<usize>,
    pub(in crate::register) durable: bool,
    pub(in crate::register) provider: Option<SdkTracerProvider>,
    pub(in crate::register) mask: Option<Mask>,
    pub(in crate::register) on_diagnostic: Option<DiagnosticCallback>,
    pub(in crate::register) shutdown_timeout: Duration,
}

impl Default for Builder {
    fn default() -> Self {
        Builder {
            project_name: None,
            service_name: None,
            endpoint: None,
            protocol: None,
            headers: Vec::new(),
            api_key: None,
            batch: true,
            set_global_tracer_provider: true,
            verbose: true,
            console: false,
            resource_attributes: Vec::new(),
            sample_ratio: None,
            gen_ai: None,
            exporters: Vec::new(),
            others: Vec::new(),
            files: Vec::new(),
            rotation_of_no_file: None,
            queue_bytes: None,
            spool: None,
            spool_bytes: None,
            durable: false,
            provider: None,
            mask: None,
            on_diagnostic: None,
            shutdown_timeout: Duration::from_secs(5),
        }
    }
}

impl Builder {
    /// Whether `opentelemetry::global` gets this registration's provider (default: true), so that
    /// other instrumentation joins the same traces.
    pub fn set_global_tracer_provider(mut self, set: bool) -> Self {
        self.set_global_tracer_provider = set;
        self
    }

    /// Whether `install` says on stderr where the traces go, each destination in the same form
    /// (default: true).
    pub fn verbose(mut self, verbose: bool) -> Self {
        self.verbose = verbose;
        self
    }
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Header values and keys are secrets.
        f.debug_struct("Builder")
            .field("project_name", &self.project_name)
            .field("service_name", &self.service_name)
            .field("protocol", &self.protocol)
            .field("batch", &self.batch)
            .field("sample_ratio", &self.sample_ratio)
            .field("shutdown_timeout", &self.shutdown_timeout)
            .finish_non_exhaustive()
    }
}
