//! A text that is truncated at a limit and then ends with a marker.

use memchr::memchr;
use std::{fmt, io};

/// Missing bytes are counted up to this multiple of the limit. Then the writer receives an error,
/// so that an endless value does not block the traced function.
pub(super) const MAX_COUNTED_LIMITS: usize = 16;

/// Keeps the first bytes that are written to it, and counts the rest.
#[derive(Debug)]
pub(crate) struct BoundedText {
    kept: Vec<u8>,
    limit: usize,
    /// Values up to this length are kept whole, even if they are longer than the limit.
    whole: usize,
    written: usize,
    stopped: bool,
}

impl BoundedText {
    pub(super) fn new(limit: usize) -> Self {
        BoundedText::whole_up_to(limit, limit)
    }

    /// Keeps values of up to `whole` bytes whole, and truncates longer ones to `limit`.
    pub(super) fn whole_up_to(whole: usize, limit: usize) -> Self {
        BoundedText { kept: Vec::new(), limit, whole, written: 0, stopped: false }
    }

    /// Returns true if the writer received an error, because the value is far too long.
    pub(super) fn stopped(&self) -> bool {
        self.stopped
    }

    /// Returns the text without NUL bytes, and true if it was truncated.
    pub(super) fn finish(mut self) -> (String, bool) {
        let is_truncated = self.written > self.whole;
        if !is_truncated {
            return (text(self.kept), false);
        }
        if self.whole > self.limit {
            self.kept.truncate(self.limit);
            self.kept.shrink_to_fit();
        }
        // The marker counts towards the limit, unless the limit is shorter than the marker.
        match self.limit.checked_sub(self.marker(0).len()) {
            Some(room) if room > 0 => {
                self.kept.truncate(room);
                let kept = text(std::mem::take(&mut self.kept));
                let marker = self.marker(kept.len());
                (kept + &marker, true)
            }
            _ => (text(self.kept), true),
        }
    }

    /// Returns the marker, for example `… [1048 bytes missing]`.
    fn marker(&self, kept: usize) -> String {
        let more_than = if self.stopped { "more than " } else { "" };
        let missing = self.written - kept;
        format!("… [{more_than}{missing} bytes missing]")
    }

    // `serde_json` writes many small pieces, most of a length that is known at compile time.
    // Inlined, such a write is a store instead of a call of `memcpy`.
    #[expect(clippy::inline_always, reason = "a copy of known length becomes a store")]
    #[inline(always)]
    fn push(&mut self, bytes: &[u8]) -> bool {
        let written = self.written + bytes.len();
        if written > self.limit {
            return self.push_beyond(bytes);
        }
        self.written = written;
        self.kept.extend_from_slice(bytes);
        true
    }

    #[cold]
    fn push_beyond(&mut self, bytes: &[u8]) -> bool {
        self.written += bytes.len();
        let room = self.whole - self.kept.len();
        self.kept.extend_from_slice(&bytes[..bytes.len().min(room)]);
        let counted = self.limit.saturating_mul(MAX_COUNTED_LIMITS).max(self.whole);
        self.stopped = self.written > counted;
        !self.stopped
    }
}

/// Returns true if a text ends with the marker.
pub(crate) fn is_truncated(text: &str) -> bool {
    text.ends_with(" bytes missing]")
}

/// Converts bytes that may end in the middle of a character; an incomplete character is dropped.
fn text(bytes: Vec<u8>) -> String {
    let mut text = String::from_utf8(bytes).unwrap_or_else(|error| {
        let valid = error.utf8_error().valid_up_to();
        let mut bytes = error.into_bytes();
        bytes.truncate(valid);
        String::from_utf8(bytes).unwrap_or_default()
    });
    if memchr(0, text.as_bytes()).is_some() {
        text.retain(|character| character != '\0');
    }
    text
}

impl fmt::Write for BoundedText {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if self.push(text.as_bytes()) { Ok(()) } else { Err(fmt::Error) }
    }
}

impl io::Write for BoundedText {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_all(bytes).map(|()| bytes.len())
    }

    #[expect(clippy::inline_always, reason = "a copy of known length becomes a store")]
    #[inline(always)]
    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        if self.push(bytes) { Ok(()) } else { Err(too_long()) }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cold]
fn too_long() -> io::Error {
    io::Error::other("the value is too long")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fmt::Write;

    fn bounded(text: &str, limit: usize) -> (String, bool) {
        let mut bounded = BoundedText::new(limit);
        let _ = bounded.write_str(text);
        bounded.finish()
    }

    #[test]
    fn text_within_the_limit_is_unchanged() {
        assert_eq!(bounded("short", 5), ("short".to_owned(), false));
    }

    #[test]
    fn text_over_the_limit_ends_with_a_marker_within_the_limit() {
        let (text, is_truncated) = bounded(&"x".repeat(200), 100);
        assert!(is_truncated && text.len() <= 100, "{text}");
        let kept = text.matches('x').count();
        assert_eq!(text, format!("{}… [{} bytes missing]", "x".repeat(kept), 200 - kept));
    }

    #[test]
    fn cut_inside_a_character_drops_the_character() {
        for limit in 1..60 {
            let (text, _) = bounded(&"é".repeat(100), limit);
            assert!(text.len() <= limit, "{limit}: {text}");
            let whole = text.matches('é').count() * 2;
            let marker = format!("… [{} bytes missing]", 200 - whole);
            assert!(text == "é".repeat(whole / 2) || text.ends_with(&marker), "{limit}: {text}");
        }
    }

    #[test]
    fn nul_bytes_are_removed() {
        assert_eq!(bounded("a\0b", 10), ("ab".to_owned(), false));
    }

    #[test]
    fn text_up_to_the_whole_length_is_kept_whole_and_longer_text_is_cut_to_the_limit() {
        let kept = |length: usize| {
            let mut bounded = BoundedText::whole_up_to(400, 100);
            let _ = bounded.write_str(&"x".repeat(length));
            bounded.finish()
        };
        assert_eq!(kept(400), ("x".repeat(400), false));
        let (text, is_truncated) = kept(401);
        assert!(is_truncated && text.len() <= 100, "{text}");
    }

    #[test]
    fn endless_value_is_stopped() {
        let mut endless = BoundedText::new(100);
        let written =
            (0..1_000_000).take_while(|_| endless.write_str("0123456789").is_ok()).count();
        assert!(written < 200, "{written}");
        assert!(endless.finish().0.contains("more than"));
    }
}
