//! Parses a request or response body as it was recorded: JSON, text or bytes, the events of a
//! stream, as one value or in arbitrary pieces.
//!
//! A function that uses plain HTTP often returns the body as its client delivers it, and the span
//! records the text of that value. All of these are recordings of the same two events:
//!
//! | return value | recorded text |
//! |---|---|
//! | `String`, or a stream of `String` | `data: {"a":1}⏎⏎data: {"b":2}⏎⏎` |
//! | `Vec<Value>`, or a stream of values | `[{"a":1},{"b":2}]` |
//! | `Vec<String>` | `["data: {\"a\":1}\n\nda","ta: {\"b\":2}\n\n"]` |
//! | stream of `Vec<u8>` | `[[100,97,116,97],[58,32,..]]` |
//! | stream of `bytes::Bytes` | `b"data: {\"a\":1}\n\nda"b"ta: {\"b\":2}\n\n"` |
//!
//! The network decides where a piece ends: possibly inside an event, or inside a UTF-8 character.

use crate::capture::is_truncated;
use memchr::memchr2_iter;
use serde_json::{Deserializer, Value};

/// Parses the recorded text of an input or output, or returns `None` if it contains no JSON.
///
/// Several events, and several consecutive JSON values, become an array. A provider's format then
/// sees the same value as if the client had parsed the body.
pub(crate) fn parse(text: &str) -> Option<Value> {
    if let Some(value) = parse_json(text) {
        // An array may be the body in pieces. Keep the array itself if the pieces are not JSON:
        // `["a", "b"]` and a vector of numbers are valid outputs too.
        let body = value.as_array().and_then(|pieces| concat_pieces(pieces));
        return body.and_then(|body| parse_body(&body)).or(Some(value));
    }
    match parse_bytes_debug(text) {
        Some(body) => parse_body(&body),
        None => parse_events(text).map(Value::Array),
    }
}

/// Parses a whole body: one JSON value, or events.
fn parse_body(body: &str) -> Option<Value> {
    parse_json(body).or_else(|| parse_events(body).map(Value::Array))
}

/// Parses a JSON object or array. Returns `None` for scalars, and for text that was truncated.
///
/// The first character is checked before the parser runs: most recorded text is prose, and
/// `serde_json` would allocate an error for it.
pub(crate) fn parse_json(text: &str) -> Option<Value> {
    if text.trim_start().starts_with(['{', '[']) { serde_json::from_str(text).ok() } else { None }
}

/// Concatenates a body that was recorded as an array: of strings, of bytes, or of byte arrays.
///
/// Bytes are joined before they are decoded, because a piece may end inside a character.
fn concat_pieces(pieces: &[Value]) -> Option<String> {
    if pieces.is_empty() {
        return None;
    }
    if let Some(text) = pieces.iter().map(Value::as_str).collect() {
        return Some(text);
    }
    let bytes = to_bytes(pieces).or_else(|| {
        let lists = pieces.iter().map(|piece| to_bytes(piece.as_array()?));
        Some(lists.collect::<Option<Vec<_>>>()?.concat())
    });
    String::from_utf8(bytes?).ok()
}

/// Returns numbers as bytes, or `None` if one of them is not an integer from 0 to 255.
fn to_bytes(numbers: &[Value]) -> Option<Vec<u8>> {
    numbers.iter().map(|number| u8::try_from(number.as_u64()?).ok()).collect()
}

/// Parses the `Debug` output of one or more `bytes::Bytes` values: `b"data: {\"a\":1}\n\n"`.
///
/// `reqwest::Response::bytes_stream`, hyper and axum yield `Bytes`. Without its feature `serde`
/// this type implements only `Debug`, so capture records a stream of them as `b".."b".."`. The
/// escapes are those of `bytes/src/fmt/debug.rs`: `\n`, `\r`, `\t`, `\\`, `\"`, `\0` and `\xNN`.
/// The tests are `tests/clients/tests/http.rs` (reqwest) and the raw HTTP tests in
/// `tests/integration/enrich` (axum).
///
/// Returns `None` if the text is not a sequence of such literals, or if their content is empty.
fn parse_bytes_debug(text: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let mut literal = rest.strip_prefix("b\"")?.bytes();
        loop {
            match literal.next()? {
                b'"' => break,
                b'\\' => bytes.push(match literal.next()? {
                    b'n' => b'\n',
                    b'r' => b'\r',
                    b't' => b'\t',
                    b'0' => 0,
                    b'x' => {
                        let digits = [literal.next()?, literal.next()?];
                        u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?
                    }
                    // A backslash before a quote or a backslash is removed.
                    escaped => escaped,
                }),
                byte => bytes.push(byte),
            }
        }
        rest = rest.get(rest.len() - literal.len()..)?;
    }
    String::from_utf8(bytes).ok().filter(|text| !text.is_empty())
}

