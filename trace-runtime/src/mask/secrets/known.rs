//! Remembers what the searches found out about short texts.
//!
//! Most short texts of a span come again in the next one: keys, names, paths of source files, MIME
//! types, models. A search answers only by the text, so its answer can be remembered by the text:
//! about 60 instructions, where a search takes 400 to 1,500 (callgrind).

use super::KeyAnswers;
use std::cell::RefCell;

/// The greatest length of a text that is remembered.
const MAX_LEN: usize = 128;
/// The number of texts that a thread remembers, a power of two. Each text has two possible places.
const PLACES: usize = 256;

/// A text with what is known about it.
pub(super) struct Place {
    text: [u8; MAX_LEN],
    len: usize,
    /// `Some(true)` if the text has no secret.
    pub(super) is_clean: Option<bool>,
    /// The answers about the text as the key of an attribute.
    pub(super) key: Option<KeyAnswers>,
}

thread_local! {
    static PLACES_OF_THREAD: RefCell<Vec<Place>> = const { RefCell::new(Vec::new()) };
}

/// Returns what is known about a text in one of its slots, which `find_out` has to fill the first
/// time.
pub(super) fn ask<T: Copy>(
    text: &str,
    slot: fn(&mut Place) -> &mut Option<T>,
    find_out: impl FnOnce() -> T,
) -> T {
    if text.len() > MAX_LEN || text.is_empty() {
        return find_out();
    }
    let place = place_of(text.as_bytes());
    // A thread that is ending has destroyed its thread-locals.
    let known = PLACES_OF_THREAD.try_with(|places| {
        let mut places = places.borrow_mut();
        let two = places.get_mut(place..place + 2)?;
        two.iter_mut().find(|place| place.holds(text)).and_then(|place| *slot(place))
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
        let place = &mut places[place + usize::from(!is_free)];
        place.hold(text);
        *slot(place) = Some(answer);
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
        Place { text: [0; MAX_LEN], len: 0, is_clean: None, key: None }
    }
}

impl Place {
    /// Forgets another text.
    fn hold(&mut self, text: &str) {
        if !self.holds(text) {
            *self = Place { len: text.len(), ..Place::default() };
            self.text[..text.len()].copy_from_slice(text.as_bytes());
        }
    }

    fn holds(&self, text: &str) -> bool {
        self.text[..self.len] == *text.as_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::super::KeyAnswers;
    use super::{MAX_LEN, ask};

    #[test]
    fn answers_are_those_of_the_first_time_for_each_text_and_slot() {
        let texts = (0..2000).map(|n| format!("llm.input_messages.{n}.message.content"));
        for text in texts.chain((1..200).map(|len| "x".repeat(len))) {
            let is_clean = text.len().is_multiple_of(2);
            let key = KeyAnswers { names_secret: !is_clean, has_token: is_clean };
            for _ in 0..2 {
                assert_eq!(ask(&text, |place| &mut place.is_clean, || is_clean), is_clean);
                assert_eq!(ask(&text, |place| &mut place.key, || key), key, "{text}");
            }
        }
    }

    #[test]
    fn known_text_is_not_searched_again_and_a_long_one_is() {
        let mut searches = 0;
        for text in ["name", "name", &"n".repeat(MAX_LEN + 1), &"n".repeat(MAX_LEN + 1)] {
            let find_out = || {
                searches += 1;
                false
            };
            ask(text, |place| &mut place.is_clean, find_out);
        }
        assert_eq!(searches, 3);
    }
}
