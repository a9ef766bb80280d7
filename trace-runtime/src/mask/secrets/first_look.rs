//! Whether a text names a secret at all. The pattern that finds the value behind a name is slow,
//! since anything may come before the name; most texts can be told apart by a few letters.

use super::patterns::{CAPITAL_ENDINGS, ENDINGS};
use regex::Regex;
use std::sync::LazyLock;

/// Letters that each ending has: as rare in prose and in code as can be, and few enough for one
/// vectorised search, which takes up to 64 texts and counts capitals as texts of their own.
const LETTERS: &str = "(?i-u:riz|pi[_-]|pik|tok|ecr|ssw|oki)|_KE";

/// More bytes than there are in an ending.
const LONGEST: usize = 24;

static PATTERNS: LazyLock<Option<[Regex; 2]>> = LazyLock::new(|| {
    let ending = format!(r"(?:(?i-u:{ENDINGS})|{CAPITAL_ENDINGS})\z");
    Some([Regex::new(LETTERS).ok()?, Regex::new(&ending).ok()?])
});

/// `false` only if no name of a secret is in the text with a separator behind it.
pub(super) fn may_name_a_secret(text: &str) -> bool {
    let Some([letters, ending]) = PATTERNS.as_ref() else { return true };
    // Where they are frequent, to look at each costs more than the search.
    let most = 16 + text.len() / 256;
    letters.find_iter(text).enumerate().any(|(looks, letters)| {
        looks == most || {
            let (name, behind) = text.split_at(end_of_word(text, letters.end()));
            has_separator(behind) && ending.is_match(last_of_word(name))
        }
    })
}

fn is_of_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-'
}

/// Where the word ends that goes on at `from`. Of one that is too long it may be any place in it.
fn end_of_word(text: &str, from: usize) -> usize {
    let rest = text.bytes().skip(from).take(LONGEST);
    from + rest.take_while(|byte| is_of_word(*byte)).count()
}

/// What the word at the end of a text ends in.
fn last_of_word(text: &str) -> &str {
    let last = text.bytes().rev().take(LONGEST).take_while(|byte| is_of_word(*byte)).count();
    text.split_at(text.len() - last).1
}

/// Whether what is behind a name, quoted or not, is a separator.
fn has_separator(behind: &str) -> bool {
    let behind = behind.trim_start_matches('\\');
    let behind = behind.strip_prefix(['"', '\'']).unwrap_or(behind);
    behind.trim_start_matches(['\t', '\r', '\n', ' ']).starts_with([':', '=', ','])
}
