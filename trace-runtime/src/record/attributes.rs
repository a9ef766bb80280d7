//! The attribute list that [`Record`] implementations write to.

use super::{AttributeValue, Record};
use crate::capture::bound_value;
use crate::panic::catch;
use opentelemetry::{Key, KeyValue, Value};

/// The attributes of a value, in the order in which they were set.
///
/// [`Record::record`] receives one to write to. [`Attributes::of`] collects the attributes of any
/// value, for example in a test.
///
/// ```
/// use trace_runtime::record::{Attributes, TokenCount};
///
/// let attributes = Attributes::of(&TokenCount::new(13, 7));
/// assert_eq!(attributes.get("llm.token_count.prompt"), Some(&13.into()));
/// ```
#[derive(Debug, Default)]
pub struct Attributes {
    list: Vec<KeyValue>,
    /// Prefix of the keys while a nested value is written, without the dot at its end:
    /// `llm.input_messages.0`. Empty at the top level.
    prefix: String,
    /// The number of attributes that the list may have; `None` for any number.
    limit: Option<usize>,
    /// The number of attributes that were beyond the limit.
    dropped: usize,
}

impl Attributes {
    /// Creates a list that drops and counts the attributes beyond a limit. One answer may have so
    /// many tool calls that their attributes would take a hundred times its memory.
    pub(crate) fn with_limit(limit: usize) -> Self {
        Attributes { limit: Some(limit), ..Attributes::default() }
    }

    /// Returns the number of attributes that were beyond the limit.
    pub(crate) fn dropped(&self) -> usize {
        self.dropped
    }

    /// Collects the attributes of `value`. If its `record` panics, the attributes that it set
    /// before are kept.
    ///
    /// ```
    /// use trace_runtime::record::{Attributes, FinishReason};
    ///
    /// let attributes = Attributes::of(&FinishReason::new("stop"));
    /// assert_eq!(attributes.iter().count(), 1);
    /// ```
    #[must_use]
    pub fn of<T: Record + ?Sized>(value: &T) -> Self {
        let mut attributes = Attributes::default();
        attributes.record(value);
        attributes
    }

    /// Sets an attribute. If the key is set again, the last value wins; `None` sets nothing.
    ///
    /// The list may contain a key twice until the span is exported: replacing a key here would
    /// search the whole list on every call.
    ///
    /// ```
    /// use trace_runtime::record::Attributes;
    ///
    /// let mut attributes = Attributes::default();
    /// attributes.set("search.limit", 3);
    /// attributes.set("search.limit", 5);
    /// attributes.set("search.language", None::<String>);
    /// assert_eq!(attributes.get("search.limit"), Some(&5.into()));
    /// assert_eq!(attributes.get("search.language"), None);
    /// ```
    pub fn set(&mut self, key: impl Into<Key>, value: impl AttributeValue) {
        if let Some(mut value) = value.attribute_value() {
            if self.limit.is_some_and(|limit| self.list.len() >= limit) {
                self.dropped += 1;
                return;
            }
            bound_value(&mut value);
            let key = key.into();
            let key =
                if self.prefix.is_empty() { key } else { format!("{}.{key}", self.prefix).into() };
            self.list.push(KeyValue::new(key, value));
        }
    }

    /// Adds the attributes of another value.
    ///
    /// ```
    /// use trace_runtime::record::{Attributes, Cost, TokenCount};
    ///
    /// let mut attributes = Attributes::default();
    /// attributes.record(&TokenCount::new(9, 2));
    /// attributes.record(&Cost::of_total(0.5));
    /// assert_eq!(attributes.get("llm.cost.total"), Some(&0.5.into()));
    /// ```
    pub fn record<T: Record + ?Sized>(&mut self, value: &T) {
        // `T` may be a type of the application. A panic in it must not fail the traced call.
        let _ = catch(|| value.record(self));
    }

    /// Returns the value of an attribute.
    ///
    /// ```
    /// use trace_runtime::record::{Attributes, TokenCount};
    ///
    /// let attributes = Attributes::of(&TokenCount::new(9, 2));
    /// assert_eq!(attributes.get("llm.token_count.total"), Some(&11.into()));
    /// assert_eq!(attributes.get("llm.model_name"), None);
    /// ```
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Value> {
        // The last value wins, see `set`.
        let found = self.list.iter().rev().find(|attribute| attribute.key.as_str() == key);
        found.map(|attribute| &attribute.value)
    }

    /// Iterates over the attributes that were set so far.
    ///
    /// ```
    /// use trace_runtime::record::{Attributes, TokenCount};
    ///
    /// let attributes = Attributes::of(&TokenCount::of_prompt(9));
    /// let keys: Vec<_> = attributes.iter().map(|attribute| attribute.key.as_str()).collect();
    /// assert_eq!(keys, ["llm.token_count.prompt", "llm.token_count.total"]);
    /// ```
    pub fn iter(&self) -> std::slice::Iter<'_, KeyValue> {
        self.list.iter()
    }

    /// Writes a nested value: `key` and a dot are put in front of the keys that `write` sets.
    pub(super) fn below(&mut self, key: &str, write: impl FnOnce(&mut Self)) {
        let outer = self.prefix.len();
        if outer > 0 {
            self.prefix.push('.');
        }
        self.prefix.push_str(key);
        write(self);
        self.prefix.truncate(outer);
    }

    /// Writes a list. The keys of the first item begin with `key.0`, those of the next with
    /// `key.1`, as OpenInference flattens lists of objects.
    pub(super) fn list<T>(
        &mut self,
        key: &str,
        items: impl IntoIterator<Item = T>,
        mut write: impl FnMut(&mut Self, T),
    ) {
        for (index, item) in items.into_iter().enumerate() {
            self.below(&format!("{key}.{index}"), |attributes| write(attributes, item));
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
