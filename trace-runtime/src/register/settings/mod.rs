//! Resolves every setting with its precedence: a pure function of the builder and the environment.

mod delivery;
mod headers;
mod otlp;
mod resource;
mod sampling;
#[cfg(test)]
mod tests;

pub(super) use otlp::otlp;
pub(crate) use resource::ResourceSettings;
pub(crate) use sampling::Sampling;

use super::builder::Builder;
use crate::config::{Environment, RegisterError, Setting};
use crate::delivery::{DeliverySettings, FileSettings, OtlpSettings};
use crate::mask::MaskSettings;

/// The settings of a registration. Once they are resolved, the environment is not read again.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) resource: ResourceSettings,
    pub(crate) sampling: Sampling,
    /// The OTLP backend; `None` if spans go to other destinations alone.
    pub(crate) otlp: Option<OtlpSettings>,
    /// The OTLP backends that were added with `also(..)`.
    pub(crate) others: Vec<OtlpSettings>,
    pub(crate) files: Vec<FileSettings>,
    pub(crate) console: bool,
    pub(crate) delivery: DeliverySettings,
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
        let (goes_to_otlp, console) = resolve_exporters(builder, env)?;
        let settings = Settings {
            delivery: delivery::delivery(builder, env)?,
            resource: ResourceSettings::resolve(builder, env)?,
            sampling: Sampling::resolve(builder, env)?,
            otlp: if goes_to_otlp { Some(otlp(builder, env)?) } else { None },
            others: builder.others.iter().map(otlp::additional).collect::<Result<_, _>>()?,
            files: files(builder)?,
            console,
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
        let goes_somewhere = goes_to_otlp || console || in_code || builder.provider.is_some();
        Ok((!disabled && goes_somewhere).then_some(settings))
    }
}

/// Returns the files of a builder; a rotation that was given before any file is an error.
fn files(builder: &Builder) -> Result<Vec<FileSettings>, RegisterError> {
    match builder.rotation_of_no_file {
        None => Ok(builder.files.clone()),
        Some((bytes, kept)) => Err(Setting::Method("file_rotation").invalid(
            &format!("{bytes}, {kept}"),
            "a file that was given before it: call `file(..)` first",
        )),
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
