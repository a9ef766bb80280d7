//! Resolves a mask from code and environment.

use super::builder::{Mask, MaskFunction};
use super::rules::Switch;
use crate::config::{Environment, RegisterError};
use std::collections::HashSet;
use std::fmt;

/// The size limit of the Python implementation, in bytes of base64.
const DEFAULT_IMAGE_BYTES: usize = 32_000;

/// The resolved mask. It does not implement `Default`, since a default would hide nothing and could
/// be used by mistake where the environment requires more.
#[derive(Clone)]
pub(crate) struct MaskSettings {
    /// The switches that are on.
    pub(super) hidden: HashSet<Switch>,
    /// The longest base64 image that is exported, in bytes.
    pub(super) image_bytes: usize,
    pub(crate) scrub_secrets: bool,
    /// The functions of the application, in the order in which they were added.
    pub(super) functions: Vec<MaskFunction>,
}

impl MaskSettings {
    /// Resolves each setting separately: code first, then the environment, then the default. Code
    /// can also switch off a switch that the environment switches on.
    ///
    /// # Errors
    ///
    /// A variable that cannot be parsed is an error even if code overrides it: a typo such as
    /// `OPENINFERENCE_HIDE_INPUTS=ture` must not be discovered by finding prompts in a backend.
    pub(crate) fn resolve(mask: Option<&Mask>, env: &Environment) -> Result<Self, RegisterError> {
        let mut hidden = HashSet::new();
        for &switch in Switch::ALL {
            let mut from_env = None;
            for variable in switch.variables() {
                // Reads all names of the switch, so that each is validated. The first one wins.
                let value = env.boolean(variable)?;
                from_env = from_env.or(value);
            }
            let from_code = mask.and_then(|mask| mask.hidden.get(&switch).copied());
            if from_code.or(from_env).unwrap_or(false) {
                hidden.insert(switch);
            }
        }
        let image_bytes = env.number(
            &["OPENINFERENCE_BASE64_IMAGE_MAX_LENGTH"],
            "a number of bytes, for example 32000",
        )?;
        let scrub_secrets = env.boolean("TRACE_SCRUB_SECRETS")?;
        Ok(MaskSettings {
            hidden,
            image_bytes: mask
                .and_then(|mask| mask.image_bytes)
                .or(image_bytes)
                .unwrap_or(DEFAULT_IMAGE_BYTES),
            scrub_secrets: mask
                .and_then(|mask| mask.scrub_secrets)
                .or(scrub_secrets)
                .unwrap_or(true),
            functions: mask.map(|mask| mask.functions.clone()).unwrap_or_default(),
        })
    }

    /// Returns the mask of an [`EnrichExporter`](crate::enrich::EnrichExporter) without its own: it
    /// redacts secrets and nothing else, unless `TRACE_SCRUB_SECRETS` switches that off. A value
    /// that cannot be parsed does not.
    pub(crate) fn secrets_only(env: &Environment) -> Self {
        MaskSettings {
            hidden: HashSet::new(),
            image_bytes: usize::MAX,
            scrub_secrets: env.boolean("TRACE_SCRUB_SECRETS").ok().flatten().unwrap_or(true),
            functions: Vec::new(),
        }
    }

    /// Returns true if the mask redacts images and secrets, and hides nothing else.
    pub(crate) fn only_redacts(&self) -> bool {
        self.hidden.is_empty() && self.functions.is_empty()
    }

    /// Returns the first environment variable that hides something.
    ///
    /// If spans go to a provider that the application built, no mask runs on them. Such a variable
    /// is then an error of `install`, rather than silently without effect.
    pub(crate) fn hiding_variable(
        env: &Environment,
    ) -> Result<Option<&'static str>, RegisterError> {
        for variable in Switch::ALL.iter().flat_map(|switch| switch.variables()) {
            if env.boolean(variable)? == Some(true) {
                return Ok(Some(variable));
            }
        }
        Ok(None)
    }
}

// Functions have no useful `Debug`.
impl fmt::Debug for MaskSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MaskSettings")
            .field("hidden", &self.hidden)
            .field("image_bytes", &self.image_bytes)
            .field("scrub_secrets", &self.scrub_secrets)
            .finish_non_exhaustive()
    }
}
