//! Attributes to read from: by any of their names, and lists that are flattened into many keys.

use opentelemetry::{Array, KeyValue, Value};
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// Attributes, by their keys or by what is left of them below another key.
#[derive(Debug, Default)]
pub(super) struct Flat<'a>(Vec<(&'a str, &'a Value)>);

impl<'a> Flat<'a> {
    pub(super) fn of(attributes: &'a [KeyValue]) -> Self {
        Flat(attributes.iter().map(|each| (each.key.as_str(), &each.value)).collect())
    }

    /// The value of the first name that is there; the last one set counts.
    pub(super) fn value(&self, names: &[&str]) -> Option<&'a Value> {
        let last = |name: &&str| self.0.iter().rfind(|(key, _)| key == name);
        names.iter().find_map(last).map(|(_, value)| *value)
    }

    /// Text that is not empty.
    pub(super) fn text(&self, names: &[&str]) -> Option<&'a str> {
        match self.value(names)? {
            Value::String(text) => Some(text.as_str()).filter(|text| !text.is_empty()),
            _ => None,
        }
    }

    /// A count: `tracing` knows unsigned integers, its bridge to OpenTelemetry makes text of them.
    pub(super) fn count(&self, names: &[&str]) -> Option<u64> {
        match self.value(names)? {
            Value::I64(count) => u64::try_from(*count).ok(),
            Value::F64(count) => whole(*count),
            Value::String(text) => {
                let text = text.as_str().trim();
                text.parse().ok().or_else(|| whole(text.parse().ok()?))
            }
            _ => None,
        }
    }

    pub(super) fn json(&self, names: &[&str]) -> Option<Json> {
        self.value(names).map(json)
    }

    /// All attributes whose key begins so, by the rest of it.
    pub(super) fn below<'b>(&'b self, key: &'b str) -> impl Iterator<Item = (&'a str, &'a Value)> {
        self.0.iter().filter_map(move |(each, value)| Some((each.strip_prefix(key)?, *value)))
    }

    /// The items of a list that is flattened below `key`, in their order.
    pub(super) fn list(&self, key: &str) -> Vec<Flat<'a>> {
        let mut items: BTreeMap<usize, Flat<'a>> = BTreeMap::new();
        for (rest, value) in self.below(key) {
            let Some(rest) = rest.strip_prefix('.') else { continue };
            let (index, rest) = rest.split_once('.').unwrap_or((rest, ""));
            if let Ok(index) = index.parse() {
                items.entry(index).or_default().0.push((rest, value));
            }
        }
        items.into_values().collect()
    }
}

/// A whole number that is not negative.
fn whole(number: f64) -> Option<u64> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked before")]
    (number.fract() == 0.0 && (0.0..9e15).contains(&number)).then_some(number as u64)
}

/// A value as JSON; text that is JSON is what it says.
pub(super) fn json(value: &Value) -> Json {
    match value {
        Value::Bool(value) => (*value).into(),
        Value::I64(value) => (*value).into(),
        Value::F64(value) => (*value).into(),
        Value::String(text) => from_text(text.as_str()),
        Value::Array(Array::Bool(values)) => values.clone().into(),
        Value::Array(Array::I64(values)) => values.clone().into(),
        Value::Array(Array::F64(values)) => values.clone().into(),
        Value::Array(Array::String(values)) => {
            values.iter().map(|text| Json::from(text.as_str())).collect()
        }
        other => other.to_string().into(),
    }
}

/// What JSON text says, or the text.
pub(super) fn from_text(text: &str) -> Json {
    serde_json::from_str(text).unwrap_or_else(|_| text.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_read_however_they_are_written() {
        let written: [(Value, Option<u64>); 8] = [
            (12.into(), Some(12)),
            ("12".into(), Some(12)),
            (12.0.into(), Some(12)),
            ("12.0".into(), Some(12)),
            ("many".into(), None),
            ((-1).into(), None),
            (1.5.into(), None),
            (f64::NAN.into(), None),
        ];
        for (value, count) in written {
            let attributes = [KeyValue::new("old", value.clone())];
            assert_eq!(Flat::of(&attributes).count(&["new", "old"]), count, "{value:?}");
        }
    }

    #[test]
    fn a_flattened_list_is_in_the_order_of_its_numbers() {
        let attributes = [10, 9, 100].map(|n| KeyValue::new(format!("list.{n}.item"), n));
        let attributes = Flat::of(&attributes);
        let counts = attributes.list("list").iter().map(|item| item.count(&["item"])).collect();
        assert_eq!(Some(vec![9, 10, 100]), counts);
    }
}
