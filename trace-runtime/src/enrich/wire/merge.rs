//! Joins the pieces of a streamed JSON value.
//!
//! Two ways of streaming are common. OpenAI, Cohere and Ollama repeat the path of a field in each
//! chunk, so [`Merged`] adds one object to another by field name. Anthropic, Bedrock and OpenAI's
//! responses send events that name a position; their assemblers use an
//! [`IndexedList`](super::indexed_list::IndexedList) and [`append_text`].

use super::indexed_list::IndexedList;
use super::value_deserializer::count;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// The fields whose text arrives in increments. Every other field is complete in each chunk.
///
/// A list of names is necessary because a chunk does not mark increments: `"content": "lo"`
/// continues the text before it, while `"role": "assistant"` in each chunk is a repetition.
/// `thinking` and `response` are Ollama's, `tool_plan` is Cohere's, `transcript` belongs to
/// OpenAI's audio, and servers that follow OpenAI use one of the two names for reasoning. `summary`
/// is in the reasoning details of OpenRouter.
const INCREMENTAL_FIELDS: [&str; 11] = [
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
    "summary",
];

/// An object that is joined from the chunks of a stream.
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
#[derive(Debug, Default)]
pub(crate) struct Merged(BTreeMap<String, Node>);

/// A value that may grow.
#[derive(Debug)]
enum Node {
    /// A text, a number, or anything that no chunk has continued yet.
    Leaf(Value),
    Object(Merged),
    List(IndexedList<Node>),
}

impl Merged {
    /// Adds the fields of a chunk to the fields that have arrived before.
    pub(crate) fn add(&mut self, chunk: &Map<String, Value>) {
        for (key, new) in chunk.iter().filter(|(_, new)| !new.is_null()) {
            match self.0.get_mut(key) {
                Some(old) => old.add(key, new),
                None => drop(self.0.insert(key.clone(), new.clone().into())),
            }
        }
    }

    /// Returns the joined object.
    pub(crate) fn into_map(self) -> Map<String, Value> {
        self.0.into_iter().map(|(key, node)| (key, node.into_value())).collect()
    }
}

impl From<Map<String, Value>> for Merged {
    fn from(object: Map<String, Value>) -> Self {
        Merged(object.into_iter().map(|(key, value)| (key, value.into())).collect())
    }
}

impl From<Value> for Node {
    fn from(value: Value) -> Self {
        match value {
            Value::Array(items) => {
                let mut list = IndexedList::default();
                for item in items {
                    push_item(&mut list, item);
                }
                Node::List(list)
            }
            value => Node::Leaf(value),
        }
    }
}

impl Node {
    /// Adds what a later chunk has in the same field.
    fn add(&mut self, key: &str, new: &Value) {
        match (&mut *self, new) {
            // Some servers repeat every field in every chunk, and fill each of them only once.
            (_, Value::String(new)) if new.is_empty() => {}
            (Node::Leaf(Value::String(old)), Value::String(new)) if is_incremental(key) => {
                old.push_str(new);
            }
            (Node::List(list), Value::Array(new)) => {
                for item in new {
                    add_item(list, item);
                }
            }
            // Mistral's reasoning models switch between text and lists of parts in one stream. The
            // text that arrived becomes the first part.
            (Node::Leaf(old), Value::Array(new)) if key == "content" => {
                let mut list = IndexedList::default();
                if let Some(text) = old.as_str().filter(|text| !text.is_empty()) {
                    push_item(&mut list, text_part(text));
                }
                for part in new {
                    add_item(&mut list, part);
                }
                *self = Node::List(list);
            }
            (Node::List(list), Value::String(new)) if key == "content" => {
                add_item(list, &text_part(new));
            }
            (old, Value::Object(new)) => match old.as_object() {
                Some(old) => old.add(new),
                None => *self = Node::Leaf(new.clone().into()),
            },
            _ => *self = new.clone().into(),
        }
    }

    /// Returns an object in the form that other objects can be added to.
    fn as_object(&mut self) -> Option<&mut Merged> {
        if let Node::Leaf(Value::Object(object)) = self {
            *self = Node::Object(std::mem::take(object).into());
        }
        match self {
            Node::Object(object) => Some(object),
            _ => None,
        }
    }

    /// Returns a field of an object, if it is text.
    fn text(&self, key: &str) -> Option<&str> {
        match self {
            Node::Leaf(value) => value.get(key)?.as_str(),
            Node::Object(Merged(fields)) => match fields.get(key)? {
                Node::Leaf(value) => value.as_str(),
                _ => None,
            },
            Node::List(_) => None,
        }
    }

