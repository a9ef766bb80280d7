//! The values that a backend is made of: code first, then the environment.

use super::Profile;
use crate::config::{Environment, RegisterError, Setting};
use crate::delivery::{Endpoint, Headers, Protocol};
use crate::register::builder::{Backend, Builder};

/// The settings of one backend in code, and the variables that it may read.
pub(super) struct Source<'a> {
    pub(super) backend: &'a Backend,
    pub(super) builder: &'a Builder,
    pub(super) env: &'a Environment,
    pub(super) profile: &'static Profile,
    /// The project of the registration.
    pub(super) project: &'a str,
}

impl<'a> Source<'a> {
    /// Returns the value of a variable: the one in code, or that of the environment.
    pub(super) fn get(&self, name: &'static str) -> Option<(Setting, &'a str)> {
        let in_code = self.in_code(name).map(|value| (Setting::Variable(name), value));
        in_code.or_else(|| self.env.get(name))
    }

    pub(super) fn first(&self, names: &[&'static str]) -> Option<(Setting, &'a str)> {
        names.iter().find_map(|name| self.get(name))
    }

    /// Returns the value that `variable(..)` sets.
    pub(super) fn in_code(&self, name: &str) -> Option<&'a str> {
        let mut matching = self.backend.variables.iter().rev().filter(|(set, _)| set == name);
        matching.next().map(|(_, value)| value.trim()).filter(|value| !value.is_empty())
    }

    /// Returns the value of a variable, or the error that tells how to set it.
    pub(super) fn required(
        &self,
        name: &'static str,
        expected: &str,
    ) -> Result<(Setting, &'a str), RegisterError> {
        self.get(name).ok_or_else(|| self.missing(name, expected, "variable(\"..\", ..)"))
    }

