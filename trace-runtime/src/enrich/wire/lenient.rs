//! Lists of which some items may be unknown.
//!
//! Most of an answer is lists: messages, blocks, calls, choices. An API adds kinds of items at any
//! time, and a client may write an empty one. So a list is never read as a whole, but item by item,
//! and the JSON of an unknown item is shown.

use serde_json::Value;

/// Returns the items of a field that is a list, and none for any other value.
pub(crate) fn items<'a>(object: &'a Value, field: &str) -> &'a [Value] {
    object.get(field).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// Reads a list: each item by `known`, and if it is not known by `unknown`.
///
/// Returns `None` if no item is known, because the list then belongs to another format.
pub(crate) fn read_items<V, T>(
    items: &[V],
    known: impl Fn(&V) -> Option<T>,
    unknown: impl Fn(&V) -> T,
) -> Option<Vec<T>> {
    let mut has_known = false;
    let read = |item| {
        let read = known(item);
        has_known |= read.is_some();
        read.unwrap_or_else(|| unknown(item))
    };
    let list = items.iter().map(read).collect();
    has_known.then_some(list)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn read_items_with_an_unknown_item_keeps_its_json() {
        let read = |list: Value| {
            let text = |item: &Value| item.as_str().map(str::to_owned);
            read_items(list.as_array().unwrap(), text, Value::to_string)
        };
        assert_eq!(
            read(json!(["a", {"b": 1}])),
            Some(vec!["a".to_owned(), "{\"b\":1}".to_owned()])
        );
        assert_eq!(read(json!([{"b": 1}])), None);
        assert_eq!(read(json!([])), None);
    }

    #[test]
    fn items_of_another_value_are_none() {
        assert_eq!(items(&json!({"list": [1]}), "list"), [json!(1)]);
        assert!(items(&json!({"list": {}}), "list").is_empty());
        assert!(items(&json!(5), "list").is_empty());
    }
}
