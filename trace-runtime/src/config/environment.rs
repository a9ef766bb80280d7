//! A snapshot of the environment variables, with typed access.

use super::{RegisterError, Setting};
use std::collections::HashMap;
use std::num::NonZeroU64;
use std::str::FromStr;
use std::time::Duration;

/// The variables of the process and the name of its executable, read once. All settings are
/// resolved from this value, so a test can pass any environment without changing that of the
/// process.
#[derive(Default)]
pub(crate) struct Environment {
    variables: HashMap<String, String>,
    /// The file name of the executable without its extension, the default service name.
    pub(crate) executable: Option<String>,
}

impl Environment {
    /// Reads the environment of the process. A value that is not UTF-8 is kept with replacement
    /// characters: it then fails to parse and is reported, rather than counting as unset.
    pub(crate) fn from_process() -> Self {
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
    pub(crate) fn from_pairs(variables: &[(&str, &str)]) -> Self {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Environment {
            variables: variables.iter().map(owned).collect(),
            executable: Some("program".to_owned()),
        }
    }

    /// Returns the value of a variable, without surrounding white space. An empty value counts as
    /// unset, as the OpenTelemetry specification requires.
    pub(crate) fn get(&self, name: &'static str) -> Option<(Setting, &str)> {
        let value = self.variables.get(name)?.trim();
        (!value.is_empty()).then_some((Setting::Variable(name), value))
    }

    /// Returns the value of the first variable of `names` that is set. The order of the names is
    /// their precedence.
    pub(crate) fn first(&self, names: &[&'static str]) -> Option<(Setting, &str)> {
        names.iter().find_map(|name| self.get(name))
    }

    /// Parses the first variable of `names` that is set as a number. `accepted` completes the error
    /// message: "expected ..".
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

    /// Parses the first variable of `names` that is set as milliseconds, the unit of all durations
    /// in OpenTelemetry's variables. More than a day is treated as a day, so that deadlines cannot
    /// overflow.
    pub(crate) fn milliseconds(
        &self,
        names: &[&'static str],
    ) -> Result<Option<Duration>, RegisterError> {
        let accepted = "a number of milliseconds, at least 1, for example 5000";
        let found: Option<NonZeroU64> = self.number(names, accepted)?;
        Ok(found.map(|number| Duration::from_millis(number.get().min(24 * 60 * 60 * 1000))))
    }

    /// Parses a variable as a number of spans, from 1 to 1,000,000.
    pub(crate) fn spans(&self, name: &'static str) -> Result<Option<usize>, RegisterError> {
        let accepted = "a number of spans from 1 to 1000000, for example 2048";
        let Some(number) = self.number::<usize>(&[name], accepted)? else { return Ok(None) };
        if (1..=1_000_000).contains(&number) {
            return Ok(Some(number));
        }
        Err(Setting::Variable(name).invalid(&number.to_string(), accepted))
    }

    /// Parses a variable as a number of bytes, at least [`MIN_BYTES`].
    pub(crate) fn bytes(&self, name: &'static str) -> Result<Option<usize>, RegisterError> {
        let Some((setting, found)) = self.get(name) else { return Ok(None) };
        // Text that is not a number is treated as 0 and fails the same check.
        require_bytes(setting, found.parse().unwrap_or(0), found).map(Some)
    }

    /// Parses a variable as a boolean, ignoring case.
    ///
    /// The specification of OpenTelemetry accepts only `true` and treats all other values as false.
    /// For a switch such as `OPENINFERENCE_HIDE_INPUTS=1`, that would export data which the user
    /// meant to hide. So common spellings are accepted, and others are errors.
    pub(crate) fn boolean(&self, name: &'static str) -> Result<Option<bool>, RegisterError> {
        let Some((setting, value)) = self.get(name) else { return Ok(None) };
        match value.to_ascii_lowercase().as_str() {
            "true" | "1" | "yes" | "on" => Ok(Some(true)),
            "false" | "0" | "no" | "off" => Ok(Some(false)),
            _ => Err(setting.invalid(value, "one of true, false, 1, 0, yes, no, on, off")),
        }
    }
}

/// The smallest size limit of queues and spools. A smaller one could not hold a single span of
/// ordinary size.
const MIN_BYTES: usize = 64 << 10;

/// Checks a size limit. `found` is the value as the user wrote it, for the error message.
pub(crate) fn require_bytes(
    setting: Setting,
    bytes: usize,
    found: &str,
) -> Result<usize, RegisterError> {
    if bytes >= MIN_BYTES {
        return Ok(bytes);
    }
    Err(setting.invalid(found, "a number of bytes, at least 65536, for example 268435456"))
}
