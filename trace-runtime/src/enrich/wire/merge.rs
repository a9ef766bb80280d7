//! Puts the pieces of a streamed JSON value together.

use serde_json::{Map, Value};

/// The fields whose text comes piece by piece. All other fields are whole wherever they appear.
const IN_PIECES: [&str; 10] = [
    "content",
    "text",
    "thinking",
    "reasoning",
    "reasoning_content",
    "refusal",
    "arguments",
    "tool_plan",
    "transcript",
    "response",
];

/// Adds the fields of a piece: text in pieces is joined, list items with the same `index` are one
/// item, and of anything else the last counts, unless it is empty. Lists are in the order of their
/// indexes, so that an item is found at once however long they are.
pub(crate) fn merge(target: &mut Map<String, Value>, piece: &Map<String, Value>) {
    for (key, new) in piece {
        match (target.get_mut(key), new) {
            (_, Value::Null) => {}
            // Some servers repeat every field, and say each only once.
            (Some(_), Value::String(new)) if new.is_empty() => {}
            (Some(Value::String(old)), Value::String(new)) if is_in_pieces(key) => {
                old.push_str(new);
            }
            (Some(Value::Object(old)), Value::Object(new)) => merge(old, new),
            (Some(Value::Array(old)), Value::Array(new)) => {
                for item in new {
                    merge_item(old, item);
                }
            }
            (Some(old), Value::Array(new)) if key == "content" => {
                let text = old.as_str().filter(|text| !text.is_empty());
                let mut parts: Vec<Value> = text.map(text_part).into_iter().collect();
                for part in new {
                    merge_item(&mut parts, part);
                }
                *old = parts.into();
            }
            (Some(Value::Array(old)), Value::String(new)) if key == "content" => {
                merge_item(old, &text_part(new));
            }
            _ => {
                let mut new = new.clone();
                if let Value::Array(items) = &mut new {
                    items.sort_by_key(place);
                }
                target.insert(key.clone(), new);
            }
        }
    }
}

fn is_in_pieces(key: &str) -> bool {
    IN_PIECES.contains(&key)
}

fn text_part(text: &str) -> Value {
    serde_json::json!({"type": "text", "text": text})
}

/// Adds an item of a list to the item it continues: the one with its index, or the last one if
/// both are parts of the same type that come in pieces.
fn merge_item(list: &mut Vec<Value>, item: &Value) {
    let place = place(item);
    let end = list.partition_point(|old| self::place(old) <= place);
    let is_in_pieces = item.get("type").and_then(Value::as_str).is_some_and(is_in_pieces);
    let continued = list.get_mut(..end).and_then(<[_]>::last_mut).filter(|old| match place {
        Place::Index(_) => self::place(old) == place,
        Place::End => is_in_pieces && old.get("type") == item.get("type"),
    });
    match (continued, item) {
        (Some(Value::Object(old)), Value::Object(item)) => merge(old, item),
        _ => list.insert(end, item.clone()),
    }
}

/// Where an item of a list belongs: those that name no index come as they come.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Index(u64),
    End,
}

fn place(item: &Value) -> Place {
    item.get("index").and_then(Value::as_u64).map_or(Place::End, Place::Index)
}

/// The item of a list at an index that a stream names; the list grows, within reason.
pub(crate) fn item_at(list: &mut Vec<Value>, index: usize) -> Option<&mut Value> {
    // No response has more, and an index is outside data.
    const MOST: usize = 4_096;
    if index >= MOST {
        return None;
    }
    if list.len() <= index {
        list.resize(index + 1, Value::Null);
    }
    list.get_mut(index)
}

/// Appends text to a field that is text.
pub(crate) fn append(object: &mut Value, field: &str, text: &str) {
    match object.get_mut(field) {
        Some(Value::String(old)) => old.push_str(text),
        _ => {
            if let Some(object) = object.as_object_mut() {
                object.insert(field.to_owned(), text.into());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn merged(pieces: &[Value]) -> Value {
        let mut whole = Map::new();
        for piece in pieces {
            merge(&mut whole, piece.as_object().unwrap());
        }
        whole.into()
    }

    #[test]
    fn text_is_joined_and_names_are_not() {
        let pieces = [
            json!({"role": "assistant", "content": "a"}),
            json!({"role": "assistant", "content": "b", "refusal": null}),
        ];
        assert_eq!(merged(&pieces), json!({"role": "assistant", "content": "ab"}));
    }

    #[test]
    fn items_of_one_index_are_one_item() {
        let call = |index: u8, arguments: &str| json!({"index": index, "arguments": arguments});
        let pieces = [
            json!({"tool_calls": [call(0, "{"), call(1, "[")]}),
            json!({"tool_calls": [call(1, "]")]}),
            json!({"tool_calls": [call(0, "}")]}),
        ];
        assert_eq!(merged(&pieces), json!({"tool_calls": [call(0, "{}"), call(1, "[]")]}));
    }

    #[test]
    fn an_empty_text_replaces_nothing() {
        let pieces = [
            json!({"tool_calls": [{"index": 0, "id": "call_1", "function": {"name": "f", "arguments": ""}}]}),
            json!({"tool_calls": [{"index": 0, "id": "", "function": {"name": "", "arguments": "{}"}}]}),
        ];
        let whole =
            json!({"index": 0, "id": "call_1", "function": {"name": "f", "arguments": "{}"}});
        assert_eq!(merged(&pieces), json!({"tool_calls": [whole]}));
    }

    #[test]
    fn items_are_in_the_order_of_their_indexes() {
        let item = |index: u16| json!({"index": index, "text": "a"});
        let mut pieces = vec![json!({"list": [item(2), item(0)]})];
        pieces.extend([1, 5, 3, 2, 0].map(|index| json!({"list": [item(index)]})));
        let whole = |index: u16, text: &str| json!({"index": index, "text": text});
        let list = [whole(0, "aa"), whole(1, "a"), whole(2, "aa"), whole(3, "a"), whole(5, "a")];
        assert_eq!(merged(&pieces), json!({"list": list}));
    }

    #[test]
    fn parts_of_one_type_are_one_part_and_text_after_them_is_another() {
        let thinking =
            |text: &str| json!({"type": "thinking", "thinking": [{"type": "text", "text": text}]});
        let pieces = [
            json!({"content": [thinking("a")]}),
            json!({"content": [thinking("b")]}),
            json!({"content": "c"}),
            json!({"content": "d"}),
        ];
        let whole = json!({"content": [thinking("ab"), {"type": "text", "text": "cd"}]});
        assert_eq!(merged(&pieces), whole);
    }
}
