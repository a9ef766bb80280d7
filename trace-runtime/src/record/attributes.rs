//! The list that a value writes its attributes to.

use super::Record;
use crate::panic::contained;
use crate::record::AttributeValue;
use opentelemetry::{Key, KeyValue};

/// The attributes of a value, in the order they were set. [`Record::record`] writes to it.
///
/// ```
/// use trace_runtime::record::{Attributes, TokenCount};
///
/// let attributes = Attributes::of(&TokenCount::new(13, 7));
/// let keys: Vec<_> = attributes.iter().map(|attribute| attribute.key.as_str()).collect();
/// assert_eq!(keys[0], "llm.token_count.prompt");
/// ```
#[derive(Debug, Default)]
pub struct Attributes {
    list: Vec<KeyValue>,
    /// Where the keys of a nested value begin; empty at the top.
    prefix: String,
}

impl Attributes {
    /// What `value` records. A panic of its `record` keeps what was set before.
    #[must_use]
    pub fn of<T: Record + ?Sized>(value: &T) -> Self {
        let mut attributes = Attributes::default();
        attributes.record(value);
        attributes
    }

    /// Sets an attribute; setting it again overwrites, and `None` sets nothing.
    pub fn set(&mut self, key: impl Into<Key>, value: impl AttributeValue) {
        if let Some(value) = value.attribute_value() {
            let key = key.into();
            let key =
                if self.prefix.is_empty() { key } else { format!("{}.{key}", self.prefix).into() };
            self.list.push(KeyValue::new(key, value));
        }
    }

    /// Sets what another value records.
    pub fn record<T: Record + ?Sized>(&mut self, value: &T) {
        // Also the user's code.
        let _ = contained(|| value.record(self));
    }

    /// The attributes so far.
    pub fn iter(&self) -> std::slice::Iter<'_, KeyValue> {
        self.list.iter()
    }

    /// Writes a value whose keys begin with `key`.
    pub(super) fn below(&mut self, key: &str, write: impl FnOnce(&mut Self)) {
        let outer = self.prefix.len();
        if outer > 0 {
            self.prefix.push('.');
        }
        self.prefix.push_str(key);
        write(self);
        self.prefix.truncate(outer);
    }

    /// Writes a list: the keys of an item begin with `key` and its place, from 0.
    pub(super) fn list<T>(
        &mut self,
        key: &str,
        items: impl IntoIterator<Item = T>,
        mut write: impl FnMut(&mut Self, T),
    ) {
        for (place, item) in items.into_iter().enumerate() {
            self.below(&format!("{key}.{place}"), |attributes| write(attributes, item));
        }
    }
}

impl IntoIterator for Attributes {
    type Item = KeyValue;
    type IntoIter = std::vec::IntoIter<KeyValue>;

    fn into_iter(self) -> Self::IntoIter {
        self.list.into_iter()
    }
}

impl<'a> IntoIterator for &'a Attributes {
    type Item = &'a KeyValue;
    type IntoIter = std::slice::Iter<'a, KeyValue>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
