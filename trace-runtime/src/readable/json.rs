//! The words in a JSON value.

use super::limited::LimitedText;
use serde_json::Value;

/// Longer values are shown as they are, without a search for words: only their start is visible.
const MAX_PARSED_BYTES: usize = 1 << 20;

/// Returns the words in a value: a text without quotes, an object as `key: value, key: value`, an
/// object with one text as that text. A value that is not JSON is returned as it is.
pub(super) fn words(value: &str, limit: usize) -> String {
    let mut words = LimitedText::new(limit);
    match parse(value) {
        None => words.push(value),
        Some(json) => push_outermost(&mut words, &json),
    }
    words.into_text()
}

/// Returns the arguments of a tool call: `city: "Oslo", days: 2`. Models also write arguments that
/// are not JSON.
pub(super) fn arguments(value: &str, limit: usize) -> String {
    let mut words = LimitedText::new(limit);
    match parse(value) {
        Some(Value::Object(fields)) => push_fields(&mut words, &fields),
        _ => words.push(value),
    }
    words.into_text()
}

/// Parses an object, a list or a text. Other JSON looks the same as text.
fn parse(value: &str) -> Option<Value> {
    let begins = value.trim_start().starts_with(['{', '[', '"']);
    let json = begins && value.len() <= MAX_PARSED_BYTES || value.trim() == "null";
    json.then(|| serde_json::from_str(value).ok()).flatten()
}

fn push_outermost(words: &mut LimitedText, json: &Value) {
    match json {
        Value::Null => {}
        Value::String(text) => words.push(text),
        Value::Object(fields) => match fields.values().next() {
            Some(Value::String(text)) if fields.len() == 1 => words.push(text),
            _ => push_fields(words, fields),
        },
        Value::Array(items) if items.is_empty() => {}
        other => push(words, other),
    }
}

/// Recursion is safe: `serde_json` does not parse more than 128 levels.
fn push(words: &mut LimitedText, json: &Value) {
    match json {
        Value::String(text) => {
            words.push("\"");
            words.push(text);
            words.push("\"");
        }
        Value::Object(fields) => {
            words.push("{");
            push_fields(words, fields);
            words.push("}");
        }
        Value::Array(items) => {
            words.push("[");
            for (index, item) in items.iter().enumerate() {
                if words.is_full() {
                    return;
                }
                words.push(if index == 0 { "" } else { ", " });
                push(words, item);
            }
            words.push("]");
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => words.push(&json.to_string()),
    }
}

fn push_fields(words: &mut LimitedText, fields: &serde_json::Map<String, Value>) {
    for (index, (key, value)) in fields.iter().enumerate() {
        if words.is_full() {
            return;
        }
        words.push(if index == 0 { "" } else { ", " });
        words.push(key);
        words.push(": ");
        push(words, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_values_have_no_escapes() {
        let cases = [
            ("plain text", "plain text"),
            ("3.5", "3.5"),
            (r#""a \"text\"""#, r#"a "text""#),
            (r#"{"prompt":"What is\nnew?"}"#, "What is\nnew?"),
            (r#"{"city":"Oslo","days":2}"#, r#"city: "Oslo", days: 2"#),
            (r#"{"n":1}"#, "n: 1"),
            (r#"[0.1,{"a":["b",null]}]"#, r#"[0.1, {a: ["b", null]}]"#),
            (r#"{"cut": "of"#, r#"{"cut": "of"#),
        ];
        for (value, expected) in cases {
            assert_eq!(words(value, 100), expected, "{value}");
        }
    }

    #[test]
    fn words_of_a_deep_value_are_its_start() {
        let deep = "[".repeat(100_000);
        assert_eq!(words(&deep, 5), "[[[[[");
    }

    #[test]
    fn arguments_that_are_no_object_are_unchanged() {
        for (value, expected) in [("{\"a\":1}", "a: 1"), ("Oslo", "Oslo"), ("[1]", "[1]")] {
            assert_eq!(arguments(value, 100), expected);
        }
    }
}
