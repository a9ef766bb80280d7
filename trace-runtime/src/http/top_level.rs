//! Reads the keys of a JSON object without parsing their values.

use memchr::memchr2;

/// The number of bytes that are read. A request of many megabytes must not cost its caller more
/// than a small one.
const MAX_BYTES: usize = 256 * 1024;

/// The entries at the top level of a JSON object, each with the text of its value.
///
/// It checks no syntax inside the values: the caller only looks for names that it knows. It ends at
/// the first entry that is incomplete.
#[derive(Debug)]
pub(super) struct TopLevel<'a> {
    rest: &'a [u8],
}

impl<'a> TopLevel<'a> {
    /// Returns `None` if the text does not begin like a JSON object.
    pub(super) fn of(text: &'a [u8]) -> Option<Self> {
        let text = text.get(..MAX_BYTES).unwrap_or(text);
        Some(TopLevel { rest: text.trim_ascii_start().strip_prefix(b"{")? })
    }
}

/// Returns true if a text is too long to be read as a whole.
pub(super) fn is_cut(text: &[u8]) -> bool {
    text.len() > MAX_BYTES
}

impl<'a> Iterator for TopLevel<'a> {
    type Item = (&'a [u8], &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let entry = self.rest.trim_ascii_start();
        let entry = entry.strip_prefix(b",").unwrap_or(entry).trim_ascii_start();
        let (key, rest) = entry.split_at_checked(string_length(entry)?)?;
        let value = rest.trim_ascii_start().strip_prefix(b":")?.trim_ascii_start();
        let (value, rest) = value.split_at_checked(value_length(value)?)?;
        self.rest = rest;
        Some((key.strip_prefix(b"\"")?.strip_suffix(b"\"")?, value.trim_ascii_end()))
    }
}

/// Returns the length of the JSON string at the beginning of `text`, with its quotes.
fn string_length(text: &[u8]) -> Option<usize> {
    if text.first() != Some(&b'"') {
        return None;
    }
    let mut at = 1;
    loop {
        at += memchr2(b'"', b'\\', text.get(at..)?)?;
        if text.get(at) == Some(&b'"') {
            return Some(at + 1);
        }
        at += 2;
    }
}

/// Returns the length of the value at the beginning of `text`: up to the comma or the brace after
/// it.
fn value_length(text: &[u8]) -> Option<usize> {
    let (mut at, mut depth) = (0, 0_usize);
    loop {
        match text.get(at)? {
            b'"' => at += string_length(text.get(at..)?)? - 1,
            b'{' | b'[' => depth += 1,
            b',' | b'}' | b']' if depth == 0 => return Some(at),
            b'}' | b']' => depth -= 1,
            _ => {}
        }
        at += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(text: &str) -> Vec<(String, String)> {
        let text_of = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let entries = TopLevel::of(text.as_bytes()).into_iter().flatten();
        entries.map(|(key, value)| (text_of(key), text_of(value))).collect()
    }

    fn pair(key: &str, value: &str) -> (String, String) {
        (key.to_owned(), value.to_owned())
    }

    #[test]
    fn top_level_of_nested_values_lists_the_outer_keys() {
        let text = r#" { "a" : {"b": ["}", {"c": "\"],{"}]} , "model":"m\\", "n":1.5 } "#;
        let expected = [
            pair("a", r#"{"b": ["}", {"c": "\"],{"}]}"#),
            pair("model", r#""m\\""#),
            pair("n", "1.5"),
        ];
        assert_eq!(entries(text), expected);
    }

    #[test]
    fn top_level_of_a_truncated_object_ends_at_the_incomplete_entry() {
        for text in [r#"{"a":1,"b":{"c"#, r#"{"a":1,"b":"c\"#, r#"{"a":1,"b"#, r#"{"a":1,5"#] {
            assert_eq!(entries(text), [pair("a", "1")], "{text}");
        }
    }

    #[test]
    fn top_level_of_anything_else_is_empty() {
        for text in ["", "[1]", "hello", "{", "{}", "{{{", "\"", "{\"", "{\"a\"", "{\"a\":"] {
            assert_eq!(entries(text), [], "{text}");
        }
    }

    #[test]
    fn top_level_of_a_long_text_reads_its_beginning() {
        let text = format!(r#"{{"a":1,"image":"{}","model":"m"}}"#, "x".repeat(MAX_BYTES));
        assert!(is_cut(text.as_bytes()));
        assert_eq!(entries(&text), [pair("a", "1")]);
    }
}
