//! A span, independent of the source it was read from.

use serde_json::{Map, Value};

#[derive(Debug)]
pub(crate) struct Span {
    pub(crate) trace: String,
    pub(crate) id: String,
    pub(crate) parent: Option<String>,
    pub(crate) name: String,
    pub(crate) attributes: Map<String, Value>,
}

impl Span {
    /// Returns an attribute, or null if it is missing. Text that is JSON is parsed.
    pub(crate) fn attribute(&self, key: &str) -> Value {
        let value = self.attributes.get(key).cloned().unwrap_or_default();
        match value.as_str() {
            Some(text) if text.starts_with(['{', '[']) => {
                serde_json::from_str(text).unwrap_or(value)
            }
            _ => value,
        }
    }
}
