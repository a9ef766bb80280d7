//! The headers sent with every export, among them the API key.

use crate::config::{RegisterError, Setting};
use std::collections::BTreeMap;
use std::fmt;
use ureq::http::{HeaderName, HeaderValue};

/// Headers by lower-case name. Their values are never printed, because any of them may be a key:
/// several backends read their credential from a header with a special name.
#[derive(Clone, Default)]
pub(crate) struct Headers {
    values: BTreeMap<String, HeaderValue>,
    /// The setting that contains `authorization`, to name it when a backend rejects the key. `None`
    /// if there is no such header.
    pub(crate) credential: Option<Setting>,
}

pub(crate) const AUTHORIZATION: &str = "authorization";

impl Headers {
    /// Adds a header unless one with this name exists: the first wins, so callers add headers in
    /// the order of their precedence.
    pub(crate) fn add(
        &mut self,
        setting: Setting,
        name: &str,
        value: &str,
    ) -> Result<(), RegisterError> {
        let name = name.trim().to_ascii_lowercase();
        let is_valid_name = HeaderName::from_bytes(name.as_bytes()).is_ok();
        let (true, Ok(mut value)) = (is_valid_name, HeaderValue::from_str(value.trim())) else {
            return Err(setting.invalid_secret("a header name and a value without line breaks"));
        };
        // Hides the value from the debug output of the HTTP client too.
        value.set_sensitive(true);
        if !self.values.contains_key(&name) {
            if name == AUTHORIZATION {
                self.credential = Some(setting);
            }
            self.values.insert(name, value);
        }
        Ok(())
    }

    /// Returns the names and values in alphabetical order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &HeaderValue)> {
        self.values.iter().map(|(name, value)| (name.as_str(), value))
    }
}

/// Prints the names only.
impl fmt::Debug for Headers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.values.keys()).finish()
    }
}
