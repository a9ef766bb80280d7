//! Remembers what the searches found out about short texts.
//!
//! Most short texts of a span come again in the next one: keys, names, paths of source files, MIME
//! types, models. A search answers only by the text, so its answer can be remembered by the text:
//! about 60 instructions, where a search takes 400 to 1,500 (callgrind).

use std::cell::RefCell;

/// The greatest length of a text that is remembered.
const MAX_LEN: usize = 128;
/// The number of texts that a thread remembers, a power of two. Each text has two possible places.
const PLACES: usize = 256;

/// The questions about a text.
#[derive(Clone, Copy, Debug)]
#[repr(u8)]
pub(super) enum Question {
    /// The text has no secret.
    IsClean = 1,
    /// The text is the name of a secret.
    NamesSecret = 1 << 1,
    /// The text is a name that contains a token.
    HasToken = 1 << 2,
}

/// A text with the answers so far.
struct Place {
    text: [u8; MAX_LEN],
    len: usize,
    /// The questions that were asked, and those of them with the answer yes.
    asked: u8,
    yes: u8,
}

thread_local! {
    static PLACES_OF_THREAD: RefCell<Vec<Place>> = const { RefCell::new(Vec::new()) };
}

/// Returns the answer to a question about a text, which `find_out` has to give the first time.
pub(super) fn ask(text: &str, question: Question, find_out: impl FnOnce() -> bool) -> bool {
    if text.len() > MAX_LEN || text.is_empty() {
        return find_out();
    }
    let place = place_of(text.as_bytes());
    // A thread that is ending has destroyed its thread-locals.
    let known = PLACES_OF_THREAD.try_with(|places| {
        let places = places.borrow();
        let two = places.get(place..place + 2)?;
        two[0].get(text, question).or_else(|| two[1].get(text, question))
    });
    if let Ok(Some(answer)) = known {
        return answer;
    }
    let answer = find_out();
    let _ = PLACES_OF_THREAD.try_with(|places| {
        let mut places = places.borrow_mut();
        if places.is_empty() {
            places.resize_with(PLACES, Place::default);
        }
        // A text whose first place is taken goes to the second, and pushes another one out.
        let is_free = places[place].len == 0 || places[place].holds(text);
        places[place + usize::from(!is_free)].set(text, question, answer);
    });
    answer
}

/// Returns the first of the two places of a text: a hash of its length, beginning, middle and end.
fn place_of(bytes: &[u8]) -> usize {
    let mix =
        |hash: u64, word: u64| (hash.rotate_left(5) ^ word).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let mut hash = bytes.len() as u64;
    match (bytes.first_chunk::<8>(), bytes.last_chunk::<8>()) {
        (Some(first), Some(last)) => {
            let middle = bytes[(bytes.len() - 8) / 2..].first_chunk::<8>().unwrap_or(first);
            for word in [first, middle, last] {
                hash = mix(hash, u64::from_le_bytes(*word));
            }
        }
        _ => hash = bytes.iter().fold(hash, |hash, byte| mix(hash, u64::from(*byte))),
    }
    // The highest bits depend on all others.
    usize::try_from(hash >> 32).unwrap_or(0) >> 8 & (PLACES - 2)
}

impl Default for Place {
    fn default() -> Self {
        Place { text: [0; MAX_LEN], len: 0, asked: 0, yes: 0 }
    }
}

impl Place {
    fn get(&self, text: &str, question: Question) -> Option<bool> {
        let question = question as u8;
        let is_known = self.asked & question != 0 && self.holds(text);
        is_known.then_some(self.yes & question != 0)
    }

    fn set(&mut self, text: &str, question: Question, answer: bool) {
        if !self.holds(text) {
            self.text[..text.len()].copy_from_slice(text.as_bytes());
            (self.len, self.asked, self.yes) = (text.len(), 0, 0);
        }
        self.asked |= question as u8;
        if answer {
            self.yes |= question as u8;
        }
    }

    fn holds(&self, text: &str) -> bool {
        self.text[..self.len] == *text.as_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::{MAX_LEN, Question, ask};

    #[test]
    fn answers_are_those_of_the_first_time_for_each_text_and_question() {
        let texts = (0..2000).map(|n| format!("llm.input_messages.{n}.message.content"));
        for text in texts.chain((1..200).map(|len| "x".repeat(len))) {
            let is_clean = text.len().is_multiple_of(2);
            for _ in 0..2 {
                assert_eq!(ask(&text, Question::IsClean, || is_clean), is_clean, "{text}");
                assert_eq!(ask(&text, Question::HasToken, || !is_clean), !is_clean, "{text}");
            }
        }
    }

    #[test]
    fn known_text_is_not_searched_again_and_a_long_one_is() {
        let mut searches = 0;
        for text in ["name", "name", &"n".repeat(MAX_LEN + 1), &"n".repeat(MAX_LEN + 1)] {
            ask(text, Question::NamesSecret, || {
                searches += 1;
                false
            });
        }
        assert_eq!(searches, 3);
    }
}
