//! The builder of a registration.
//!
//! It only stores the settings that code gives, and imports nothing else of `register`. `settings`
//! combines them with the environment, and `provider` and `registration` add the methods that end
//! the chain: `processor`, `replay` and `install`.

mod backend;
mod conflict;
mod content;
mod delivery;
mod destination;
mod propagation;

pub use backend::Backend;
pub(in crate::register) use backend::Vendor;

use crate::delivery::{DiagnosticCallback, FileSettings, GivenExporter, Protocol};
use crate::mask::Mask;
use opentelemetry_sdk::trace::SdkTracerProvider;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

/// Starts a registration; [`Builder::install`] completes it.
///
/// Every setting has a default and most can come from the environment; see the [table of
/// environment variables](crate#environment).
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

/// The builder of a [`Registration`](crate::Registration), returned by [`register`].
///
/// A setting in code takes precedence over the environment. Settings are checked by
/// [`install`](Builder::install), which returns an error for the first one that is invalid.
///
/// ```no_run
/// use std::time::Duration;
/// use trace_runtime::{register, mask::Mask};
///
/// let registration = register()
///     .project_name("support")
///     .endpoint("https://collector.example.com")
///     .api_key("..")
///     .mask(Mask::new().hide_inputs(true))
///     .spool("traces")
///     .shutdown_timeout(Duration::from_secs(10))
///     .install()?;
/// # Ok::<(), trace_runtime::RegisterError>(())
/// ```
#[must_use = "nothing is registered before `install()`"]
#[expect(clippy::struct_excessive_bools, reason = "each is a separate setting")]
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
    pub(in crate::register) describes_process: bool,
    pub(in crate::register) sample_ratio: Option<f64>,
    pub(in crate::register) gen_ai: Option<bool>,
    pub(in crate::register) prices: Option<PathBuf>,
    /// `None` follows `set_global_tracer_provider`.
    pub(in crate::register) propagators: Option<bool>,
    pub(in crate::register) parent_from_environment: bool,
    pub(in crate::register) ignore_remote_parent: bool,
    pub(in crate::register) session_from_baggage: bool,
    pub(in crate::register) propagated_hosts: Vec<String>,
    pub(in crate::register) exporters: Vec<GivenExporter>,
    pub(in crate::register) backends: Vec<Backend>,
    /// Files of JSON lines, and pages.
    pub(in crate::register) files: Vec<FileSettings>,
    /// The arguments of a call of `file_rotation` before any `file` or `html`. `install` reports it
    /// as an error.
    pub(in crate::register) pending_rotation: Option<(u64, u32)>,
    pub(in crate::register) queue_bytes: Option<usize>,
    pub(in crate::register) spool: Option<PathBuf>,
    pub(in crate::register) spool_bytes: Option<usize>,
    pub(in crate::register) durable: bool,
    pub(in crate::register) provider: Option<SdkTracerProvider>,
    pub(in crate::register) mask: Option<Mask>,
    pub(in crate::register) on_diagnostic: Option<DiagnosticCallback>,
    pub(in crate::register) shutdown_timeout: Duration,
    pub(in crate::register) feedback_wait: Option<Duration>,
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
            describes_process: false,
            sample_ratio: None,
            gen_ai: None,
            prices: None,
            propagators: None,
            parent_from_environment: false,
            ignore_remote_parent: false,
            session_from_baggage: false,
            propagated_hosts: Vec::new(),
            exporters: Vec::new(),
            backends: Vec::new(),
            files: Vec::new(),
            pending_rotation: None,
            queue_bytes: None,
            spool: None,
            spool_bytes: None,
            durable: false,
            provider: None,
            mask: None,
            on_diagnostic: None,
            shutdown_timeout: Duration::from_secs(5),
            feedback_wait: None,
        }
    }
}

impl Builder {
    /// Makes the provider of this registration the global one of `opentelemetry::global`
    /// (default: true), so that spans of other instrumentation join the same traces.
    ///
    /// ```no_run
    /// let _registration = trace_runtime::register().set_global_tracer_provider(false).install()?;
    /// # Ok::<(), trace_runtime::RegisterError>(())
    /// ```
    pub fn set_global_tracer_provider(mut self, set: bool) -> Self {
        self.set_global_tracer_provider = set;
        self
    }

    /// Prints the project and all destinations on stderr when [`install`](Self::install) succeeds
    /// (default: true).
    ///
    /// ```no_run
    /// let _registration = trace_runtime::register().verbose(false).install()?;
    /// # Ok::<(), trace_runtime::RegisterError>(())
    /// ```
    pub fn verbose(mut self, verbose: bool) -> Self {
        self.verbose = verbose;
        self
    }
}

/// Prints settings that cannot contain a secret: no header, no key, no URL.
impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
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
