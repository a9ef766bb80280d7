//! Operations on the list of attributes of one span.
//!
//! The list may contain a key twice while a span is open, because a search for the key would cost
//! more than a second entry. The last value counts.

use crate::openinference::keys;
use opentelemetry::{Key, KeyValue};
use std::collections::{HashMap, HashSet};

/// Lists up to this length are searched key by key, which is faster than hashing all keys. Most
/// spans are shorter.
const LINEAR_SEARCH_MAX: usize = 24;

/// Removes all but the last value of each key. The key keeps its first place in the list, so the
/// attributes of a span keep the order in which they were first set.
pub(crate) fn keep_last_of_each_key(attributes: &mut Vec<KeyValue>) {
    if attributes.len() <= LINEAR_SEARCH_MAX && are_distinct(attributes) {
        return;
    }
    // The place of each key in `kept`.
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

/// Adds an attribute to a list that may become long, in amortized constant time.
///
/// A loop in the program may set one key thousands of times. Duplicates are therefore removed each
/// time the list is about to grow: the memory depends on the number of distinct keys only.
pub(crate) fn push(attributes: &mut Vec<KeyValue>, attribute: KeyValue) {
    if attributes.len() > LINEAR_SEARCH_MAX && attributes.len() == attributes.capacity() {
        keep_last_of_each_key(attributes);
        // As many attributes fit before the next removal, which keeps its cost per attribute
        // constant.
        attributes.reserve(attributes.len());
    }
    attributes.push(attribute);
}

/// Compares each key with all following keys.
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

/// Adds the attributes whose keys are not set yet.
///
/// A list such as the input messages is one value that is spread over many keys. If one of its keys
/// is set, none is added: with `llm.input_messages.0.message.role` set explicitly, a derived
/// `llm.input_messages.1.message.role` is left out.
pub(crate) fn add_missing(attributes: &mut Vec<KeyValue>, new: impl IntoIterator<Item = KeyValue>) {
    let set: HashSet<Key> = attributes.iter().map(|attribute| attribute.key.clone()).collect();
    let taken: Vec<&str> = keys::COMPOSITE_KEYS
        .into_iter()
        .filter(|prefix| set.iter().any(|key| is_below(key.as_str(), prefix)))
        .collect();
    attributes.extend(new.into_iter().filter(|attribute| {
        let key = attribute.key.as_str();
        !set.contains(&attribute.key) && !taken.iter().any(|prefix| is_below(key, prefix))
    }));
}

/// Returns true if `key` is `prefix` followed by a dot and more.
fn is_below(key: &str, prefix: &str) -> bool {
    key.strip_prefix(prefix).is_some_and(|rest| rest.starts_with('.'))
}

/// Lists above this length are sorted, so that essential attributes come first.
///
/// An attached provider has a limit that this crate cannot read, and the SDK drops the attributes
/// that are added last. The SDK's default is 128; a lower value leaves room for attributes that a
/// sampler or the application adds to the span.
const SORT_ABOVE: usize = 100;

/// Shortens a list to `limit` attributes. Those of [`keys::ESSENTIAL_KEYS`] are moved to the front
/// and kept; of all others the last ones are dropped.
pub(crate) fn keep_essential(attributes: &mut Vec<KeyValue>, limit: usize) {
    if attributes.len() > limit.min(SORT_ABOVE) {
        // The sort is stable, so that messages stay in their order.
        attributes.sort_by_key(|attribute| !is_essential(attribute.key.as_str()));
        attributes.truncate(limit);
    }
}

fn is_essential(key: &str) -> bool {
    keys::ESSENTIAL_KEYS.contains(&key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keep_last_of_each_key_with_a_duplicate_keeps_the_first_place() {
        let mut attributes =
            vec![KeyValue::new("a", 1), KeyValue::new("b", 2), KeyValue::new("a", 3)];
        keep_last_of_each_key(&mut attributes);
        assert_eq!(attributes, [KeyValue::new("a", 3), KeyValue::new("b", 2)]);
    }

    #[test]
    fn push_of_repeated_keys_bounds_the_memory() {
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
    fn add_missing_to_a_list_set_by_hand_adds_no_item_of_it() {
        let message = |list: &str, n: u8, text: &'static str| {
            KeyValue::new(format!("{list}.{n}.{}", keys::MESSAGE_CONTENT), text)
        };
        let mut attributes = vec![message(keys::LLM_INPUT_MESSAGES, 0, "by hand")];
        let derived = [
            message(keys::LLM_INPUT_MESSAGES, 0, "derived"),
            message(keys::LLM_INPUT_MESSAGES, 1, "derived"),
            message(keys::LLM_OUTPUT_MESSAGES, 0, "derived"),
        ];
        add_missing(&mut attributes, derived.clone());
        assert_eq!(attributes[1..], derived[2..]);
    }

    #[test]
    fn keep_essential_above_the_limit_keeps_essential_attributes_first() {
        let mut attributes: Vec<_> =
            (0..200).map(|n| KeyValue::new(format!("message.{n}"), n)).collect();
        attributes.push(KeyValue::new(keys::OUTPUT_VALUE, "answer"));
        keep_essential(&mut attributes, 128);
        assert_eq!(attributes.len(), 128);
        assert_eq!(attributes[0], KeyValue::new(keys::OUTPUT_VALUE, "answer"));
    }
}
