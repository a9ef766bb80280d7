//! A text of limited length.

/// A text that takes no more than a number of characters, so that showing the start of a long value
/// does not copy all of it.
pub(super) struct LimitedText {
    text: String,
    /// The number of characters that still fit.
    room: usize,
}

impl LimitedText {
    pub(super) fn new(limit: usize) -> Self {
        LimitedText { text: String::new(), room: limit }
    }

    pub(super) fn push(&mut self, text: &str) {
        let end = text.char_indices().nth(self.room).map_or(text.len(), |(at, _)| at);
        let taken = &text[..end];
        self.room -= taken.chars().count();
        self.text.push_str(taken);
    }

    pub(super) fn is_full(&self) -> bool {
        self.room == 0
    }

    pub(super) fn into_text(self) -> String {
        self.text
    }
}
