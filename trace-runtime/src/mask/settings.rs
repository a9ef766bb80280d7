//! The masks, resolved from code and environment.

use super::builder::{Mask, MaskFunction};
use super::rules::Hidden;
use crate::config::{Environment, RegisterError};
use std::collections::HashSet;
use std::fmt;

/// What is hidden. Not `Default`: what is not resolved hides nothing.
#[derive(Clone)]
pub(crate) struct MaskSettings {
    pub(super) hidden: HashSet<Hidden>,
    pub(super) image_bytes: usize,
    pub(super) scrub_secrets: bool,
    pub(super) functions: Vec<MaskFunction>,
}

impl MaskSettings {
    /// Code wins over the environment, switch by switch; what cannot be read is an error.
    pub(crate) fn resolve(mask: Option<&Mask>, env: &Environment) -> Result<Self, RegisterError> {
        let mut hidden = HashSet::new();
        for &switch in Hidden::ALL {
            let mut by_environment = None;
            for variable in switch.variables() {
                // All are read, so that none is wrong unseen.
                let value = env.boolean(variable)?;
                by_environment = by_environment.or(value);
            }
            let by_code = mask.and_then(|mask| mask.hidden.get(&switch).copied());
            if by_code.or(by_environment).unwrap_or(false) {
                hidden.insert(switch);
            }
        }
        let image_bytes = env.number(
            &["OPENINFERENCE_BASE64_IMAGE_MAX_LENGTH"],
            "a number of bytes, write for example 32000",
        )?;
        let scrub_secrets = env.boolean("TRACE_SCRUB_SECRETS")?;
        Ok(MaskSettings {
            hidden,
            image_bytes: mask.and_then(|mask| mask.image_bytes).or(image_bytes).unwrap_or(32_000),
            scrub_secrets: mask
                .and_then(|mask| mask.scrub_secrets)
                .or(scrub_secrets)
                .unwrap_or(true),
            functions: mask.map(|mask| mask.functions.clone()).unwrap_or_default(),
        })
    }

    /// The first variable that hides something, for a pipeline that is not ours to mask.
    pub(crate) fn hiding_variable(
        env: &Environment,
    ) -> Result<Option<&'static str>, RegisterError> {
        for variable in Hidden::ALL.iter().flat_map(|switch| switch.variables()) {
            if env.boolean(variable)? == Some(true) {
                return Ok(Some(variable));
            }
        }
        Ok(None)
    }
}

impl fmt::Debug for MaskSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MaskSettings")
            .field("hidden", &self.hidden)
            .field("image_bytes", &self.image_bytes)
            .field("scrub_secrets", &self.scrub_secrets)
            .finish_non_exhaustive()
    }
}