    /// Returns the key: that of `api_key(..)`, or the first variable of `names` that is set.
    pub(super) fn key(
        &self,
        names: &[&'static str],
        expected: &str,
    ) -> Result<(Setting, &'a str), RegisterError> {
        let missing = || self.missing(names.first().unwrap_or(&""), expected, "api_key(..)");
        self.optional_key(names).ok_or_else(missing)
    }

    pub(super) fn optional_key(&self, names: &[&'static str]) -> Option<(Setting, &'a str)> {
        let in_code = self.backend.api_key.as_deref().map(str::trim).filter(|key| !key.is_empty());
        in_code.map(|key| (Setting::Method("api_key"), key)).or_else(|| self.first(names))
    }

    /// Creates the error for a variable without a value. It lists the variables of the backend that
    /// are set, by name only: a typo in one of them is the usual cause.
    fn missing(&self, variable: &'static str, expected: &str, method: &str) -> RegisterError {
        let set = self.profile.variables.iter().filter(|name| self.get(name).is_some());
        let set: Vec<_> = set.map(|name| format!("`{name}`")).collect();
        let found = if set.is_empty() {
            "none of its variables is set".to_owned()
        } else {
            format!("set: {}", set.join(", "))
        };
        RegisterError::MissingVariable {
            backend: self.profile.title,
            variable,
            found,
            expected: format!(
                "expected {expected}; write `export {variable}=..`, or call `{}` on `{}`",
                method.replace("\"..\"", &format!("{variable:?}")),
                self.backend.vendor.constructor()
            ),
        }
    }

    /// Returns true if code gives a header of this name, which replaces the credential.
    fn has_header(&self, name: &str) -> bool {
        self.backend.headers.iter().any(|(given, _)| given.trim().eq_ignore_ascii_case(name))
    }

    /// Returns the headers that code gives. They win over those that are added later.
    pub(super) fn headers(&self) -> Result<Headers, RegisterError> {
        let mut headers = Headers::default();
        for (name, value) in self.backend.headers.iter().rev() {
            headers.add(Setting::Method("header"), name, value)?;
        }
        Ok(headers)
    }

    /// Returns the headers that code gives, with the key in the header `name`, after `prefix`.
    pub(super) fn headers_with_key(
        &self,
        name: &str,
        prefix: &str,
        variables: &[&'static str],
        expected: &str,
    ) -> Result<Headers, RegisterError> {
        let mut headers = self.headers()?;
        if !self.has_header(name) {
            let (setting, key) = self.key(variables, expected)?;
            headers.add(setting, name, &format!("{prefix}{key}"))?;
            headers.credential = Some(setting);
        }
        Ok(headers)
    }

    /// Returns the value that `build` makes of a credential, unless code gives the header itself.
    pub(super) fn unless_header<T>(
        &self,
        name: &str,
        build: impl FnOnce() -> Result<T, RegisterError>,
    ) -> Result<Option<T>, RegisterError> {
        if self.has_header(name) { Ok(None) } else { build().map(Some) }
    }

    /// Returns the name of the project. Precedence: `variable(..)`, `project_name(..)`, the
    /// variable of the backend, the project of the registration.
    pub(super) fn project(&self, variable: &'static str) -> &'a str {
        self.given_project(variable).unwrap_or(self.project)
    }

    /// Returns the name of the project if one is given for this backend or in code.
    pub(super) fn given_project(&self, variable: &'static str) -> Option<&'a str> {
        let in_code = self.in_code(variable).or(self.builder.project_name.as_deref());
        in_code.or_else(|| self.get(variable).map(|(_, name)| name))
    }

    /// Returns the attributes of the resource whose variables are set.
    pub(super) fn resource(
        &self,
        variables: &[(&'static str, &'static str)],
    ) -> Vec<(&'static str, String)> {
        let set = variables.iter().filter_map(|(key, variable)| {
            self.get(variable).map(|(_, value)| (*key, value.to_owned()))
        });
        set.collect()
    }

    /// Returns the address in code, or the first variable of `variables` that is set.
    pub(super) fn address(&self, variables: &[&'static str]) -> Option<(Setting, &'a str)> {
        let in_code = self.backend.endpoint.as_deref();
        in_code
            .map(|url| (Setting::Method("endpoint"), url.trim()))
            .or_else(|| self.first(variables))
    }

    /// Returns the address in code or in `variable`, or the error that tells how to set it.
    pub(super) fn required_address(
        &self,
        variable: &'static str,
        expected: &str,
    ) -> Result<(Setting, &'a str), RegisterError> {
        self.address(&[variable]).map_or_else(|| self.required(variable, expected), Ok)
    }

    /// Returns the endpoint at `base`, with `path` appended as far as it is missing.
    pub(super) fn endpoint(
        &self,
        (setting, base): (Setting, &str),
        path: &str,
    ) -> Result<Endpoint, RegisterError> {
        let protocol = match self.backend.protocol {
            Some(Protocol::Grpc) if !self.profile.grpc => {
                let accepted = format!("HttpProtobuf: {} accepts no gRPC", self.profile.title);
                return Err(Setting::Method("protocol").invalid("Grpc", accepted));
            }
            Some(protocol) => (Setting::Method("protocol"), protocol),
            None => (setting, Protocol::HttpProtobuf),
        };
        let url = with_path(base, path);
        let endpoint = Endpoint::new(setting, &url, Some(protocol))?;
        // Some paths do not end with `/v1/traces`, which the endpoint has appended.
        let is_http = endpoint.protocol != Protocol::Grpc;
        Ok(if is_http { Endpoint { url, ..endpoint } } else { endpoint })
    }
}

/// Appends the part of `path` that the URL does not end with: `https://h/v1` and `/v1/traces` are
/// `https://h/v1/traces`. A query stays at the end.
fn with_path(url: &str, path: &str) -> String {
    let (base, query) = match url.split_once('?') {
        Some((base, query)) => (base, format!("?{query}")),
        None => (url, String::new()),
    };
    let base = base.trim_end_matches('/');
    if base.ends_with(path) || base.ends_with("/v1/traces") {
        return format!("{base}{query}");
    }
    let borders = path.match_indices('/').map(|(at, _)| at).skip(1);
    let present = borders.filter(|at| base.ends_with(&path[..*at])).last().unwrap_or(0);
    format!("{base}{}{query}", &path[present..])
}

#[cfg(test)]
mod tests {
    use super::with_path;

    #[test]
    fn path_that_is_present_in_part_is_completed() {
        let path = "/api/public/otel/v1/traces";
        let complete = "http://h:3000/api/public/otel/v1/traces";
        for url in ["http://h:3000", "http://h:3000/", "http://h:3000/api/public/otel", complete] {
            assert_eq!(with_path(url, path), complete);
        }
        assert_eq!(with_path("http://h/v1?k=1", "/v1/traces"), "http://h/v1/traces?k=1");
        assert_eq!(with_path("http://h", "/i/v0/ai/otel"), "http://h/i/v0/ai/otel");
        assert_eq!(with_path("http://h/other/v1/traces", path), "http://h/other/v1/traces");
    }
}
