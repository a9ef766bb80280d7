//! The end of a response, read from the protocol of each API.
//!
//! Clients stop reading a stream at its last event and drop the body, which looks like a
//! cancellation. Only the last event tells the two apart.

use memchr::memrchr;
use serde::Deserialize;
use serde::de::IgnoredAny;
use std::borrow::Cow;

/// The fields of an event that may end a stream.
#[derive(Deserialize)]
struct Event<'a> {
    /// Anthropic, OpenAI's responses, Cohere.
    #[serde(borrow, default, rename = "type")]
    name: Option<Cow<'a, str>>,
    /// Ollama.
    #[serde(default)]
    done: Option<bool>,
    /// Gemini.
    #[serde(default)]
    candidates: Option<Vec<Candidate>>,
    /// Bedrock ends with the usage.
    #[serde(default)]
    metadata: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct Candidate {
    #[serde(default, rename = "finishReason")]
    finish_reason: Option<IgnoredAny>,
}

/// The types of the last event.
const LAST_EVENTS: [&str; 5] =
    ["message_stop", "response.completed", "response.failed", "response.incomplete", "message-end"];

/// Returns true if the body ends as the protocol of its API ends a response.
pub(super) fn is_complete(body: &[u8]) -> bool {
    let text = body.trim_ascii_end();
    let line = data(text.get(memrchr(b'\n', text).map_or(0, |at| at + 1)..).unwrap_or_default());
    if line == b"[DONE]" {
        return true;
    }
    let Ok(event) = serde_json::from_slice::<Event<'_>>(line) else { return false };
    let is_last = |name: &str| LAST_EVENTS.contains(&name);
    event.name.as_deref().is_some_and(is_last)
        || event.done == Some(true)
        || event.metadata.is_some()
        || event.candidates.is_some_and(|candidates| {
            candidates.iter().any(|candidate| candidate.finish_reason.is_some())
        })
}

/// Returns true if a chunk ends with the last event of OpenAI's chats or of Anthropic's messages,
/// after which clients stop reading. It looks at a few bytes only, because it runs for each chunk.
pub(super) fn is_last_chunk(chunk: &[u8]) -> bool {
    let end = chunk.trim_ascii_end();
    match end.last() {
        Some(b']') => last_line(end).is_some_and(|line| data(line) == b"[DONE]"),
        Some(b'}') => last_line(end).is_some_and(|line| {
            let line = data(line);
            line.starts_with(b"{\"type\":\"message_stop\"")
                || line.starts_with(b"{\"type\": \"message_stop\"")
        }),
        _ => false,
    }
}

/// The length of the last events that [`is_last_chunk`] looks for, with their field.
const MAX_LAST_LINE: usize = 64;

/// Returns the last line, if it is a short one.
fn last_line(text: &[u8]) -> Option<&[u8]> {
    let near = text.get(text.len().saturating_sub(MAX_LAST_LINE)..)?;
    match memrchr(b'\n', near) {
        Some(at) => near.get(at + 1..),
        None => (near.len() == text.len()).then_some(near),
    }
}

/// Returns the data of a line: the text after the field's name of a server-sent event, or the whole
/// line of JSON lines. Gemini streams a JSON array if it is not asked for events.
fn data(line: &[u8]) -> &[u8] {
    let line = line.trim_ascii();
    let data = line.strip_prefix(b"data:").unwrap_or(line).trim_ascii_start();
    let data = data.strip_prefix(b",").unwrap_or(data);
    data.strip_suffix(b"}]").map_or(data, |_| data.get(..data.len() - 1).unwrap_or(data))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_complete_after_the_last_event_of_each_protocol_is_true() {
        for body in [
            "data: {\"a\":1}\n\ndata: [DONE]\n\n",
            "data:[DONE]",
            "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n",
            "event: response.completed\ndata: {\"type\":\"response.completed\",\"response\":{}}\r\n\r\n",
            "{\"done\":false}\n{\"model\":\"m\",\"done\":true}\n",
            "data: {\"candidates\":[{\"content\":{},\"finishReason\":\"STOP\"}]}\n\n",
            "[{\"candidates\":[{}]}\n,{\"candidates\":[{\"finishReason\":\"STOP\"}]}]",
            "data: {\"type\":\"message-end\",\"delta\":{}}\n\n",
            "data: {\"type\":\"response.failed\",\"response\":{}}\n\n",
            "data: {\"type\":\"response.incomplete\",\"response\":{}}\n\n",
        ] {
            assert!(is_complete(body.as_bytes()), "{body}");
        }
    }

    #[test]
    fn is_complete_before_the_last_event_is_false() {
        for body in [
            "",
            "data: {\"a\":1}\n\n",
            "data: {\"a\":\"[DONE]\"}\n\n",
            "data: {\"delta\":\"\\\"done\\\":true\"}\n\n",
            "data: {\"type\":\"content_block_delta\",\"delta\":{\"type\":\"message_stop\"}}\n\n",
            "{\"done\":false}\n",
            "data: {\"candidates\":[{\"content\":{}}]}\n\n",
            "data: {\"candidates\":[{\"finishReason\":null}]}\n\n",
            "data: {\"type\":\"message_st",
        ] {
            assert!(!is_complete(body.as_bytes()), "{body}");
        }
    }

    #[test]
    fn is_last_chunk_accepts_only_a_line_of_its_own() {
        for chunk in [
            "data: [DONE]\n\n",
            "data: {\"a\":1}\n\ndata: [DONE]",
            "data: {\"type\":\"message_stop\"}\n\n",
            "event: message_stop\ndata: {\"type\": \"message_stop\" }\n\n",
        ] {
            assert!(is_last_chunk(chunk.as_bytes()), "{chunk}");
        }
        for chunk in ["", "[1]", "x[DONE]", "data: {\"a\":\"message_stop\"}", "data: x [DONE]\n"] {
            assert!(!is_last_chunk(chunk.as_bytes()), "{chunk}");
        }
        assert!(!is_last_chunk(format!("{}{}", "x".repeat(80), "data: [DONE]").as_bytes()));
    }
}
