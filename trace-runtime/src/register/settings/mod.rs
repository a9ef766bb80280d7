//! Every setting with its precedence: a pure function of the builder and the environment.

mod endpoint;
mod file;
mod headers;
mod resource;
mod sampling;
mod spool;
#[cfg(test)]
mod tests;

pub(crate) use endpoint::Endpoint;
pub use endpoint::Protocol;
pub(crate) use file::FileSettings;
pub(crate) use headers::Headers;
pub(crate) use resource::ResourceSettings;
pub(crate) use sampling::Sampling;
pub(crate) use spool::SpoolSettings;

use super::builder::Builder;
use crate::config::{Environment, RegisterError, Setting, require_bytes};
use crate::enrich::Transform;
use crate::mask::MaskSettings;
use std::time::Duration;

/// What was resolved: nothing below here looks at the environment again.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) resource: ResourceSettings,
    pub(crate) sampling: Sampling,
    /// Where OTLP goes; `None` if it goes nowhere.
    pub(crate) otlp: Option<OtlpSettings>,
    /// Where it goes besides.
    pub(crate) others: Vec<OtlpSettings>,
    pub(crate) files: Vec<FileSettings>,
    pub(crate) console: bool,
    pub(crate) batch: BatchSettings,
    /// `None` if nothing is to be written to disk.
    pub(crate) spool: Option<SpoolSettings>,
    pub(crate) limits: Limits,
    pub(crate) mask: MaskSettings,
    /// Whether spans say in the GenAI conventions too what they say in OpenInference.
    pub(crate) gen_ai: bool,
}

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

/// How much a span may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Limits {
    pub(crate) value_bytes: usize,
    pub(crate) attributes: usize,
}

/// Why masks do not go with an attached provider.
pub(crate) const MASK_OF_A_PROVIDER: &str = "an attached provider exports by itself, and nothing \
     would be hidden: wrap its exporter with `EnrichExporter::new(exporter).mask(..)`, and unset \
     the variable for this program";

impl Settings {
    /// Resolves everything; `None` means that tracing is switched off.
    pub(crate) fn resolve(
        builder: &Builder,
        env: &Environment,
    ) -> Result<Option<Self>, RegisterError> {
        let disabled = env.boolean("OTEL_SDK_DISABLED")?.unwrap_or(false);
        let gen_ai = env.boolean("OPENINFERENCE_ENABLE_GENAI_SEMCONV")?;
        let (otlp, console) = resolve_exporters(builder, env)?;
        let spool = SpoolSettings::resolve(builder, env)?;
        let settings = Settings {
            resource: ResourceSettings::resolve(builder, env)?,
            sampling: Sampling::resolve(builder, env)?,
            otlp: if otlp { Some(OtlpSettings::resolve(builder, env)?) } else { None },
            files: FileSettings::resolve(builder)?,
            others: builder
                .others
                .iter()
                .map(OtlpSettings::of_another)
                .collect::<Result<_, _>>()?,
            console,
            batch: BatchSettings::resolve(builder, env)?.for_spool(spool.as_ref()),
            spool,
            limits: Limits::resolve(env)?,
            mask: MaskSettings::resolve(builder.mask.as_ref(), env)?,
            gen_ai: builder.gen_ai.or(gen_ai).unwrap_or(false),
        };
        if let (Some(_), Some(variable)) = (&builder.provider, MaskSettings::hiding_variable(env)?)
        {
            return Err(RegisterError::Conflict {
                first: Setting::Method("provider"),
                second: Setting::Variable(variable),
                advice: MASK_OF_A_PROVIDER,
            });
        }
        let in_code = !(builder.exporters.is_empty()
            && builder.others.is_empty()
            && builder.files.is_empty());
        let goes_somewhere = otlp || console || in_code || builder.provider.is_some();
        Ok((!disabled && goes_somewhere).then_some(settings))
    }

    /// What is done to every span before it leaves.
    pub(crate) fn transform(&self) -> Transform {
        Transform { limits: self.limits, gen_ai: self.gen_ai, mask: self.mask.clone() }
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
    pub(crate) fn resolve(builder: &Builder, env: &Environment) -> Result<Self, RegisterError> {
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
            is_another: false,
        })
    }

    /// Of a backend that is given with `also(..)`.
    fn of_another(builder: &Builder) -> Result<Self, RegisterError> {
        let settings = OtlpSettings::resolve(builder, &Environment::default())?;
        Ok(OtlpSettings { is_another: true, ..settings })
    }
}

impl BatchSettings {
    fn resolve(builder: &Builder, env: &Environment) -> Result<Self, RegisterError> {
        let queue_spans = env.spans("OTEL_BSP_MAX_QUEUE_SIZE")?;
        let batch = env.spans("OTEL_BSP_MAX_EXPORT_BATCH_SIZE")?.unwrap_or(512);
        let delay = env.milliseconds(&["OTEL_BSP_SCHEDULE_DELAY"])?;
        let queue_bytes = match builder.queue_bytes {
            Some(bytes) => {
                let setting = Setting::Method("queue_bytes");
                require_bytes(setting, bytes, &bytes.to_string())?
            }
            None => env.bytes("TRACE_QUEUE_BYTES")?.unwrap_or(256 << 20),
        };
        Ok(BatchSettings {
            queue_bytes,
            queue_spans,
            // Without batching every span wakes the worker; the caller still never waits.
            batch_spans: if builder.batch { batch.min(queue_spans.unwrap_or(batch)) } else { 1 },
            // Small enough for every backend, and for three of them in the smallest queue.
            batch_bytes: (queue_bytes / 8).min(3 << 20),
            delay: delay.unwrap_or(Duration::from_secs(5)),
        })
    }
}

/// How long a span that has ended may be in memory alone in durable mode; as long again is left for
/// writing.
const DURABLE_DELAY: Duration = Duration::from_millis(50);

impl BatchSettings {
    fn for_spool(mut self, spool: Option<&SpoolSettings>) -> Self {
        if spool.is_some_and(|spool| spool.is_durable) {
            self.delay = self.delay.min(DURABLE_DELAY);
        }
        self
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