    fn into_value(self) -> Value {
        match self {
            Node::Leaf(value) => value,
            Node::Object(object) => object.into_map().into(),
            Node::List(list) => list.into_items().map(Node::into_value).collect(),
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

/// The place of an item in its list.
fn index(item: &Value) -> Option<u64> {
    item.get("index").and_then(count)
}

/// Adds a list item to the item that it continues, or appends it.
///
/// An item with an index continues the item with the same index, unless it begins another one. An
/// item without an index continues the last item that has a type, if both have the same incremental
/// type, such as two `{"type": "thinking", ..}`.
fn add_item(list: &mut IndexedList<Node>, item: &Value) {
    let index = index(item);
    let kind = item.get("type").and_then(Value::as_str);
    let continued = match index {
        Some(index) => list.get_mut(index).filter(|old| !is_another(old, item)),
        None => list
            .current_mut()
            .filter(|old| kind.is_some_and(is_incremental) && old.text("type") == kind),
    };
    match (continued.and_then(Node::as_object), item) {
        (Some(old), Value::Object(item)) => old.add(item),
        _ => push_item(list, item.clone()),
    }
}

fn push_item(list: &mut IndexedList<Node>, item: Value) {
    match index(&item) {
        None if item.get("type").is_none() => list.push_aside(Node::Leaf(item)),
        index => list.push(index, Node::Leaf(item)),
    }
}

/// Returns true if an item at a used index is another item than the one before.
///
/// Servers that know no parallel calls number all of them 0, for example Gemini with its
/// interface for OpenAI's clients. A tool call with a new id and a name is another call. Without a
/// name it continues the one before: vLLM's early versions invent a new id for every piece.
fn is_another(old: &Node, item: &Value) -> bool {
    let (old, new) = (old.text("id"), item.get("id").and_then(Value::as_str));
    let is_new_id = new.is_some_and(|new| !new.is_empty() && old.is_some_and(|old| old != new));
    let is_named =
        |call: &Value| call.get("name").is_some_and(|name| name != "" && !name.is_null());
    is_new_id && (is_named(item) || item.get("function").is_some_and(is_named))
}

/// Returns an event's field that holds a position in a list, such as `output_index`.
pub(crate) fn index_field(event: &Value, field: &str) -> Option<u64> {
    count(event.get(field)?)
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

/// Replaces the counts of an object by those of a later chunk, which are cumulative. A count that is
/// null, or that is 0 where there was a count before, replaces nothing: servers and typed clients
/// write 0 for a count that a chunk does not have.
pub(crate) fn update_counts(old: &mut Value, new: &Value) {
    let (Value::Object(old), Value::Object(new)) = (&mut *old, new) else {
        if !new.is_null() {
            *old = new.clone();
        }
        return;
    };
    for (key, new) in new {
        let old = old.entry(key.as_str()).or_insert(Value::Null);
        if new.is_object() {
            update_counts(old, new);
        } else if !new.is_null() && (old.is_null() || count(new) != Some(0)) {
            *old = new.clone();
        }
    }
}

/// The chunks of a stream that its format does not know. They would be lost with the recorded
/// list of chunks, which the joined response replaces.
#[derive(Debug, Default)]
pub(crate) struct UnknownChunks {
    chunks: Vec<Value>,
    /// The failure that a chunk reports. Many servers report one in the middle of a stream as a
    /// chunk of another form, for example `{"error": {"message": "overloaded"}}`.
    error: Value,
}

impl UnknownChunks {
    /// Keeps a chunk, unless there is nothing in it: some servers send `{}` to keep a connection
    /// alive.
    pub(crate) fn keep(&mut self, chunk: &Value) {
        let is_empty = chunk.is_null() || chunk.as_object().is_some_and(Map::is_empty);
        match chunk.get("error").filter(|error| !error.is_null()) {
            Some(error) => self.error = error.clone(),
            None if is_empty => {}
            None => self.chunks.push(chunk.clone()),
        }
    }

    /// Adds the error to the joined response, and the chunks under a name that no API uses.
    pub(crate) fn add_to(self, response: &mut Map<String, Value>) {
        if !self.error.is_null() {
            response.insert("error".to_owned(), self.error);
        }
        if !self.chunks.is_empty() {
            response.insert("unknown_chunks".to_owned(), self.chunks.into());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn merged(pieces: &[Value]) -> Value {
        let mut whole = Merged::default();
        for piece in pieces {
            whole.add(piece.as_object().unwrap());
        }
        whole.into_map().into()
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
    fn new_id_at_a_used_index_begins_another_item() {
        let call = |id: &str, arguments: &str| json!({"index": 0, "id": id, "function": {"name": "f", "arguments": arguments}});
        let more = |arguments: &str| json!({"index": 0, "function": {"arguments": arguments}});
        let pieces = [
            json!({"tool_calls": [call("a", "{")]}),
            json!({"tool_calls": [more("}")]}),
            json!({"tool_calls": [call("b", "")]}),
            json!({"tool_calls": [more("[]")]}),
            json!({"tool_calls": [call("b", "")]}),
        ];
        assert_eq!(merged(&pieces), json!({"tool_calls": [call("a", "{}"), call("b", "[]")]}));
        // A new id without a name is only a piece.
        let piece = json!({"index": 0, "id": "b", "function": {"arguments": "}"}});
        let pieces = [json!({"tool_calls": [call("a", "{")]}), json!({"tool_calls": [piece]})];
        assert_eq!(merged(&pieces), json!({"tool_calls": [call("b", "{}")]}));
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
    fn update_counts_with_a_zero_keeps_the_earlier_count() {
        let mut counts = json!({"input": 9, "output": 1, "details": {"cached": 4}});
        let new = json!({"input": 0, "output": 3, "details": {"cached": 0}, "new": 0, "x": null});
        update_counts(&mut counts, &new);
        let expected =
            json!({"input": 9, "output": 3, "details": {"cached": 4}, "new": 0, "x": null});
        assert_eq!(counts, expected);
    }

    #[test]
    fn unknown_chunks_keep_all_but_empty_ones() {
        let mut unknown = UnknownChunks::default();
        for chunk in [json!({}), json!(null), json!({"a": 1}), json!("b"), json!({"error": "c"})] {
            unknown.keep(&chunk);
        }
        let mut response = Map::new();
        unknown.add_to(&mut response);
        assert_eq!(Value::from(response), json!({"error": "c", "unknown_chunks": [{"a": 1}, "b"]}));
    }
}