/// Parses server-sent events or consecutive JSON values, and returns the data of each.
///
/// ```text
/// : OPENROUTER PROCESSING
///
/// event: message_start
/// data: {"type": "message_start"}
///
/// data: [DONE]
/// ```
///
/// Line ends are optional, because clients that return lines strip them and the recorded lines are
/// concatenated: `event: xdata: {..}data: {..}`. JSON lines (Ollama) are values without any field
/// name. `[DONE]`, with which OpenAI ends a stream, is skipped.
///
/// An incomplete value is accepted at the end only, where it means that the stream broke; the
/// events before it are kept. Text that this crate truncated is rejected as a whole.
fn parse_events(text: &str) -> Option<Vec<Value>> {
    let mut events = Vec::new();
    // The event stream format allows a byte order mark at the beginning.
    let mut rest = text.trim_start_matches('\u{feff}').trim();
    if is_truncated(rest) {
        return None;
    }
    while !rest.is_empty() {
        if let Some(data) = rest.strip_prefix("data:") {
            rest = data.trim_start();
        }
        if let Some(after) = rest.strip_prefix("[DONE]") {
            rest = after.trim_start();
        } else if rest.starts_with('{') {
            let mut values = Deserializer::from_str(rest).into_iter();
            match values.next()? {
                Ok(value) => events.push(value),
                Err(error) if error.is_eof() => break,
                Err(_) => return None,
            }
            rest = rest.get(values.byte_offset()..)?.trim_start();
        } else {
            rest = skip_field(rest)?;
        }
    }
    (!events.is_empty()).then_some(events)
}

/// Skips a field other than `data`, or a comment, and returns the text after it. Returns `None` if
/// the text begins with neither.
fn skip_field(text: &str) -> Option<&str> {
    // A line that begins with a colon is a comment; servers send them as keep-alive.
    let fields = ["event:", "id:", "retry:", ":"];
    if !fields.iter().any(|field| text.starts_with(field)) {
        return None;
    }
    // The field ends at a line end or at the next `data:`, whichever comes first. Looking for the
    // line end alone would scan the rest of the stream for each event where line ends are missing.
    let is_end = |rest: &str| rest.starts_with('\n') || rest.starts_with("data:");
    let mut rests = memchr2_iter(b'\n', b'd', text.as_bytes()).filter_map(|at| text.get(at..));
    Some(rests.find(|rest| is_end(rest)).unwrap_or_default().trim_start())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn events_with_or_without_line_ends_are_parsed() {
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
            assert_eq!(parse(text), events, "{text}");
        }
    }

    #[test]
    fn many_events_without_line_ends_take_linear_time() {
        // A scan of the remaining text for each event would take minutes.
        let text = "event: xdata: {\"a\":1}".repeat(50_000);
        assert_eq!(parse(&text).unwrap().as_array().unwrap().len(), 50_000);
    }

    #[test]
    fn text_without_events_is_rejected() {
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
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn body_in_pieces_is_concatenated() {
        let text = "data: {\"é\":1}\n\ndata: {\"b\":2}\n\n";
        let events = Some(json!([{"é": 1}, {"b": 2}]));
        for size in [1, 3, 8, 100] {
            let pieces: Vec<&[u8]> = text.as_bytes().chunks(size).collect();
            assert_eq!(parse(&json!(pieces).to_string()), events);
            let debug: String = pieces.iter().map(|piece| bytes_debug(piece)).collect();
            assert_eq!(parse(&debug), events, "{debug}");
        }
        assert_eq!(parse(&json!(text.as_bytes()).to_string()), events);
        assert_eq!(
            parse(&json!(text.split_inclusive('\n').collect::<Vec<_>>()).to_string()),
            events
        );
        assert_eq!(parse(&json!(text.lines().collect::<Vec<_>>()).to_string()), events);
        assert_eq!(parse(&bytes_debug(b"{\"a\": \"\\\"\"}")), Some(json!({"a": "\""})));
    }

    /// Formats bytes as `bytes::Bytes` does for `Debug`.
    fn bytes_debug(bytes: &[u8]) -> String {
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
    fn plain_json_is_unchanged() {
        assert_eq!(parse("{\"a\":1}"), Some(json!({"a": 1})));
        assert_eq!(parse("[\"a\",\"b\"]"), Some(json!(["a", "b"])));
        assert_eq!(parse("[1,2]"), Some(json!([1, 2])));
        assert_eq!(parse("[[0.5],[1]]"), Some(json!([[0.5], [1]])));
        assert_eq!(parse("[]"), Some(json!([])));
    }
}
