//! Reads attributes that have several spellings, and lists that are flattened into many keys.

use opentelemetry::{Array, KeyValue, Value};
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// A view of the attributes of a span, or of one item of a list in them.
///
/// Both conventions flatten lists of objects, because an attribute cannot hold an object:
///
/// ```text
/// llm.input_messages.0.message.role = "user"
/// llm.input_messages.0.message.content = "Weather?"
/// ```
///
/// [`indexed_items`](Self::indexed_items) of `llm.input_messages` is one view per message, whose
/// keys are `message.role` and `message.content`.
#[derive(Debug, Default)]
pub(super) struct AttributeView<'a>(Vec<(&'a str, &'a Value)>);

impl<'a> AttributeView<'a> {
    /// Creates a view of all attributes of a span.
    pub(super) fn new(attributes: &'a [KeyValue]) -> Self {
        AttributeView(attributes.iter().map(|each| (each.key.as_str(), &each.value)).collect())
    }

    /// Returns the value of the first name that is present. If a key is set twice the last value
    /// counts, as in the exported span.
    pub(super) fn value(&self, names: &[&str]) -> Option<&'a Value> {
        let last = |name: &&str| self.0.iter().rfind(|(key, _)| key == name);
        names.iter().find_map(last).map(|(_, value)| *value)
    }

    /// Returns a string that is not empty.
    pub(super) fn text(&self, names: &[&str]) -> Option<&'a str> {
        match self.value(names)? {
            Value::String(text) => Some(text.as_str()).filter(|text| !text.is_empty()),
            _ => None,
        }
    }

    /// Returns a count of any type.
    ///
    /// Crates that use `tracing` record counts as `u64`, and OpenTelemetry has no such type:
    /// `tracing-opentelemetry` exports them as strings. A float is accepted if it is a whole
    /// number.
    pub(super) fn count(&self, names: &[&str]) -> Option<u64> {
        match self.value(names)? {
            Value::I64(count) => u64::try_from(*count).ok(),
            Value::F64(count) => whole_number(*count),
            Value::String(text) => {
                let text = text.as_str().trim();
                text.parse().ok().or_else(|| whole_number(text.parse().ok()?))
            }
            _ => None,
        }
    }

    /// Returns a value as JSON; see [`to_json`].
    pub(super) fn json(&self, names: &[&str]) -> Option<Json> {
        self.value(names).map(to_json)
    }

    /// Returns all attributes whose key begins with `prefix`, with the rest of the key.
    pub(super) fn with_prefix<'b>(
        &'b self,
        prefix: &'b str,
    ) -> impl Iterator<Item = (&'a str, &'a Value)> {
        self.0.iter().filter_map(move |(key, value)| Some((key.strip_prefix(prefix)?, *value)))
    }

    /// Returns the items of a list that is flattened below `key`, in the order of their numbers.
    ///
    /// The order of the attributes does not matter, and `list.10` follows `list.9`. A missing
    /// number leaves no gap.
    pub(super) fn indexed_items(&self, key: &str) -> Vec<AttributeView<'a>> {
        let mut items: BTreeMap<usize, AttributeView<'a>> = BTreeMap::new();
        for (rest, value) in self.with_prefix(key) {
            let Some(rest) = rest.strip_prefix('.') else { continue };
            let (index, rest) = rest.split_once('.').unwrap_or((rest, ""));
            if let Ok(index) = index.parse() {
                items.entry(index).or_default().0.push((rest, value));
            }
        }
        items.into_values().collect()
    }
}

/// Returns a float that is a whole number and not negative. Beyond 9e15 floats skip integers.
fn whole_number(number: f64) -> Option<u64> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked before")]
    (number.fract() == 0.0 && (0.0..9e15).contains(&number)).then_some(number as u64)
}

/// Converts a value to JSON. A string that contains JSON is parsed, because attributes of the type
/// `any` in the conventions arrive as JSON text from SDKs that only have strings.
pub(super) fn to_json(value: &Value) -> Json {
    match value {
        Value::Bool(value) => (*value).into(),
        Value::I64(value) => (*value).into(),
        Value::F64(value) => (*value).into(),
        Value::String(text) => parse_or_quote(text.as_str()),
        Value::Array(Array::Bool(values)) => values.clone().into(),
        Value::Array(Array::I64(values)) => values.clone().into(),
        Value::Array(Array::F64(values)) => values.clone().into(),
        Value::Array(Array::String(values)) => {
            values.iter().map(|text| Json::from(text.as_str())).collect()
        }
        other => other.to_string().into(),
    }
}

/// Parses JSON text. Text that is not JSON becomes a JSON string.
pub(super) fn parse_or_quote(text: &str) -> Json {
    serde_json::from_str(text).unwrap_or_else(|_| text.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn count_of_any_type_returns_the_number() {
        let cases: [(Value, Option<u64>); 8] = [
            (12.into(), Some(12)),
            ("12".into(), Some(12)),
            (12.0.into(), Some(12)),
            ("12.0".into(), Some(12)),
            ("many".into(), None),
            ((-1).into(), None),
            (1.5.into(), None),
            (f64::NAN.into(), None),
        ];
        for (value, count) in cases {
            let attributes = [KeyValue::new("old", value.clone())];
            assert_eq!(AttributeView::new(&attributes).count(&["new", "old"]), count, "{value:?}");
        }
    }

    #[test]
    fn indexed_items_with_unordered_keys_are_sorted_by_number() {
        let attributes = [10, 9, 100].map(|n| KeyValue::new(format!("list.{n}.item"), n));
        let view = AttributeView::new(&attributes);
        let counts = view.indexed_items("list").iter().map(|item| item.count(&["item"])).collect();
        assert_eq!(Some(vec![9, 10, 100]), counts);
    }
}
