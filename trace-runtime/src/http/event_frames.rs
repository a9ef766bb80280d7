//! The frames in which Amazon Bedrock streams, read as lines of JSON.
//!
//! Reference: <https://smithy.io/2.0/aws/amazon-eventstream.html>. A frame has a prelude with two
//! lengths, headers, a payload, and checksums, which the client verifies.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::json;

/// The content type of such a stream.
pub(super) const CONTENT_TYPE: &str = "vnd.amazon.eventstream";

/// Total length, length of the headers, checksum: each a big-endian `u32`.
const PRELUDE: usize = 12;
/// The prelude and the checksum at the end.
const OVERHEAD: usize = PRELUDE + 4;
/// The length of a frame that is read. AWS permits 24 MiB; those of models are a few hundred bytes.
const MAX_FRAME: usize = 1024 * 1024;

/// Assembles frames from the chunks of a body.
#[derive(Debug, Default)]
pub(super) struct EventFrames {
    /// The beginning of a frame.
    frame: Vec<u8>,
    /// The number of bytes that remain of a frame that is too long.
    skipped: usize,
    /// The stream does not consist of frames, so the rest of it cannot be read.
    is_broken: bool,
}

impl EventFrames {
    /// Passes on each event that is complete, as a line.
    pub(super) fn push(&mut self, mut chunk: &[u8], mut pass: impl FnMut(&[u8])) {
        while !chunk.is_empty() && !self.is_broken {
            let skips = self.skipped > 0;
            let missing = if skips { self.skipped } else { self.missing() };
            let (next, rest) = chunk.split_at(missing.min(chunk.len()));
            chunk = rest;
            if skips {
                self.skipped -= next.len();
                continue;
            }
            self.frame.extend_from_slice(next);
            if self.frame.len() == PRELUDE {
                self.check_lengths();
            } else if next.len() == missing {
                if let Some(line) = Frame::parse(&self.frame).and_then(|frame| frame.line()) {
                    pass(line.as_bytes());
                }
                self.frame.clear();
            }
        }
    }

    /// Returns the number of bytes until the prelude or the frame is complete.
    fn missing(&self) -> usize {
        let end = match lengths(&self.frame) {
            Some((total, _)) => total,
            None => PRELUDE,
        };
        end.saturating_sub(self.frame.len())
    }

    fn check_lengths(&mut self) {
        match lengths(&self.frame) {
            Some((total, headers)) if total >= OVERHEAD && headers <= total - OVERHEAD => {
                if total > MAX_FRAME {
                    self.skipped = total - PRELUDE;
                    self.frame.clear();
                }
            }
            _ => self.is_broken = true,
        }
    }
}

/// Returns the two lengths of a prelude, if it is complete.
fn lengths(frame: &[u8]) -> Option<(usize, usize)> {
    let prelude = frame.get(..PRELUDE)?;
    let (total, rest) = prelude.split_first_chunk()?;
    let length = |bytes: &[u8; 4]| usize::try_from(u32::from_be_bytes(*bytes)).ok();
    Some((length(total)?, length(rest.first_chunk()?)?))
}

/// A frame: the headers that tell its type, and the payload.
#[derive(Debug, Default)]
struct Frame<'a> {
    message_type: &'a str,
    /// `:event-type`, `:exception-type` or `:error-code`.
    name: &'a str,
    error_message: &'a str,
    payload: &'a [u8],
}

/// The payload of an event of `InvokeModelWithResponseStream`: an event of the model's own API.
#[derive(Deserialize)]
struct Chunk<'a> {
    bytes: &'a str,
}

impl<'a> Frame<'a> {
    fn parse(frame: &'a [u8]) -> Option<Self> {
        let (_, headers) = lengths(frame)?;
        let content = frame.get(PRELUDE..frame.len().checked_sub(4)?)?;
        let (mut headers, payload) = content.split_at_checked(headers)?;
        let mut parsed = Frame { payload, ..Frame::default() };
        while !headers.is_empty() {
            let name = sized(&mut headers, 1)?;
            let Some(value) = header_value(&mut headers)? else { continue };
            match name {
                b":message-type" => parsed.message_type = value,
                b":event-type" | b":exception-type" | b":error-code" => parsed.name = value,
                b":error-message" => parsed.error_message = value,
                _ => {}
            }
        }
        Some(parsed)
    }

    /// Returns the event as an object with one field, whose name is the type of the event.
    fn line(&self) -> Option<String> {
        if self.message_type == "error" {
            let error = json!({ "type": self.name, "message": self.error_message });
            return Some(format!("{}\n", json!({ "error": error })));
        }
        let payload = std::str::from_utf8(self.payload).ok()?.trim();
        serde_json::from_str::<IgnoredAny>(payload).ok()?;
        let name = self.name;
        if !name.chars().all(|character| character.is_ascii_alphanumeric()) {
            return None;
        }
        match (self.message_type, name) {
            ("event", "chunk") => {
                let bytes = STANDARD.decode(serde_json::from_str::<Chunk<'_>>(payload).ok()?.bytes);
                let event = String::from_utf8(bytes.ok()?).ok()?;
                Some(event + "\n")
            }
            ("event", _) => Some(format!("{{\"{name}\":{payload}}}\n")),
            ("exception", _) => Some(format!("{{\"{name}\":{payload},\"error\":{payload}}}\n")),
            _ => None,
        }
    }
}

/// Takes a value whose length comes first, in so many bytes.
fn sized<'a>(bytes: &mut &'a [u8], length_bytes: usize) -> Option<&'a [u8]> {
    let length = take(bytes, length_bytes)?;
    let length = length.iter().fold(0, |length, byte| length << 8 | usize::from(*byte));
    take(bytes, length)
}

fn take<'a>(bytes: &mut &'a [u8], length: usize) -> Option<&'a [u8]> {
    let (taken, rest) = bytes.split_at_checked(length)?;
    *bytes = rest;
    Some(taken)
}

/// Takes the value of a header. It is `Some(None)` if the value is not text.
#[expect(clippy::option_option, reason = "a broken header, and one of another type")]
fn header_value<'a>(headers: &mut &'a [u8]) -> Option<Option<&'a str>> {
    const TEXT: u8 = 7;
    let kind = *take(headers, 1)?.first()?;
    match kind {
        0 | 1 => {}
        2 => drop(take(headers, 1)?),
        3 => drop(take(headers, 2)?),
        4 => drop(take(headers, 4)?),
        5 | 8 => drop(take(headers, 8)?),
        9 => drop(take(headers, 16)?),
        6 => drop(sized(headers, 2)?),
        TEXT => return Some(std::str::from_utf8(sized(headers, 2)?).ok()),
        _ => return None,
    }
    Some(None)
}

#[cfg(test)]
mod tests;
