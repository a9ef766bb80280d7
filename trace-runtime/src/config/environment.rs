//! The environment variables, taken once, so that resolution is a function of its arguments.

use super::{RegisterError, Setting};
use std::collections::HashMap;
use std::num::NonZeroU64;
use std::str::FromStr;
use std::time::Duration;

/// The variables of the process and the name of its executable.
#[derive(Default)]
pub(crate) struct Environment {
    variables: HashMap<String, String>,
    pub(crate) executable: Option<String>,
}

impl Environment {
    /// What the process was started with. What is not text shows as such, and so is not taken for
    /// a value that is not set.
    pub(crate) fn of_process() -> Self {
        let variables = std::env::vars_os()
            .filter_map(|(name, value)| {
                Some((name.into_string().ok()?, value.to_string_lossy().into_owned()))
            })
            .collect();
        let executable = std::env::current_exe()
            .ok()
            .and_then(|path| Some(path.file_stem()?.to_string_lossy().into_owned()));
        Environment { variables, executable }
    }

    #[cfg(test)]
    pub(crate) fn of(variables: &[(&str, &str)]) -> Self {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Environment {
            variables: variables.iter().map(owned).collect(),
            executable: Some("program".to_owned()),
        }
    }

    /// The variable's value; an empty one counts as unset, as OpenTelemetry says.
    pub(crate) fn get(&self, name: &'static str) -> Option<(Setting, &str)> {
        let value = self.variables.get(name)?.trim();
        (!value.is_empty()).then_some((Setting::Variable(name), value))
    }

    /// The first of `names` that is set.
    pub(crate) fn first(&self, names: &[&'static str]) -> Option<(Setting, &str)> {
        names.iter().find_map(|name| self.get(name))
    }

    /// The first of `names` that is set, as a number.
    pub(crate) fn number<N: FromStr>(
        &self,
        names: &[&'static str],
        accepted: &str,
    ) -> Result<Option<N>, RegisterError> {
        let Some((setting, value)) = self.first(names) else { return Ok(None) };
        match value.parse() {
            Ok(number) => Ok(Some(number)),
            Err(_) => Err(setting.invalid(value, accepted)),
        }
    }

    /// The first of `names` that is set, as a time; a day at the most.
    pub(crate) fn milliseconds(
        &self,
        names: &[&'static str],
    ) -> Result<Option<Duration>, RegisterError> {
        let accepted = "a number of milliseconds from 1, write for example 5000";
        let found: Option<NonZeroU64> = self.number(names, accepted)?;
        Ok(found.map(|number| Duration::from_millis(number.get().min(24 * 60 * 60 * 1000))))
    }

    /// The variable as a number of spans.
    pub(crate) fn spans(&self, name: &'static str) -> Result<Option<usize>, RegisterError> {
        let accepted = "a number of spans from 1 to 1000000, write for example 2048";
        let Some(number) = self.number::<usize>(&[name], accepted)? else { return Ok(None) };
        if (1..=1_000_000).contains(&number) {
            return Ok(Some(number));
        }
        Err(Setting::Variable(name).invalid(&number.to_string(), accepted))
    }

    /// The variable as a number of bytes.
    pub(crate) fn bytes(&self, name: &'static str) -> Result<Option<usize>, RegisterError> {
        let Some((setting, found)) = self.get(name) else { return Ok(None) };
        require_bytes(setting, found.parse().unwrap_or(0), found).map(Some)
    }

    /// The variable as a boolean.
    pub(crate) fn boolean(&self, name: &'static str) -> Result<Option<bool>, RegisterError> {
        let Some((setting, value)) = self.get(name) else { return Ok(None) };
        match value.to_ascii_lowercase().as_str() {
            "true" | "1" | "yes" | "on" => Ok(Some(true)),
            "false" | "0" | "no" | "off" => Ok(Some(false)),
            _ => Err(setting.invalid(value, "one of true, false, 1, 0, yes, no, on, off")),
        }
    }
}

/// Fewer bytes than these hold no span of an ordinary size.
const FEWEST_BYTES: usize = 64 << 10;

pub(crate) fn require_bytes(
    setting: Setting,
    bytes: usize,
    found: &str,
) -> Result<usize, RegisterError> {
    if bytes >= FEWEST_BYTES {
        return Ok(bytes);
    }
    Err(setting.invalid(found, "a number of bytes from 65536, write for example 268435456"))
}
