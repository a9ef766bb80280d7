//! The body of a response, kept while it passes.

/// The number of bytes of the end that are kept even if the beginning has filled its space.
const TAIL: usize = 4096;

/// A copy of the first bytes of a body, up to a limit, and of its last bytes.
///
/// The end is needed to know whether the protocol was complete, however long the body is.
#[derive(Debug)]
pub(super) struct Received {
    start: Vec<u8>,
    limit: usize,
    /// The end of what does not fit into `start`: at least the last [`TAIL`] bytes, and at most
    /// twice as many.
    tail: Vec<u8>,
    /// The number of bytes that are not in `start`.
    missing: usize,
}

impl Received {
    pub(super) fn with_limit(limit: usize) -> Self {
        Received { start: Vec::new(), limit, tail: Vec::new(), missing: 0 }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.start.is_empty()
    }

    pub(super) fn push(&mut self, chunk: &[u8]) {
        let space = self.limit - self.start.len();
        let (fitting, rest) = chunk.split_at(space.min(chunk.len()));
        self.start.extend_from_slice(fitting);
        if rest.is_empty() {
            return;
        }
        self.missing = self.missing.saturating_add(rest.len());
        let last = rest.get(rest.len().saturating_sub(TAIL)..).unwrap_or_default();
        self.tail.extend_from_slice(last);
        if self.tail.len() > 2 * TAIL {
            self.tail.drain(..self.tail.len() - TAIL);
        }
    }

    /// Returns the end of the body: all of it, unless a part of it is missing.
    pub(super) fn end(&self) -> &[u8] {
        if self.missing == 0 { &self.start } else { &self.tail }
    }

    /// Returns the beginning as text, with a marker in place of what is missing.
    pub(super) fn into_text(self) -> String {
        let text = match String::from_utf8(self.start) {
            Ok(text) => text,
            Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
        };
        if self.missing == 0 { text } else { format!("{text}… [{} bytes missing]", self.missing) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn push_above_the_limit_keeps_the_beginning_and_the_end() {
        let mut received = Received::with_limit(10);
        for _ in 0..100_000 {
            received.push(b"0123456");
        }
        received.push(b"the end");
        assert!(received.end().ends_with(b"0123456the end"));
        assert!(received.tail.len() <= 2 * TAIL + 7 && received.end().len() >= TAIL);
        assert_eq!(received.into_text(), "0123456012… [699997 bytes missing]");
    }

    #[test]
    fn into_text_of_pieces_joins_characters() {
        let mut received = Received::with_limit(100);
        "é".as_bytes().iter().for_each(|byte| received.push(&[*byte]));
        assert_eq!(received.end(), "é".as_bytes());
        assert_eq!(received.into_text(), "é");
    }
}
