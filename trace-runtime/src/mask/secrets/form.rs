//! The type of a form by which a key is recognized.

use super::alphabet::Alphabet;

/// The proof, besides prefix and length, that a word of this form is a key.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Proof {
    /// None: no other text has this prefix, which has a separator. It may follow a letter directly.
    Prefix,
    /// The prefix begins a word.
    Start,
    /// The prefix begins a word, and the rest is random: it mixes digits with letters, or the cases
    /// of letters, as neither words nor identifiers do.
    Random,
}

/// The form of a kind of key.
#[derive(Clone, Copy, Debug)]
pub(super) struct Form {
    pub(super) prefix: &'static str,
    pub(super) alphabet: Alphabet,
    /// The least length of the part after the prefix.
    pub(super) min: usize,
    /// Its greatest length. If more characters of the alphabet follow, the word is no such key.
    pub(super) max: usize,
    pub(super) proof: Proof,
}
