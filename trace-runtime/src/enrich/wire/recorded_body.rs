//! What came over the wire and was recorded as it is: text or bytes, of a response or of the events
//! of a stream, as one value or in any pieces.

use crate::capture::is_cut;
use memchr::memchr2_iter;
use serde_json::{Deserializer, Value};

/// The JSON that a recorded value is, or that the text or the bytes in it are. Several events, or
/// JSON values behind each other, are a list.
pub(crate) fn read(text: &str) -> Option<Value> {
    if let Some(value) = json(text) {
        let raw = value.as_array().and_then(|pieces| joined(pieces));
        return raw.and_then(|raw| said(&raw)).or(Some(value));
    }
    match shown_bytes(text) {
        Some(raw) => said(&raw),
        None => events(text).map(Value::Array),
    }
}

fn said(raw: &str) -> Option<Value> {
    json(raw).or_else(|| events(raw).map(Value::Array))
}

/// A JSON object or list. One that was cut is neither.
pub(crate) fn json(text: &str) -> Option<Value> {
    if text.trim_start().starts_with(['{', '[']) { serde_json::from_str(text).ok() } else { None }
}

/// The text that pieces of text, pieces of bytes, or bytes are.
fn joined(pieces: &[Value]) -> Option<String> {
    if pieces.is_empty() {
        return None;
    }
    if let Some(text) = pieces.iter().map(Value::as_str).collect() {
        return Some(text);
    }
    let bytes = bytes(pieces).or_else(|| {
        let lists = pieces.iter().map(|piece| bytes(piece.as_array()?));
        Some(lists.collect::<Option<Vec<_>>>()?.concat())
    });
    String::from_utf8(bytes?).ok()
}

fn bytes(numbers: &[Value]) -> Option<Vec<u8>> {
    numbers.iter().map(|number| u8::try_from(number.as_u64()?).ok()).collect()
}

/// The text in `b".."`, as the type `Bytes` shows itself, or in several of those.
fn shown_bytes(text: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let mut shown = rest.strip_prefix("b\"")?.bytes();
        loop {
            match shown.next()? {
                b'"' => break,
                b'\\' => bytes.push(match shown.next()? {
                    b'n' => b'\n',
                    b'r' => b'\r',
                    b't' => b'\t',
                    b'0' => 0,
                    b'x' => {
                        let digits = [shown.next()?, shown.next()?];
                        u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?
                    }
                    itself => itself,
                }),
                byte => bytes.push(byte),
            }
        }
        rest = rest.get(rest.len() - shown.len()..)?;
    }
    String::from_utf8(bytes).ok().filter(|text| !text.is_empty())
}

/// The data of server-sent events, or JSON values behind each other, with or without the ends of
/// lines between them. One that is not whole may only be the last: then the stream broke.
fn events(text: &str) -> Option<Vec<Value>> {
    let mut events = Vec::new();
    let mut rest = text.trim_start_matches('\u{feff}').trim();
    if is_cut(rest) {
        return None;
    }
    while !rest.is_empty() {
        if let Some(data) = rest.strip_prefix("data:") {
            rest = data.trim_start();
        }
        if let Some(behind) = rest.strip_prefix("[DONE]") {
            rest = behind.trim_start();
        } else if rest.starts_with('{') {
            let mut values = Deserializer::from_str(rest).into_iter();
            match values.next()? {
                Ok(value) => events.push(value),
                Err(error) if error.is_eof() => break,
                Err(_) => return None,
            }
            rest = rest.get(values.byte_offset()..)?.trim_start();
        } else {
            rest = behind_field(rest)?;
        }
    }
    (!events.is_empty()).then_some(events)
}

