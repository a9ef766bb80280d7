//! Resolves every setting with its precedence: code, then environment variables, then the default.
//!
//! Resolution is a pure function of the builder and the environment, so that tests cover it
//! without touching the variables of the process. The files follow the groups of the builder.

mod backends;
mod delivery;
mod feedback;
mod headers;
mod otlp;
mod prices;
mod propagation;
mod resource;
mod sampling;
#[cfg(test)]
mod tests;

pub(super) use backends::backend;
pub(super) use feedback::feedback;
pub(super) use otlp::otlp;
pub(super) use propagation::{PropagationSettings, Propagators};
pub(crate) use resource::ResourceSettings;
pub(crate) use sampling::Sampling;

use super::builder::{Backend, Builder, Vendor};
use crate::config::{Environment, RegisterError, Setting};
use crate::delivery::{DeliverySettings, FileFormat, FileSettings, OtlpSettings};
use crate::mask::MaskSettings;
use std::path::Path;

/// The resolved settings of a registration. The environment is not read again after this.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) resource: ResourceSettings,
    pub(crate) sampling: Sampling,
    /// The OTLP backend; `None` if spans are only sent to other destinations.
    pub(crate) otlp: Option<OtlpSettings>,
    /// The backends that `backend(..)` or `TRACE_BACKENDS` names.
    pub(crate) backends: Vec<OtlpSettings>,
    /// The program or service of each backend.
    pub(in crate::register) vendors: Vec<Vendor>,
    /// Files of JSON lines, and pages.
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
        let Exporters { otlp: uses_otlp, console, backends } = resolve_exporters(builder, env)?;
        let resource = ResourceSettings::resolve(builder, env)?;
        // A test run that switches tracing off needs no credentials.
        let used = if disabled { Vec::new() } else { backends };
        let vendors = used.iter().map(|backend| backend.vendor).collect();
        let backends =
            used.iter().map(|each| backends::backend(each, builder, env, &resource.project));
        let backends = backends.collect::<Result<Vec<_>, _>>()?;
        let settings = Settings {
            delivery: delivery::delivery(builder, env)?,
            resource,
            sampling: Sampling::resolve(builder, env)?,
            otlp: if uses_otlp { Some(otlp(builder, env)?) } else { None },
            backends,
            vendors,
            files: files(builder, env)?,
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
        let has_destination = uses_otlp
            || console
            || builder.provider.is_some()
            || !builder.exporters.is_empty()
            || !settings.backends.is_empty()
            || !settings.files.is_empty();
        Ok((!disabled && has_destination).then_some(settings))
    }

    /// Returns the path of the first page.
    pub(crate) fn page(&self) -> Option<&Path> {
        let page = self.files.iter().find(|file| file.format == FileFormat::Page)?;
        Some(&page.path)
    }
}

/// Returns the files of a builder, and the page of `TRACE_HTML` if code names none. An attached
/// provider has its own destinations. A rotation before the first file is an error: it would be
/// lost.
fn files(builder: &Builder, env: &Environment) -> Result<Vec<FileSettings>, RegisterError> {
    if let Some((bytes, kept)) = builder.pending_rotation {
        return Err(Setting::Method("file_rotation").invalid(
            &format!("{bytes}, {kept}"),
            "a file that was given before it: call `file(..)` first",
        ));
    }
    let in_code = builder.writes(FileFormat::Page) || builder.provider.is_some();
    let page = env.get("TRACE_HTML").filter(|_| !in_code);
    let page =
        page.map(|(setting, path)| FileSettings::new(FileFormat::Page, path.into(), setting));
    Ok(builder.files.iter().cloned().chain(page).collect())
}

/// The destinations that depend on both code and environment.
struct Exporters {
    /// True if spans are sent to the collector of `endpoint(..)` or of the environment.
    otlp: bool,
    console: bool,
    backends: Vec<Backend>,
}

/// Resolves the destinations. `OTEL_TRACES_EXPORTER` is a list of names, as the SDK specification
/// defines it; its default is `otlp`. `TRACE_BACKENDS` is read if code names no backend.
///
/// An exporter or a backend in code replaces the collector unless an endpoint is given in code too.
/// An attached provider has its own exporters.
fn resolve_exporters(builder: &Builder, env: &Environment) -> Result<Exporters, RegisterError> {
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
    otlp &= builder.provider.is_none();
    let replaced = !(builder.exporters.is_empty() && builder.backends.is_empty());
    let in_code = replaced || builder.endpoint.is_some();
    // Parsed in any case, so that a wrong name is an error everywhere.
    let listed = backends::listed(env)?.filter(|_| otlp && !in_code);
    if builder.endpoint.is_none() {
        otlp &= !replaced && listed.as_ref().is_none_or(|listed| listed.has_ordinary);
    }
    let backends = listed.map_or_else(|| builder.backends.clone(), |listed| listed.backends);
    Ok(Exporters { otlp, console, backends })
}
