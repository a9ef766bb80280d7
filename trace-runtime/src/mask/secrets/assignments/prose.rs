//! Names in sentences and in files without separators: `the password is ..`, `API key ..`,
//! `ENV API_KEY ..`, `password ..` in `.netrc`.

use super::super::names::{Name, Strength, classify, is_secret_name};
use super::super::values::{Notation, is_random, is_secret};
use super::{Assignments, MAX_BETWEEN, MAX_DECISIVE};
use aho_corasick::{AhoCorasick, MatchKind};
use std::ops::Range;
use std::sync::LazyLock;

/// The ends of names with the space that follows them.
const ENDS: [&str; 12] = [
    "assword ", "ASSWORD ", "asswd ", "phrase ", "ecret ", "ECRET ", "oken ", "OKEN ", "key ",
    "KEY ", "earer ", "EARER ",
];

// `None` if the automaton cannot be built, which the tests would find.
static SEARCH: LazyLock<Option<AhoCorasick>> =
    LazyLock::new(|| AhoCorasick::builder().match_kind(MatchKind::LeftmostFirst).build(ENDS).ok());

/// Words between a name and its value.
const VERBS: [&str; 4] = ["is: ", "is ", "was ", "to "];

/// Algorithms and encodings, which sentences about secrets mention.
const ALGORITHMS: [&str; 16] = [
    "aes128", "aes256", "argon2", "argon2i", "argon2id", "base16", "base32", "base58", "base64",
    "ed25519", "es256", "hs256", "md5", "pbkdf2", "rs256", "sha256",
];

/// The number of words that a mark in a value may belong to: the name, a verb, and the value.
const WORDS: usize = 3;

/// Returns the beginning of the words before the first mark of a text that it may belong to. The mark is
/// in a value, or an escape soon after a name.
pub(super) fn words_before(text: &[u8], first_mark: usize) -> usize {
    let mut start = first_mark.saturating_sub(MAX_BETWEEN);
    for _ in 0..WORDS {
        let before = text[..start].trim_ascii_end();
        start = before.iter().rposition(|byte| *byte == b' ').map_or(0, |space| space + 1);
    }
    start
}

/// Returns the ends of the names in a text that a space follows.
pub(super) fn names(text: &[u8]) -> impl Iterator<Item = usize> {
    let found = SEARCH.as_ref().map(|search| search.find_iter(text));
    found.into_iter().flatten().map(|found| found.end() - 1)
}

impl Assignments<'_> {
    /// Examines the name that ends at `end`, before a space. Returns true if an escape may hide its
    /// value.
    pub(super) fn examine_prose(&mut self, end: usize) -> bool {
        let start = end.saturating_sub("bearer".len());
        if self.bytes[start..end].eq_ignore_ascii_case(b"bearer") {
            return self.examine_name(end);
        }
        if end <= self.covered {
            return false;
        }
        let name = self.phrase(end);
        let strength = match self.text.get(name.clone()).and_then(classify) {
            Some(Name::Value(strength)) if strength >= Strength::Medium => strength,
            _ => return false,
        };
        let after = self.skip(end, |byte| byte == b' ');
        let verb = VERBS.iter().find(|verb| self.starts(after, verb));
        let at = self.skip(after + verb.map_or(0, |verb| verb.len()), |byte| byte == b' ');
        let quote = matches!(self.bytes.get(at), Some(b'"' | b'\'' | b'`'));
        let start = at + usize::from(quote);
        let value = start..start + self.word(start);
        let Some(text) = self.text.get(value.clone()) else { return false };
        let is_environment = self.bytes[..name.start].ends_with(b"ENV ");
        let is_secret = match verb {
            _ if is_environment => is_secret(text, strength, Notation::Assigned),
            Some(_) => is_secret_in_sentence(text, strength),
            None => is_secret_after_space(text),
        };
        if is_secret {
            self.add(value);
        }
        false
    }

    /// Returns the name that ends at `end`, with the word before it if that makes it one: `API key`.
    fn phrase(&self, end: usize) -> Range<usize> {
        let name = self.name_around(&(end - 1..end));
        let is_whole = self.text.get(name.clone()).is_some_and(is_secret_name);
        if is_whole || self.bytes[..name.start].last() != Some(&b' ') {
            return name;
        }
        let word = self.name_around(&(name.start.saturating_sub(2)..name.start - 1));
        word.start.min(name.start)..name.end
    }

    /// Counts the characters of a word without the punctuation after it.
    fn word(&self, start: usize) -> usize {
        let len = self.count_at_most(MAX_DECISIVE, start, |byte| {
            !byte.is_ascii_whitespace() && !b"\"'`\\<>\x1b".contains(&byte)
        });
        let word = &self.bytes[start..start + len];
        let last = word.iter().rposition(|byte| !b".,;:!?)]}".contains(byte));
        last.map_or(0, |last| last + 1)
    }
}

/// Returns true for the value in a sentence such as `the password is ..`.
fn is_secret_in_sentence(value: &str, strength: Strength) -> bool {
    let (has_digit, has_letter, has_symbol) = classes(value, b"!@#$%^&*+=?~");
    let is_word =
        value.contains(['-', '/', '(', '.']) && !has_symbol && !is_random(value.as_bytes());
    let is_algorithm = ALGORITHMS.iter().any(|it| value.eq_ignore_ascii_case(it));
    !is_word
        && !is_algorithm
        && value.len() >= 6
        && has_letter
        && (has_digit || has_symbol)
        && is_secret(value, strength, Notation::Spaced)
}

/// Returns true for a value that no sentence has after the name of a secret.
fn is_secret_after_space(value: &str) -> bool {
    // Without `=`, which stands between a name and a value.
    let (has_digit, has_letter, has_symbol) = classes(value, b"!@#$%^&*+?~");
    value.len() >= 8
        && has_digit
        && has_letter
        && (has_symbol || is_random(value.as_bytes()))
        && is_secret(value, Strength::Medium, Notation::Spaced)
}

/// Returns whether a value has digits, letters and some of the symbols.
fn classes(value: &str, symbols: &[u8]) -> (bool, bool, bool) {
    let has = |class: &dyn Fn(&u8) -> bool| value.as_bytes().iter().any(class);
    let is_symbol = |byte: &u8| symbols.contains(byte);
    (has(&u8::is_ascii_digit), has(&u8::is_ascii_alphabetic), has(&is_symbol))
}