/// What follows another field of an event, or a comment.
fn behind_field(text: &str) -> Option<&str> {
    let fields = ["event:", "id:", "retry:", ":"];
    if !fields.iter().any(|field| text.starts_with(field)) {
        return None;
    }
    // Not the whole line first: without ends of lines, that is all that is left of the stream.
    let is_end = |rest: &str| rest.starts_with('\n') || rest.starts_with("data:");
    let mut rests = memchr2_iter(b'\n', b'd', text.as_bytes()).filter_map(|at| text.get(at..));
    Some(rests.find(|rest| is_end(rest)).unwrap_or_default().trim_start())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn events_are_read_with_or_without_the_ends_of_lines() {
        let events = Some(json!([{"a": 1}, {"b": "x\n"}]));
        for text in [
            "data: {\"a\":1}\n\ndata: {\"b\":\"x\\n\"}\n\ndata: [DONE]\n\n",
            "data:{\"a\":1}\r\n\r\ndata:{\"b\":\"x\\n\"}",
            "data: {\"a\":1}data: {\"b\":\"x\\n\"}data: [DONE]",
            ": OPENROUTER PROCESSING\n\nevent: x\nid: 1\ndata: {\"a\":1}\n\nevent: y\ndata: {\"b\":\"x\\n\"}\n\n",
            "event: xdata: {\"a\":1}event: ydata: {\"b\":\"x\\n\"}",
            "{\"a\":1}\n{\"b\":\"x\\n\"}\n",
            "data: {\"a\":1}\n\ndata: {\"b\":\"x\\n\"}\n\ndata: {\"c\":",
        ] {
            assert_eq!(read(text), events, "{text}");
        }
    }

    #[test]
    fn many_events_without_ends_of_lines_are_read_once() {
        // Were the rest of the text looked at for each of them, this would take minutes.
        let text = "event: xdata: {\"a\":1}".repeat(50_000);
        assert_eq!(read(&text).unwrap().as_array().unwrap().len(), 50_000);
    }

    #[test]
    fn other_text_is_no_event() {
        for text in [
            "",
            "hello",
            "data: hello",
            "data: {\"a\":1}\n\nand so on",
            "event: x",
            "data: [DONE]",
            "data: {a}",
            "{\"a\":1} and so on",
            "data: {\"a\":1}\n\ndata: {\"b\":\"… [26 bytes missing]",
            "b\"",
            "b\"hello\"",
            "b\"data: {}\" and so on",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn text_and_bytes_come_in_any_pieces() {
        let text = "data: {\"é\":1}\n\ndata: {\"b\":2}\n\n";
        let events = Some(json!([{"é": 1}, {"b": 2}]));
        for size in [1, 3, 8, 100] {
            let pieces: Vec<&[u8]> = text.as_bytes().chunks(size).collect();
            assert_eq!(read(&json!(pieces).to_string()), events);
            let shown: String = pieces.iter().map(|piece| shown(piece)).collect();
            assert_eq!(read(&shown), events, "{shown}");
        }
        assert_eq!(read(&json!(text.as_bytes()).to_string()), events);
        assert_eq!(
            read(&json!(text.split_inclusive('\n').collect::<Vec<_>>()).to_string()),
            events
        );
        assert_eq!(read(&json!(text.lines().collect::<Vec<_>>()).to_string()), events);
        assert_eq!(read(&shown(b"{\"a\": \"\\\"\"}")), Some(json!({"a": "\""})));
    }

    /// As the crate `bytes` writes it.
    fn shown(bytes: &[u8]) -> String {
        let escaped: String = bytes
            .iter()
            .map(|byte| match byte {
                b'\n' => "\\n".to_owned(),
                b'\\' => "\\\\".to_owned(),
                b'"' => "\\\"".to_owned(),
                0x20..0x7f => char::from(*byte).to_string(),
                _ => format!("\\x{byte:02x}"),
            })
            .collect();
        format!("b\"{escaped}\"")
    }

    #[test]
    fn json_is_what_it_says() {
        assert_eq!(read("{\"a\":1}"), Some(json!({"a": 1})));
        assert_eq!(read("[\"a\",\"b\"]"), Some(json!(["a", "b"])));
        assert_eq!(read("[1,2]"), Some(json!([1, 2])));
        assert_eq!(read("[[0.5],[1]]"), Some(json!([[0.5], [1]])));
        assert_eq!(read("[]"), Some(json!([])));
    }
}
