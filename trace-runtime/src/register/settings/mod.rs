//! Resolves every setting with its precedence: code, then environment variables, then the default.
//!
//! Resolution is a pure function of the builder and the environment, so that tests cover it
//! without touching the variables of the process. The files follow the groups of the builder.

mod delivery;
mod headers;
mod otlp;
mod propagation;
mod resource;
mod sampling;
#[cfg(test)]
mod tests;

pub(super) use otlp::otlp;
pub(super) use propagation::{PropagationSettings, Propagators};
pub(crate) use resource::ResourceSettings;
pub(crate) use sampling::Sampling;

use super::builder::Builder;
use crate::config::{Environment, RegisterError, Setting};
use crate::delivery::{DeliverySettings, FileSettings, OtlpSettings};
use crate::mask::MaskSettings;

/// The resolved settings of a registration. The environment is not read again after this.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) resource: ResourceSettings,
    pub(crate) sampling: Sampling,
    /// The OTLP backend; `None` if spans are only sent to other destinations.
    pub(crate) otlp: Option<OtlpSettings>,
    /// The OTLP backends that were added with `also(..)`.
    pub(crate) additional: Vec<OtlpSettings>,
    pub(crate) files: Vec<FileSettings>,
    /// True if traces are printed on stderr.
    pub(crate) console: bool,
    /// The settings that apply to all destinations.
    pub(crate) delivery: DeliverySettings,
}

/// The advice for a mask in the environment of a program with an attached provider. A mask in code
/// is rejected by the builder.
const MASK_WITH_PROVIDER: &str = "masks do not apply to the exporters of an attached \
     provider: wrap its exporter with `EnrichExporter::new(exporter).mask(..)`, and unset the \
     variable for this program";

impl Settings {
    /// Resolves all settings. Returns `None` if tracing is switched off, or no destination is left.
    /// An invalid setting is an error even then, so that it does not surface later in production.
    pub(crate) fn resolve(
        builder: &Builder,
        env: &Environment,
    ) -> Result<Option<Self>, RegisterError> {
        let disabled = env.boolean("OTEL_SDK_DISABLED")?.unwrap_or(false);
        let (uses_otlp, console) = resolve_exporters(builder, env)?;
        let additional = builder.additional.iter().map(otlp::additional);
        let settings = Settings {
            delivery: delivery::delivery(builder, env)?,
            resource: ResourceSettings::resolve(builder, env)?,
            sampling: Sampling::resolve(builder, env)?,
            otlp: if uses_otlp { Some(otlp(builder, env)?) } else { None },
            additional: additional.collect::<Result<_, _>>()?,
            files: files(builder)?,
            console,
        };
        if let (Some(_), Some(variable)) = (&builder.provider, MaskSettings::hiding_variable(env)?)
        {
            return Err(RegisterError::Conflict {
                first: Setting::Method("provider"),
                second: Setting::Variable(variable),
                advice: MASK_WITH_PROVIDER,
            });
        }
        let in_code = !(builder.exporters.is_empty()
            && builder.additional.is_empty()
            && builder.files.is_empty());
        let has_destination = uses_otlp || console || in_code || builder.provider.is_some();
        Ok((!disabled && has_destination).then_some(settings))
    }
}

/// Returns the files of a builder. A rotation before the first file is an error: it would be lost.
fn files(builder: &Builder) -> Result<Vec<FileSettings>, RegisterError> {
    match builder.pending_rotation {
        None => Ok(builder.files.clone()),
        Some((bytes, kept)) => Err(Setting::Method("file_rotation").invalid(
            &format!("{bytes}, {kept}"),
            "a file that was given before it: call `file(..)` first",
        )),
    }
}

/// Returns two flags: true if spans are sent over OTLP, and true if they are printed on the
/// console. `OTEL_TRACES_EXPORTER` is a list of names, as the SDK specification defines it; its
/// default is `otlp`.
///
/// An exporter in code replaces OTLP unless an endpoint is given in code too. An attached provider
/// has its own exporters.
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
