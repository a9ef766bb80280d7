//! The headers sent with every export, the api key among them. Their values are never printed.

use crate::config::{RegisterError, Setting};
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

pub(crate) const AUTHORIZATION: &str = "authorization";

impl Headers {
    /// Adds a header, unless one of that name is there: the first wins.
    pub(crate) fn add(
        &mut self,
        setting: Setting,
        name: &str,
        value: &str,
    ) -> Result<(), RegisterError> {
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
