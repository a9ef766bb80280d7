//! Every setting with its precedence: a pure function of the builder and the environment.

mod endpoint;
mod environment;
mod headers;
mod resource;
mod sampling;
#[cfg(test)]
mod tests;

pub(crate) use endpoint::Endpoint;
pub use endpoint::Protocol;
pub(crate) use environment::Environment;
pub(crate) use headers::Headers;
pub(crate) use resource::ResourceSettings;
pub(crate) use sampling::Sampling;

use super::builder::Builder;
use super::error::{RegisterError, Setting};
use std::time::Duration;

/// What was resolved: nothing below here looks at the environment again.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) resource: ResourceSettings,
    pub(crate) sampling: Sampling,
    /// Where OTLP goes; `None` if it goes nowhere.
    pub(crate) otlp: Option<OtlpSettings>,
    pub(crate) console: bool,
    pub(crate) batch: BatchSettings,
    pub(crate) limits: Limits,
    /// Whether spans say in the GenAI conventions too what they say in OpenInference.
    pub(crate) gen_ai: bool,
}

/// How to reach an OTLP backend.
#[derive(Clone, Debug)]
pub(crate) struct OtlpSettings {
    pub(crate) endpoint: Endpoint,
    pub(crate) headers: Headers,
    /// How long one export may take, its retries included.
    pub(crate) timeout: Duration,
    pub(crate) gzip: bool,
    /// A PEM file of the authorities to trust instead of the public ones.
    pub(crate) certificate: Option<(Setting, String)>,
}

/// How spans are grouped before they are exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BatchSettings {
    pub(crate) queue_spans: usize,
    pub(crate) batch_spans: usize,
    pub(crate) delay: Duration,
}

/// How much a span may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Limits {
    pub(crate) value_bytes: usize,
    pub(crate) attributes: usize,
}

impl Settings {
    /// Resolves everything; `None` means that tracing is switched off.
    pub(crate) fn resolve(
        builder: &Builder,
        env: &Environment,
    ) -> Result<Option<Self>, RegisterError> {
        let disabled = env.boolean("OTEL_SDK_DISABLED")?.unwrap_or(false);
        let gen_ai = env.boolean("OPENINFERENCE_ENABLE_GENAI_SEMCONV")?;
        let (otlp, console) = resolve_exporters(builder, env)?;
        let settings = Settings {
            resource: ResourceSettings::resolve(builder, env)?,
            sampling: Sampling::resolve(builder, env)?,
            otlp: if otlp { Some(OtlpSettings::resolve(builder, env)?) } else { None },
            console,
            batch: BatchSettings::resolve(builder, env)?,
            limits: Limits::resolve(env)?,
            gen_ai: builder.gen_ai.or(gen_ai).unwrap_or(false),
        };
        let goes_somewhere =
            otlp || console || !builder.exporters.is_empty() || builder.provider.is_some();
        Ok((!disabled && goes_somewhere).then_some(settings))
    }
}

/// Whether spans go to OTLP and to the console. An exporter given in code stands in for OTLP,
/// unless an endpoint is given in code too; an attached provider has exporters of its own.
fn resolve_exporters(builder: &Builder, env: &Environment) -> Result<(bool, bool), RegisterError> {
    let (mut otlp, mut console) = (true, builder.console);
    if let Some((setting, list)) = env.get("OTEL_TRACES_EXPORTER") {
        otlp = false;
        for name in list.split(',').map(str::trim) {
            match name {
                "otlp" => otlp = true,
                "console" => console = true,
                "none" => {}
                _ => return Err(setting.invalid(list, "otlp, console, none or a list of them")),
            }
        }
    }
    let replaced = !builder.exporters.is_empty() && builder.endpoint.is_none();
    Ok((otlp && !replaced && builder.provider.is_none(), console))
}

impl OtlpSettings {
    fn resolve(builder: &Builder, env: &Environment) -> Result<Self, RegisterError> {
        let timeout = env
            .milliseconds(&["OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "OTEL_EXPORTER_OTLP_TIMEOUT"])?
            .unwrap_or(Duration::from_secs(10));
        let longest = env.milliseconds(&["OTEL_BSP_EXPORT_TIMEOUT"])?.unwrap_or(timeout);
        let compression =
            env.first(&["OTEL_EXPORTER_OTLP_TRACES_COMPRESSION", "OTEL_EXPORTER_OTLP_COMPRESSION"]);
        let gzip = match compression {
            None | Some((_, "none")) => false,
            Some((_, "gzip")) => true,
            Some((setting, found)) => return Err(setting.invalid(found, "gzip or none")),
        };
        let certificate = env
            .first(&["OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE", "OTEL_EXPORTER_OTLP_CERTIFICATE"])
            .map(|(setting, path)| (setting, path.to_owned()));
        Ok(OtlpSettings {
            endpoint: Endpoint::resolve(builder, env)?,
            headers: Headers::resolve(builder, env)?,
            timeout: timeout.min(longest),
            gzip,
            certificate,
        })
    }
}

impl BatchSettings {
    fn resolve(builder: &Builder, env: &Environment) -> Result<Self, RegisterError> {
        let queue = env.spans("OTEL_BSP_MAX_QUEUE_SIZE")?.unwrap_or(16_384);
        let batch = env.spans("OTEL_BSP_MAX_EXPORT_BATCH_SIZE")?.unwrap_or(512);
        let delay = env.milliseconds(&["OTEL_BSP_SCHEDULE_DELAY"])?;
        Ok(BatchSettings {
            queue_spans: queue,
            // Without batching every span wakes the worker; the caller still never waits.
            batch_spans: if builder.batch { batch.min(queue) } else { 1 },
            delay: delay.unwrap_or(Duration::from_secs(5)),
        })
    }
}

impl Limits {
    fn resolve(env: &Environment) -> Result<Self, RegisterError> {
        let value_bytes = env.number(
            &["OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT", "OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT"],
            "a number of bytes, write for example 1048576",
        )?;
        let attributes = env.number(
            &["OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", "OTEL_ATTRIBUTE_COUNT_LIMIT"],
            "a number of attributes, write for example 10000",
        )?;
        Ok(Limits {
            value_bytes: value_bytes.unwrap_or(1 << 20),
            attributes: attributes.unwrap_or(10_000),
        })
    }
}
