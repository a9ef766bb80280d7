//! The attributes of one span: the last value of a key counts, and what matters is kept first.

use crate::openinference::keys;
use opentelemetry::{Key, KeyValue};
use std::collections::{HashMap, HashSet};

/// Up to here keys are compared one by one, which is faster than to hash them.
const FEW: usize = 24;

/// Drops every earlier value of a key that was set again; the key keeps its first place.
pub(crate) fn keep_last_of_each_key(attributes: &mut Vec<KeyValue>) {
    if attributes.len() <= FEW && are_distinct(attributes) {
        return;
    }
    let mut places: HashMap<Key, usize> = HashMap::with_capacity(attributes.len());
    let mut kept: Vec<KeyValue> = Vec::with_capacity(attributes.len());
    for attribute in attributes.drain(..) {
        if let Some(place) = places.get(&attribute.key) {
            kept[*place] = attribute;
        } else {
            places.insert(attribute.key.clone(), kept.len());
            kept.push(attribute);
        }
    }
    *attributes = kept;
}

/// Adds one of what may be many. A key that is set again and again does not take memory each time,
/// and none is looked for each time.
pub(crate) fn push(attributes: &mut Vec<KeyValue>, attribute: KeyValue) {
    if attributes.len() > FEW && attributes.len() == attributes.capacity() {
        keep_last_of_each_key(attributes);
        // As many are taken before the next look.
        attributes.reserve(attributes.len());
    }
    attributes.push(attribute);
}

fn are_distinct(attributes: &[KeyValue]) -> bool {
    let mut rest = attributes;
    while let [first, others @ ..] = rest {
        if others.iter().any(|other| other.key == first.key) {
            return false;
        }
        rest = others;
    }
    true
}

/// Adds what is not set yet. A list such as the input messages is one value spread over many keys:
/// any of them keeps all others out.
pub(crate) fn add_missing(attributes: &mut Vec<KeyValue>, new: impl IntoIterator<Item = KeyValue>) {
    let set: HashSet<Key> = attributes.iter().map(|attribute| attribute.key.clone()).collect();
    let taken: Vec<&str> = keys::NAMESPACES
        .into_iter()
        .filter(|namespace| set.iter().any(|key| is_below(key.as_str(), namespace)))
        .collect();
    attributes.extend(new.into_iter().filter(|attribute| {
        let key = attribute.key.as_str();
        !set.contains(&attribute.key) && !taken.iter().any(|namespace| is_below(key, namespace))
    }));
}

fn is_below(key: &str, namespace: &str) -> bool {
    key.strip_prefix(namespace).is_some_and(|rest| rest.starts_with('.'))
}

/// From here on an attached provider, whose limit is its own and not known, may drop what comes
/// last. The SDK's default is 128.
const CROWDED: usize = 100;

/// Cuts to `limit` attributes; what a backend cannot do without comes first and stays.
pub(crate) fn keep_essential(attributes: &mut Vec<KeyValue>, limit: usize) {
    if attributes.len() > limit.min(CROWDED) {
        attributes.sort_by_key(|attribute| !is_essential(attribute.key.as_str()));
        attributes.truncate(limit);
    }
}

fn is_essential(key: &str) -> bool {
    keys::ESSENTIAL.contains(&key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_is_set_again_has_its_last_value_at_its_first_place() {
        let mut attributes =
            vec![KeyValue::new("a", 1), KeyValue::new("b", 2), KeyValue::new("a", 3)];
        keep_last_of_each_key(&mut attributes);
        assert_eq!(attributes, [KeyValue::new("a", 3), KeyValue::new("b", 2)]);
    }

    #[test]
    fn a_key_that_is_set_again_and_again_takes_no_memory() {
        let mut attributes = Vec::new();
        for n in 0..10_000 {
            push(&mut attributes, KeyValue::new(format!("key.{}", n % 40), n));
        }
        assert!(attributes.capacity() < 200, "{}", attributes.capacity());
        keep_last_of_each_key(&mut attributes);
        assert_eq!(attributes.len(), 40);
        assert_eq!(attributes[39], KeyValue::new("key.39", 9999));
    }

    #[test]
    fn a_list_comes_from_one_place() {
        let message = |list: &str, n: u8, text: &'static str| {
            KeyValue::new(format!("{list}.{n}.{}", keys::MESSAGE_CONTENT), text)
        };
        let mut attributes = vec![message(keys::LLM_INPUT_MESSAGES, 0, "by hand")];
        let shape = [
            message(keys::LLM_INPUT_MESSAGES, 0, "shape"),
            message(keys::LLM_INPUT_MESSAGES, 1, "shape"),
            message(keys::LLM_OUTPUT_MESSAGES, 0, "shape"),
        ];
        add_missing(&mut attributes, shape.clone());
        assert_eq!(attributes[1..], shape[2..]);
    }

    #[test]
    fn what_matters_survives_the_limit() {
        let mut attributes: Vec<_> =
            (0..200).map(|n| KeyValue::new(format!("message.{n}"), n)).collect();
        attributes.push(KeyValue::new(keys::OUTPUT_VALUE, "answer"));
        keep_essential(&mut attributes, 128);
        assert_eq!(attributes.len(), 128);
        assert_eq!(attributes[0], KeyValue::new(keys::OUTPUT_VALUE, "answer"));
    }
}
