//! Resolves the sampler, which decides about the traces that are recorded.

use crate::config::{Environment, RegisterError, Setting};
use crate::register::builder::Builder;

/// A sampler, one of the six that `OTEL_TRACES_SAMPLER` can name.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Sampling {
    /// True if a span with a parent follows the decision of its parent.
    pub(crate) parent_based: bool,
    /// The share of traces that are recorded, from 0.0 to 1.0; with `parent_based`, among those
    /// that begin in this process.
    pub(crate) ratio: f64,
}

const NAMES: &str = "always_on, always_off, traceidratio, parentbased_always_on, \
                     parentbased_always_off or parentbased_traceidratio";

impl Sampling {
    /// Resolves the sampler. Precedence: `sample_ratio(..)`, then `OTEL_TRACES_SAMPLER` with
    /// `OTEL_TRACES_SAMPLER_ARG`, then `parentbased_always_on`, the default of the SDK.
    pub(crate) fn resolve(builder: &Builder, env: &Environment) -> Result<Self, RegisterError> {
        let argument = ratio_argument(env)?;
        if let Some(ratio) = builder.sample_ratio {
            let setting = Setting::Method("sample_ratio");
            return Ok(Sampling {
                parent_based: true,
                ratio: require_ratio(setting, ratio, &ratio.to_string())?,
            });
        }
        let Some((setting, name)) = env.get("OTEL_TRACES_SAMPLER") else {
            return Ok(Sampling { parent_based: true, ratio: 1.0 });
        };
        // Each sampler exists with and without the prefix, which adds the rule about parents.
        let (parent_based, own) = match name.strip_prefix("parentbased_") {
            Some(own) => (true, own),
            None => (false, name),
        };
        let ratio = match own {
            "always_on" => 1.0,
            "always_off" => 0.0,
            "traceidratio" => argument,
            _ => return Err(setting.invalid(name, format!("one of {NAMES}"))),
        };
        Ok(Sampling { parent_based, ratio })
    }
}

/// Returns the ratio of `OTEL_TRACES_SAMPLER_ARG`, by default 1.0. An invalid one is an error even
/// if the sampler does not use it.
fn ratio_argument(env: &Environment) -> Result<f64, RegisterError> {
    let Some((setting, text)) = env.get("OTEL_TRACES_SAMPLER_ARG") else { return Ok(1.0) };
    require_ratio(setting, text.parse().unwrap_or(f64::NAN), text)
}

/// Returns the ratio, or an error that quotes it as it was `found`. NaN is an error too.
fn require_ratio(setting: Setting, ratio: f64, found: &str) -> Result<f64, RegisterError> {
    if (0.0..=1.0).contains(&ratio) {
        return Ok(ratio);
    }
    Err(setting.invalid(found, "a number from 0 to 1, for example 0.25"))
}
