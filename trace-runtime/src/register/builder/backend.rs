//! The backends that this crate knows by name.

use crate::delivery::Protocol;
use std::fmt;

macro_rules! vendors {
    ($($(#[$doc:meta])* $vendor:ident $name:ident $text:literal,)*) => {
        /// The program or service that receives the spans of a [`Backend`].
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(in crate::register) enum Vendor {
            $($vendor,)*
            /// Any OTLP backend, by its address.
            Otlp,
        }

        impl Vendor {
            /// The vendors that have a name in `TRACE_BACKENDS`, which is that of the constructor.
            pub(in crate::register) const NAMED: &[(&str, Vendor)] =
                &[$((stringify!($name), Vendor::$vendor),)*];

            /// Returns the constructor as code writes it, for messages.
            pub(in crate::register) fn constructor(self) -> &'static str {
                match self {
                    $(Vendor::$vendor => $text,)*
                    Vendor::Otlp => "Backend::otlp(..)",
                }
            }
        }

        impl Backend {
            $($(#[$doc])*
            pub fn $name() -> Self {
                Backend::new(Vendor::$vendor)
            })*
        }
    };
}

vendors! {
    /// A Phoenix that you run, by default on this machine: `PHOENIX_COLLECTOR_ENDPOINT`,
    /// `PHOENIX_API_KEY`, `PHOENIX_CLIENT_HEADERS`.
    ///
    /// ```no_run
    /// use trace_runtime::{Backend, register};
    ///
    /// let _registration = register().backend(Backend::phoenix()).install()?;
    /// # Ok::<(), trace_runtime::RegisterError>(())
    /// ```
    Phoenix phoenix "Backend::phoenix()",
    /// Phoenix Cloud: `PHOENIX_COLLECTOR_ENDPOINT` with the address of the space, and
    /// `PHOENIX_API_KEY`, both required; `PHOENIX_CLIENT_HEADERS`.
    ///
    /// ```no_run
    /// use trace_runtime::{Backend, register};
    ///
    /// let _registration = register().backend(Backend::phoenix_cloud()).install()?;
    /// # Ok::<(), trace_runtime::RegisterError>(())
    /// ```
    PhoenixCloud phoenix_cloud "Backend::phoenix_cloud()",
    /// Arize AX: `ARIZE_SPACE_ID` and `ARIZE_API_KEY`, both required; `ARIZE_PROJECT_NAME`,
    /// `ARIZE_COLLECTOR_ENDPOINT`.
    ///
    /// ```no_run
    /// use trace_runtime::{Backend, register};
    ///
    /// let _registration = register().backend(Backend::arize()).install()?;
    /// # Ok::<(), trace_runtime::RegisterError>(())
    /// ```
    Arize arize "Backend::arize()",
    /// Langfuse: `LANGFUSE_PUBLIC_KEY` and `LANGFUSE_SECRET_KEY`, both required;
    /// `LANGFUSE_BASE_URL` (or `LANGFUSE_HOST`), `LANGFUSE_TRACING_ENVIRONMENT`,
    /// `LANGFUSE_RELEASE`.
    ///
    /// ```no_run
    /// use trace_runtime::{Backend, register};
    ///
    /// let _registration = register().backend(Backend::langfuse()).install()?;
    /// # Ok::<(), trace_runtime::RegisterError>(())
    /// ```
    Langfuse langfuse "Backend::langfuse()",
    /// Braintrust: `BRAINTRUST_API_KEY`, required; `BRAINTRUST_PARENT`, `BRAINTRUST_API_URL`.
    ///
    /// ```no_run
    /// use trace_runtime::{Backend, register};
    ///
    /// let _registration = register().backend(Backend::braintrust()).install()?;
    /// # Ok::<(), trace_runtime::RegisterError>(())
    /// ```
    Braintrust braintrust "Backend::braintrust()",
    /// LangSmith: `LANGSMITH_API_KEY`, required; `LANGSMITH_PROJECT`, `LANGSMITH_ENDPOINT`,
    /// `LANGSMITH_WORKSPACE_ID`.
    ///
    /// ```no_run
    /// use trace_runtime::{Backend, register};
    ///
    /// let _registration = register().backend(Backend::langsmith()).install()?;
    /// # Ok::<(), trace_runtime::RegisterError>(())
    /// ```
    LangSmith langsmith "Backend::langsmith()",
    /// Opik: `OPIK_API_KEY` and `OPIK_WORKSPACE`, required for the service at comet.com;
    /// `OPIK_PROJECT_NAME`, `OPIK_URL_OVERRIDE`.
    ///
    /// ```no_run
    /// use trace_runtime::{Backend, register};
    ///
    /// let _registration = register().backend(Backend::opik()).install()?;
    /// # Ok::<(), trace_runtime::RegisterError>(())
    /// ```
    Opik opik "Backend::opik()",
    /// MLflow: `MLFLOW_TRACKING_URI` and `MLFLOW_EXPERIMENT_ID`, both required;
    /// `MLFLOW_TRACKING_TOKEN`, or `MLFLOW_TRACKING_USERNAME` and `MLFLOW_TRACKING_PASSWORD`.
    ///
    /// ```no_run
    /// use trace_runtime::{Backend, register};
    ///
    /// let _registration = register().backend(Backend::mlflow()).install()?;
    /// # Ok::<(), trace_runtime::RegisterError>(())
    /// ```
    Mlflow mlflow "Backend::mlflow()",
    /// LLM Observability of Datadog, without an agent: `DD_API_KEY`, required; `DD_SITE`,
    /// `DD_LLMOBS_ML_APP`, `DD_SERVICE`, `DD_ENV`.
    ///
    /// ```no_run
    /// use trace_runtime::{Backend, register};
    ///
    /// let _registration = register().backend(Backend::datadog()).install()?;
    /// # Ok::<(), trace_runtime::RegisterError>(())
    /// ```
    Datadog datadog "Backend::datadog()",
    /// Weave of Weights & Biases: `WANDB_API_KEY` and `WANDB_ENTITY`, both required;
    /// `WANDB_PROJECT`.
    ///
    /// ```no_run
    /// use trace_runtime::{Backend, register};
    ///
    /// let _registration = register().backend(Backend::weave()).install()?;
    /// # Ok::<(), trace_runtime::RegisterError>(())
    /// ```
    Weave weave "Backend::weave()",
    /// Pydantic Logfire: `LOGFIRE_TOKEN`, required; `LOGFIRE_BASE_URL`.
    ///
    /// ```no_run
    /// use trace_runtime::{Backend, register};
    ///
    /// let _registration = register().backend(Backend::logfire()).install()?;
    /// # Ok::<(), trace_runtime::RegisterError>(())
    /// ```
    Logfire logfire "Backend::logfire()",
    /// LLM analytics of PostHog: `POSTHOG_API_KEY` (or `POSTHOG_PROJECT_TOKEN`), required;
    /// `POSTHOG_HOST`.
    ///
    /// ```no_run
    /// use trace_runtime::{Backend, register};
    ///
    /// let _registration = register().backend(Backend::posthog()).install()?;
    /// # Ok::<(), trace_runtime::RegisterError>(())
    /// ```
    PostHog posthog "Backend::posthog()",
}

/// A backend for [`Builder::backend`](crate::Builder::backend): its address, its credentials and
/// the few attributes that it needs besides those of OpenInference.
///
/// Each constructor reads the environment variables that users of that backend have set already.
/// The methods replace single values. A backend reads no variable of another one, and none of
/// `OTEL_EXPORTER_OTLP_*` except the timeout, so that no key is sent to a backend that it does not
/// belong to. A missing credential is an error of [`install`](crate::Builder::install), which names
/// the variable. `docs/backends.md` describes each backend.
///
/// ```no_run
/// use trace_runtime::{Backend, register};
///
/// let _registration = register()
///     .backend(Backend::langfuse())
///     .backend(Backend::phoenix().endpoint("http://phoenix.internal:6006"))
///     .install()?;
/// # Ok::<(), trace_runtime::RegisterError>(())
/// ```
#[derive(Clone)]
#[must_use = "a backend has no effect before it is given to `Builder::backend`"]
pub struct Backend {
    pub(in crate::register) vendor: Vendor,
    pub(in crate::register) endpoint: Option<String>,
    pub(in crate::register) protocol: Option<Protocol>,
    pub(in crate::register) headers: Vec<(String, String)>,
    pub(in crate::register) api_key: Option<String>,
    /// Values in code that replace environment variables.
    pub(in crate::register) variables: Vec<(String, String)>,
    pub(in crate::register) gen_ai: Option<bool>,
    pub(in crate::register) gzip: bool,
    pub(in crate::register) certificate: Option<String>,
}

impl Backend {
    pub(in crate::register) fn new(vendor: Vendor) -> Self {
        Backend {
            vendor,
            endpoint: None,
            protocol: None,
            headers: Vec::new(),
            api_key: None,
            variables: Vec::new(),
            gen_ai: None,
            gzip: false,
            certificate: None,
        }
    }

    /// Any other OTLP backend, by its address. It reads no environment variable; give its
    /// credential with [`header`](Self::header) or [`api_key`](Self::api_key).
    ///
    /// ```
    /// use trace_runtime::Backend;
    ///
    /// let honeycomb = Backend::otlp("https://api.honeycomb.io").header("x-honeycomb-team", "..");
    /// ```
    pub fn otlp(url: impl Into<String>) -> Self {
        Backend::new(Vendor::Otlp).endpoint(url)
    }

    /// Sets the address, for example of a server that you run. The path of the backend is appended
    /// unless the URL has it already.
    ///
    /// ```
    /// use trace_runtime::Backend;
    ///
    /// let backend = Backend::phoenix().endpoint("http://phoenix.internal:6006");
    /// ```
    pub fn endpoint(mut self, url: impl Into<String>) -> Self {
        self.endpoint = Some(url.into());
        self
    }

    /// Sets the protocol. Default: gRPC if the port of the endpoint is 4317 and the backend accepts
    /// it, otherwise HTTP.
    ///
    /// ```
    /// use trace_runtime::{Backend, delivery::Protocol};
    ///
    /// let backend = Backend::phoenix().protocol(Protocol::HttpProtobuf);
    /// ```
    pub fn protocol(mut self, protocol: Protocol) -> Self {
        self.protocol = Some(protocol);
        self
    }

    /// Adds a header to every export, instead of the one with this name that the backend would
    /// send. For the same name the last call wins. The value is never printed.
    ///
    /// ```
    /// use trace_runtime::Backend;
    ///
    /// let backend = Backend::otlp("https://collector.example.com").header("x-tenant", "travel");
    /// ```
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Sets the key, in the place of the variable that contains it (for Langfuse the secret key).
    /// It is sent in the form that the backend expects, for [`otlp`](Self::otlp) as
    /// `authorization: Bearer <key>`, and never printed.
    ///
    /// ```
    /// use trace_runtime::Backend;
    ///
    /// let backend = Backend::phoenix_cloud().api_key("..");
    /// ```
    pub fn api_key(mut self, key: impl Into<String>) -> Self {
        self.api_key = Some(key.into());
        self
    }

    /// Sets a value in the place of an environment variable that this backend reads.
    /// [`install`](crate::Builder::install) returns an error for any other name.
    ///
    /// ```
    /// use trace_runtime::Backend;
    ///
    /// let backend = Backend::langfuse()
    ///     .variable("LANGFUSE_PUBLIC_KEY", "pk-lf-..")
    ///     .variable("LANGFUSE_SECRET_KEY", "sk-lf-..");
    /// ```
    pub fn variable(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.variables.push((name.into(), value.into()));
        self
    }

    /// Adds the attributes of the GenAI conventions for this backend, or leaves them out.
    ///
    /// Default: true for backends that read nothing else, otherwise the setting of
    /// [`Builder::gen_ai`](crate::Builder::gen_ai).
    ///
    /// ```
    /// use trace_runtime::Backend;
    ///
    /// let backend = Backend::otlp("https://collector.example.com").gen_ai(true);
    /// ```
    pub fn gen_ai(mut self, gen_ai: bool) -> Self {
        self.gen_ai = Some(gen_ai);
        self
    }

    /// Compresses requests with gzip (default: false).
    ///
    /// ```
    /// use trace_runtime::Backend;
    ///
    /// let backend = Backend::langfuse().gzip(true);
    /// ```
    pub fn gzip(mut self, gzip: bool) -> Self {
        self.gzip = gzip;
        self
    }

    /// Sets a PEM file of the authorities to trust instead of the public ones.
    ///
    /// ```
    /// use trace_runtime::Backend;
    ///
    /// let backend = Backend::phoenix().certificate("/etc/ssl/internal-ca.pem");
    /// ```
    pub fn certificate(mut self, path: impl Into<String>) -> Self {
        self.certificate = Some(path.into());
        self
    }
}

/// Prints settings that cannot contain a secret: no header, no key, no URL.
impl fmt::Debug for Backend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Backend")
            .field("vendor", &self.vendor)
            .field("protocol", &self.protocol)
            .field("gen_ai", &self.gen_ai)
            .finish_non_exhaustive()
    }
}
