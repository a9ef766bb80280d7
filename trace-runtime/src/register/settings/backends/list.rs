//! Reads `TRACE_BACKENDS`, the list of backends for programs whose code names none.

use crate::config::{Environment, RegisterError};
use crate::register::builder::{Backend, Vendor};

/// The name of the collector that the variables of OpenTelemetry and Phoenix describe, as without
/// a list.
const ORDINARY: &str = "otlp";

/// The content of `TRACE_BACKENDS`.
pub(in crate::register::settings) struct Listed {
    pub(in crate::register::settings) backends: Vec<Backend>,
    /// True if the ordinary collector is in the list too.
    pub(in crate::register::settings) has_ordinary: bool,
}

/// Parses the variable; `None` if it is not set. A name that is listed twice counts once.
pub(in crate::register::settings) fn listed(
    env: &Environment,
) -> Result<Option<Listed>, RegisterError> {
    let Some((setting, list)) = env.get("TRACE_BACKENDS") else { return Ok(None) };
    let (mut vendors, mut has_ordinary) = (Vec::new(), false);
    for name in list.split(',').map(str::trim).filter(|name| !name.is_empty()) {
        let name = name.to_ascii_lowercase().replace('-', "_");
        let known = Vendor::NAMED.iter().find(|(known, _)| *known == name);
        match known {
            Some((_, vendor)) if !vendors.contains(vendor) => vendors.push(*vendor),
            Some(_) => {}
            None if name == ORDINARY => has_ordinary = true,
            None => {
                let names: Vec<_> = Vendor::NAMED.iter().map(|(name, _)| *name).collect();
                let accepted = format!(
                    "{}, {ORDINARY} or a list of them, for example langfuse,phoenix",
                    names.join(", ")
                );
                return Err(setting.invalid(list, accepted));
            }
        }
    }
    let backends = vendors.into_iter().map(Backend::new).collect();
    Ok(Some(Listed { backends, has_ordinary }))
}
