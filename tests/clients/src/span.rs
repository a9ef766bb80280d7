//! A span, wherever it was looked at.

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
    /// An attribute, null if it is not there. Text that is JSON is what it says.
    pub(crate) fn says(&self, key: &str) -> Value {
        let value = self.attributes.get(key).cloned().unwrap_or_default();
        match value.as_str() {
            Some(text) if text.starts_with(['{', '[']) => {
                serde_json::from_str(text).unwrap_or(value)
            }
            _ => value,
        }
    }
}
