//! The headers sent with every export, the api key among them. Their values are never printed.

use crate::config::{Environment, RegisterError, Setting};
use crate::register::builder::Builder;
use percent_encoding::percent_decode_str;
use std::collections::BTreeMap;
use std::fmt;
use ureq::http::{HeaderName, HeaderValue};

/// Headers by lower-case name.
#[derive(Clone, Default)]
pub(crate) struct Headers {
    values: BTreeMap<String, HeaderValue>,
    /// Where the credential came from, to name it when a backend refuses it.
    pub(crate) credential: Option<Setting>,
}

const AUTHORIZATION: &str = "authorization";
const PAIRS: &str = "pairs like name=value,other=value with percent-encoded values";

impl Headers {
    /// First wins, header by header: code, `PHOENIX_CLIENT_HEADERS`,
    /// `OTEL_EXPORTER_OTLP_TRACES_HEADERS`, `OTEL_EXPORTER_OTLP_HEADERS`. A credential comes first
    /// from `api_key(..)`, then from an `authorization` header in code, then from
    /// `PHOENIX_API_KEY`, then from the variables in their order.
    pub(crate) fn resolve(builder: &Builder, env: &Environment) -> Result<Self, RegisterError> {
        let mut headers = Headers::default();
        // An empty key is no key, in code as in the environment.
        let in_code = builder.api_key.as_deref().map(str::trim).filter(|key| !key.is_empty());
        if let Some(key) = in_code {
            let setting = Setting::Method("api_key");
            headers.add(setting, AUTHORIZATION, &format!("Bearer {key}"))?;
        }
        // Of two calls for the same header the later one wins, as for every other method.
        for (name, value) in builder.headers.iter().rev() {
            headers.add(Setting::Method("header"), name, value)?;
        }
        if let Some((setting, key)) = env.get("PHOENIX_API_KEY") {
            headers.add(setting, AUTHORIZATION, &format!("Bearer {key}"))?;
        }
        let variables = [
            "PHOENIX_CLIENT_HEADERS",
            "OTEL_EXPORTER_OTLP_TRACES_HEADERS",
            "OTEL_EXPORTER_OTLP_HEADERS",
        ];
        for (setting, list) in variables.into_iter().filter_map(|name| env.get(name)) {
            for (name, value) in pairs(list).ok_or_else(|| setting.invalid_secret(PAIRS))? {
                headers.add(setting, &name, &value)?;
            }
        }
        Ok(headers)
    }

    fn add(&mut self, setting: Setting, name: &str, value: &str) -> Result<(), RegisterError> {
        let name = name.trim().to_ascii_lowercase();
        let readable = HeaderName::from_bytes(name.as_bytes()).is_ok();
        let (true, Ok(mut value)) = (readable, HeaderValue::from_str(value.trim())) else {
            return Err(setting.invalid_secret("a header name and a value without line breaks"));
        };
        value.set_sensitive(true);
        if !self.values.contains_key(&name) {
            if name == AUTHORIZATION {
                self.credential = Some(setting);
            }
            self.values.insert(name, value);
        }
        Ok(())
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &HeaderValue)> {
        self.values.iter().map(|(name, value)| (name.as_str(), value))
    }
}

impl fmt::Debug for Headers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.values.keys()).finish()
    }
}

/// Reads `name=value,other=value` with percent-encoded values, as W3C baggage and OpenTelemetry
/// write them; `None` if a pair has no `=` or no name, or a value is not text.
pub(super) fn pairs(list: &str) -> Option<Vec<(String, String)>> {
    let pairs = list.split(',').map(str::trim).filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| {
            let (name, value) = pair.split_once('=')?;
            let decode = |text: &str| {
                let decoded = percent_decode_str(text.trim()).decode_utf8().ok()?;
                Some(decoded.into_owned())
            };
            let name = decode(name)?;
            (!name.is_empty()).then_some((name, decode(value)?))
        })
        .collect()
}
