//! Whether a text can name a secret at all. The patterns for what stands behind a name are slow,
//! since anything may come before it; most texts can be told apart by a few letters.

use super::patterns::{CAPITAL_ENDINGS, ENDINGS};
use regex::Regex;
use std::collections::HashSet;
use std::sync::LazyLock;

/// Letters of every name in [`ENDINGS`] and [`CAPITAL_ENDINGS`], and of "bearer", as rare in prose
/// and in code as can be.
const LETTERS: [&str; 9] = ["riz", "rer", "tok", "ecr", "ssw", "oki", "pik", "_ke", "-ke"];

/// More bytes than there are in a name.
const LONGEST: usize = 24;

static PATTERNS: LazyLock<Option<[Regex; 2]>> = LazyLock::new(|| {
    let ending = format!(r"(?:(?i-u:{ENDINGS})|{CAPITAL_ENDINGS})\z");
    Some([Regex::new(&in_any_case(&LETTERS)).ok()?, Regex::new(&ending).ok()?])
});

/// The texts in every mixture of small letters and capitals. A search for up to 64 texts is
/// vectorised, and fastest if those that begin alike, which it puts together, are not neighbours:
/// so not `(?i)`.
fn in_any_case(texts: &[&str]) -> String {
    let mut mixtures: Vec<String> = Vec::new();
    for capitals in 0..8 {
        for text in texts {
            let is_capital = |at: usize| capitals >> at & 1 == 1;
            let letters = text.char_indices();
            let mixture =
                letters.map(
                    |(at, letter)| {
                        if is_capital(at) { letter.to_ascii_uppercase() } else { letter }
                    },
                );
            mixtures.push(mixture.collect());
        }
    }
    let mut seen = HashSet::new();
    mixtures.retain(|mixture| seen.insert(mixture.clone()));
    mixtures.join("|")
}

/// `false` only if there is no name of a secret with a separator behind it, and no bearer token.
pub(super) fn may_name_a_secret(text: &str) -> bool {
    let Some([letters, ending]) = PATTERNS.as_ref() else { return true };
    // Where they are frequent, to look at each costs as much as the search.
    let most = 16 + text.len() / 32;
    letters.find_iter(text).enumerate().any(|(looks, letters)| {
        let (name, behind) = text.split_at(end_of_word(text, letters.end()));
        let name = last_of_word(name);
        looks == most
            || has_separator(behind) && ending.is_match(name)
            || behind.starts_with(' ') && is_bearer(name)
    })
}

/// How many of these bytes belong to the word that they begin in.
fn of_word(bytes: impl Iterator<Item = u8>) -> usize {
    let is_of_word = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    bytes.take(LONGEST).take_while(is_of_word).count()
}

/// Where the word ends that goes on at `from`; of one that is too long, any place in it.
fn end_of_word(text: &str, from: usize) -> usize {
    from + of_word(text.bytes().skip(from))
}

/// What the word at the end of a text ends in.
fn last_of_word(text: &str) -> &str {
    text.split_at(text.len() - of_word(text.bytes().rev())).1
}

fn is_bearer(name: &str) -> bool {
    let from = name.len().saturating_sub("bearer".len());
    name.get(from..).is_some_and(|end| end.eq_ignore_ascii_case("bearer"))
}

/// Whether what is behind a name, quoted or not, is a separator.
fn has_separator(behind: &str) -> bool {
    let behind = behind.trim_start_matches('\\');
    let behind = behind.strip_prefix(['"', '\'']).unwrap_or(behind);
    behind.trim_start_matches(['\t', '\r', '\n', ' ']).starts_with([':', '=', ','])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_search_for_letters_is_vectorised() {
        let texts = in_any_case(&LETTERS);
        assert_eq!(texts.split('|').count(), 64);
        assert!(["_KE", "tOk", "-kE"].iter().all(|text| texts.split('|').any(|it| it == *text)));
    }
}
