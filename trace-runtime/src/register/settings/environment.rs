//! The environment variables, taken once, so that resolution is a function of its arguments.

use crate::register::error::{RegisterError, Setting};
use std::collections::HashMap;
use std::str::FromStr;

/// The variables of the process and the name of its executable.
#[derive(Default)]
pub(crate) struct Environment {
    variables: HashMap<String, String>,
    pub(crate) executable: Option<String>,
}

impl Environment {
    /// What the process was started with. Variables that are not text are left out.
    pub(crate) fn of_process() -> Self {
        let variables = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
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
