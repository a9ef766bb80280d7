//! The message of an error that a server reports.

use memchr::{memchr_iter, memmem};
use serde_json::Value;

/// The length of an error body that is parsed, in bytes.
const MAX_PARSED: usize = 64 * 1024;
/// The length of a message, in bytes.
const MAX_MESSAGE: usize = 1024;

/// Returns the message in the body of a response with an error status: that of the API, or the
/// beginning of a text. HTML pages of proxies have no message.
pub(super) fn message_in_body(body: &[u8]) -> Option<String> {
    let body = body.get(..MAX_PARSED).unwrap_or(body).trim_ascii();
    let Ok(value) = serde_json::from_slice::<Value>(body) else {
        let text = String::from_utf8_lossy(body);
        return (!text.starts_with(['<', '{', '['])).then(|| bounded(&text)).flatten();
    };
    // Google's servers wrap the error of a stream in a list.
    let value = value.get(0).unwrap_or(&value);
    message(value)
}

/// Returns the message of an error event near the end of a stream that began with success.
pub(super) fn message_in_stream(end: &[u8]) -> Option<String> {
    let end = end.get(end.len().saturating_sub(4096)..).unwrap_or(end);
    memmem::find(end, b"\"error\"")?;
    lines(end).find_map(|line| {
        let line = line.trim_ascii();
        let value: Value =
            serde_json::from_slice(line.strip_prefix(b"data:").unwrap_or(line)).ok()?;
        let is_error = value.get("type").is_some_and(|event| event == "error");
        let error = [value.get("error"), value.pointer("/response/error")];
        let has_error = error.into_iter().flatten().any(|error| !error.is_null());
        (is_error || has_error).then(|| message(&value)).flatten()
    })
}

fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let ends = memchr_iter(b'\n', text).chain([text.len()]);
    ends.scan(0, move |start, end| {
        let line = text.get(*start..end);
        *start = end + 1;
        Some(line.unwrap_or_default())
    })
}

/// Returns the message of an error object, in the forms of the known APIs.
fn message(value: &Value) -> Option<String> {
    let places = [
        "/error/message",
        "/response/error/message",
        "/error",
        "/message",
        "/Message",
        "/detail",
        "/detail/0/msg",
    ];
    let text = places.iter().find_map(|place| value.pointer(place)?.as_str())?;
    bounded(text)
}

fn bounded(text: &str) -> Option<String> {
    let text = text.trim();
    let end = (0..=MAX_MESSAGE.min(text.len())).rev().find(|at| text.is_char_boundary(*at));
    (!text.is_empty()).then(|| text.get(..end?).map(str::to_owned)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn message_in_body_of_known_apis_is_their_message() {
        for (body, expected) in [
            (
                r#"{"error":{"message":"Rate limit reached","type":"x"}}"#,
                Some("Rate limit reached"),
            ),
            (
                r#"{"type":"error","error":{"type":"overloaded_error","message":"Busy"}}"#,
                Some("Busy"),
            ),
            (r#"[{"error":{"code":400,"message":"Bad key"}}]"#, Some("Bad key")),
            (r#"{"error":"model not found"}"#, Some("model not found")),
            (r#"{"message":"Too many requests"}"#, Some("Too many requests")),
            (r#"{"detail":[{"msg":"field required"}]}"#, Some("field required")),
            ("upstream timed out\n", Some("upstream timed out")),
            ("<html>Bad gateway</html>", None),
            ("{\"error\":", None),
            ("", None),
        ] {
            assert_eq!(message_in_body(body.as_bytes()).as_deref(), expected, "{body}");
        }
    }

    #[test]
    fn message_in_stream_is_that_of_an_error_event() {
        for (body, expected) in [
            (
                "data: {\"a\":1}\n\nevent: error\ndata: {\"type\":\"error\",\"error\":{\"message\":\"Busy\"}}\n\n",
                Some("Busy"),
            ),
            ("{\"done\":false}\n{\"error\":\"out of memory\"}\n", Some("out of memory")),
            (
                "data: {\"type\":\"response.failed\",\"response\":{\"error\":{\"message\":\"No\"}}}\n",
                Some("No"),
            ),
            ("data: {\"response\":{\"error\":null},\"message\":\"x\"}\n", None),
            ("data: {\"content\":\"\\\"error\\\"\"}\n", None),
        ] {
            assert_eq!(message_in_stream(body.as_bytes()).as_deref(), expected, "{body}");
        }
    }

    #[test]
    fn message_of_a_long_text_is_bounded_at_a_character() {
        let text = "é".repeat(MAX_MESSAGE);
        assert_eq!(bounded(&format!("x{text}")).map(|text| text.len()), Some(MAX_MESSAGE - 1));
    }
}
