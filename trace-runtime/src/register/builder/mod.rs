//! What can be said in code before `install`.

mod conflict;
mod content;
mod delivery;
mod destination;

use super::provider;
use super::registration::Registration;
use super::settings::{FileSettings, Protocol};
use crate::config::{Environment, RegisterError};
use crate::delivery::{Deliver, DeliveryProcessor, DiagnosticCallback};
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
    pub(in crate::register) exporters: Vec<Box<dyn Deliver>>,
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

    /// Reads the environment, starts the export and switches the macros on.
    ///
    /// Keep the [`Registration`]: dropping it flushes and switches off again. With
    /// `OTEL_SDK_DISABLED=true`, or with no destination left, it does nothing at all.
    ///
    /// # Errors
    ///
    /// A setting that cannot be read or contradicts another, a feature that this build lacks, or
    /// another registration that is still active.
    pub fn install(self) -> Result<Registration, RegisterError> {
        Registration::install(self, &Environment::of_process())
    }

    /// Starts the export alone, as a span processor for a provider of your own. The macros are not
    /// switched on, and resource and sampler are that provider's.
    ///
    /// # Errors
    ///
    /// As [`install`](Self::install), but other registrations do not matter. With
    /// `OTEL_SDK_DISABLED=true`, or with no destination left, the processor does nothing.
    pub fn processor(self) -> Result<DeliveryProcessor, RegisterError> {
        provider::processor(self, &Environment::of_process())
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
