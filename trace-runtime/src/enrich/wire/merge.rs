//! Joins the pieces of a streamed JSON value.
//!
//! Two ways of streaming are common. OpenAI, Cohere and Ollama repeat the path of a field in each
//! chunk, so [`merge`] adds one object to another by field name. Anthropic, Bedrock and OpenAI's
//! responses send events that name a position; their assemblers use [`item_at`] and
//! [`append_text`].

use serde_json::{Map, Value};

/// The fields whose text arrives in increments. Every other field is complete in each chunk.
///
/// A list of names is necessary because a chunk does not mark increments: `"content": "lo"`
/// continues the text before it, while `"role": "assistant"` in each chunk is a repetition.
/// `thinking` and `response` are Ollama's, `tool_plan` is Cohere's, `transcript` belongs to
/// OpenAI's audio, and servers that follow OpenAI use one of the two names for reasoning.
const INCREMENTAL_FIELDS: [&str; 10] = [
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

/// Adds the fields of a chunk to the fields that have arrived before.
///
/// Incremental text is concatenated, objects are merged, list items with the same `index` become
/// one item, and for anything else the last value that is not empty wins:
///
/// ```json
/// {"role": "assistant", "content": "Hel"}
/// {"role": "assistant", "content": "lo", "tool_calls": [{"index": 0, "id": "call_1"}]}
/// ```
///
/// gives `{"role": "assistant", "content": "Hello", "tool_calls": [{"index": 0, "id": "call_1"}]}`.
///
/// Lists are kept in the order of their indexes. A binary search then finds an item, so thousands
/// of parallel tool calls take no quadratic time.
pub(crate) fn merge(target: &mut Map<String, Value>, chunk: &Map<String, Value>) {
    for (key, new) in chunk {
        match (target.get_mut(key), new) {
            (_, Value::Null) => {}
            // Some servers repeat every field in every chunk, and fill each of them only once.
            (Some(_), Value::String(new)) if new.is_empty() => {}
            (Some(Value::String(old)), Value::String(new)) if is_incremental(key) => {
                old.push_str(new);
            }
            (Some(Value::Object(old)), Value::Object(new)) => merge(old, new),
            (Some(Value::Array(old)), Value::Array(new)) => {
                for item in new {
                    merge_item(old, item);
                }
            }
            // Mistral's reasoning models switch between text and lists of parts in one stream. The
            // text that arrived becomes the first part.
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
                    items.sort_by_key(position);
                }
                target.insert(key.clone(), new);
            }
        }
    }
}

fn is_incremental(key: &str) -> bool {
    INCREMENTAL_FIELDS.contains(&key)
}

/// Returns text as a content part, the form in which a list of parts holds it.
fn text_part(text: &str) -> Value {
    serde_json::json!({"type": "text", "text": text})
}

/// Adds a list item to the item that it continues, or inserts it.
///
/// An item with an index continues the item with the same index. An item without one continues the
/// last item if both have the same incremental type, such as two `{"type": "thinking", ..}`.
fn merge_item(list: &mut Vec<Value>, item: &Value) {
    let position = position(item);
    let end = list.partition_point(|old| self::position(old) <= position);
    let is_incremental = item.get("type").and_then(Value::as_str).is_some_and(is_incremental);
    let continued = list.get_mut(..end).and_then(<[_]>::last_mut).filter(|old| match position {
        Position::Index(_) => self::position(old) == position,
        Position::End => is_incremental && old.get("type") == item.get("type"),
    });
    match (continued, item) {
        (Some(Value::Object(old)), Value::Object(item)) => merge(old, item),
        _ => list.insert(end, item.clone()),
    }
}

/// The place of an item in its list. Items without an index follow those with one, in the order of
/// their arrival; the derived order of the variants ensures this.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Position {
    Index(u64),
    End,
}

fn position(item: &Value) -> Position {
    item.get("index").and_then(Value::as_u64).map_or(Position::End, Position::Index)
}

/// Returns the list item at the index that a stream event names, after extending the list with
/// nulls as far as needed. Returns `None` for an index that is out of bounds.
///
/// The caller removes the nulls that remain: a stream that broke may name index 2 but never 1.
pub(crate) fn item_at(list: &mut Vec<Value>, index: usize) -> Option<&mut Value> {
    // The index comes from outside and determines an allocation. No real response has more items.
    const MAX_ITEMS: usize = 4_096;
    if index >= MAX_ITEMS {
        return None;
    }
    if list.len() <= index {
        list.resize(index + 1, Value::Null);
    }
    list.get_mut(index)
}

/// Returns an event's field that holds a position in a list, such as `output_index`.
pub(crate) fn index_field(event: &Value, field: &str) -> Option<usize> {
    usize::try_from(event.get(field)?.as_u64()?).ok()
}

/// Appends text to a field of an object. A field that is missing or is not text is replaced; a
/// value that is not an object is left unchanged.
pub(crate) fn append_text(object: &mut Value, field: &str, text: &str) {
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
    fn repeated_fields_concatenate_only_incremental_text() {
        let pieces = [
            json!({"role": "assistant", "content": "a"}),
            json!({"role": "assistant", "content": "b", "refusal": null}),
        ];
        assert_eq!(merged(&pieces), json!({"role": "assistant", "content": "ab"}));
    }

    #[test]
    fn items_with_equal_index_become_one_item() {
        let call = |index: u8, arguments: &str| json!({"index": index, "arguments": arguments});
        let pieces = [
            json!({"tool_calls": [call(0, "{"), call(1, "[")]}),
            json!({"tool_calls": [call(1, "]")]}),
            json!({"tool_calls": [call(0, "}")]}),
        ];
        assert_eq!(merged(&pieces), json!({"tool_calls": [call(0, "{}"), call(1, "[]")]}));
    }

    #[test]
    fn empty_text_keeps_the_earlier_value() {
        let pieces = [
            json!({"tool_calls": [{"index": 0, "id": "call_1", "function": {"name": "f", "arguments": ""}}]}),
            json!({"tool_calls": [{"index": 0, "id": "", "function": {"name": "", "arguments": "{}"}}]}),
        ];
        let whole =
            json!({"index": 0, "id": "call_1", "function": {"name": "f", "arguments": "{}"}});
        assert_eq!(merged(&pieces), json!({"tool_calls": [whole]}));
    }

    #[test]
    fn items_out_of_order_are_sorted_by_index() {
        let item = |index: u16| json!({"index": index, "text": "a"});
        let mut pieces = vec![json!({"list": [item(2), item(0)]})];
        pieces.extend([1, 5, 3, 2, 0].map(|index| json!({"list": [item(index)]})));
        let whole = |index: u16, text: &str| json!({"index": index, "text": text});
        let list = [whole(0, "aa"), whole(1, "a"), whole(2, "aa"), whole(3, "a"), whole(5, "a")];
        assert_eq!(merged(&pieces), json!({"list": list}));
    }

    #[test]
    fn thinking_parts_then_text_become_two_parts() {
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
    #[test]
    fn item_at_extends_the_list_up_to_the_limit_only() {
        let mut list = vec![json!("a")];
        *item_at(&mut list, 2).unwrap() = json!("c");
        assert_eq!(list, [json!("a"), Value::Null, json!("c")]);
        assert_eq!(item_at(&mut list, usize::MAX), None);
        assert_eq!(list.len(), 3);
    }
}
