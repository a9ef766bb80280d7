//! A fast check if a text may contain the name of a secret, before the slow patterns run.
//!
//! [`HEADER_PATTERN`](super::patterns::HEADER_PATTERN) and the assignment pattern have no literal
//! at their beginning, since any words may precede a name (`my_openai_api_key`). The regex engine
//! then has to read every byte with an automaton, which took longer than to encode the span. The
//! prefilter searches for a few trigrams at the speed of memory (SIMD) and examines the text only
//! where one occurs. With it, the whole scrubber costs 1.4 µs of a thread for a span of 1 KB and
//! 8.5 µs for one of 20 KB (`docs/performance.md`, Export).
//!
//! It may report a name where there is none, never the other way round; the test
//! `prefilter_on_random_texts_changes_no_result` compares the results with and without it.

use super::patterns::{SECRET_NAME_SUFFIXES, UPPERCASE_SUFFIXES};
use regex::Regex;
use std::collections::HashSet;
use std::sync::LazyLock;

/// At least one of these trigrams is in every name that ends in [`SECRET_NAME_SUFFIXES`] or
/// [`UPPERCASE_SUFFIXES`], and in "bearer". Among the trigrams of each name, the one was chosen
/// that is rarest in prose and code: `riz` for "authorization", `rer` for "bearer", `ssw` for
/// "password".
const TRIGRAMS: [&str; 9] = ["riz", "rer", "tok", "ecr", "ssw", "oki", "pik", "_ke", "-ke"];

/// Maximum number of bytes that are examined of a word on either side of a trigram. The longest
/// suffix, `secret_access_key`, is shorter.
const MAX_SUFFIX_LEN: usize = 24;

// `None` if a pattern does not compile, which the tests would find.
static PATTERNS: LazyLock<Option<[Regex; 2]>> = LazyLock::new(|| {
    let suffix = format!(r"(?:(?i-u:{SECRET_NAME_SUFFIXES})|{UPPERCASE_SUFFIXES})\z");
    Some([Regex::new(&all_cases(&TRIGRAMS)).ok()?, Regex::new(&suffix).ok()?])
});

/// Returns an alternation of the trigrams in every mixture of lower and upper case: `tok|tOk|..`.
///
/// `(?i)` would match the same texts, but slower: the regex crate searches with SIMD for at most 64
/// literals, and it is fastest if literals that begin alike are not neighbours in the list. So the
/// outer loop is over the mixtures, and duplicates (`_` has no upper case) are removed to get 64.
fn all_cases(trigrams: &[&str]) -> String {
    let mut mixtures: Vec<String> = Vec::new();
    // Bit N of `capitals` makes the letter at N a capital.
    for capitals in 0..8 {
        for trigram in trigrams {
            let is_capital = |at: usize| capitals >> at & 1 == 1;
            let cased = trigram.char_indices().map(|(at, letter)| {
                if is_capital(at) { letter.to_ascii_uppercase() } else { letter }
            });
            mixtures.push(cased.collect());
        }
    }
    let mut seen = HashSet::new();
    mixtures.retain(|mixture| seen.insert(mixture.clone()));
    mixtures.join("|")
}

/// Returns false only if the text has neither the name of a secret followed by a separator nor a
/// bearer token.
pub(super) fn may_contain_named_secret(text: &str) -> bool {
    let Some([trigrams, suffix]) = PATTERNS.as_ref() else { return true };
    // Where trigrams are frequent, examining each costs as much as the patterns themselves.
    let max_checks = 16 + text.len() / 32;
    trigrams.find_iter(text).enumerate().any(|(checks, trigram)| {
        let (before, after) = text.split_at(word_end(text, trigram.end()));
        let name = last_word(before);
        checks == max_checks
            || starts_with_separator(after) && suffix.is_match(name)
            || after.starts_with(' ') && is_bearer(name)
    })
}

/// Counts the bytes at the beginning of `bytes` that belong to one word.
fn word_len(bytes: impl Iterator<Item = u8>) -> usize {
    let is_word_byte = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    bytes.take(MAX_SUFFIX_LEN).take_while(is_word_byte).count()
}

/// Returns the end of the word that continues at `from`. If the word is longer than
/// [`MAX_SUFFIX_LEN`] from there, the result lies inside it, where no separator can follow.
fn word_end(text: &str, from: usize) -> usize {
    from + word_len(text.bytes().skip(from))
}

/// Returns the last bytes of the word at the end of a text.
fn last_word(text: &str) -> &str {
    text.split_at(text.len() - word_len(text.bytes().rev())).1
}

fn is_bearer(name: &str) -> bool {
    let from = name.len().saturating_sub("bearer".len());
    name.get(from..).is_some_and(|end| end.eq_ignore_ascii_case("bearer"))
}

/// Returns true if a separator follows the name, after an optional closing quote that may be
/// escaped: `":`, `\" =`, `,`. The pattern accepts only these.
fn starts_with_separator(after: &str) -> bool {
    let after = after.trim_start_matches('\\');
    let after = after.strip_prefix(['"', '\'']).unwrap_or(after);
    after.trim_start_matches(['\t', '\r', '\n', ' ']).starts_with([':', '=', ','])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_cases_of_trigrams_fit_into_one_simd_search() {
        let alternation = all_cases(&TRIGRAMS);
        assert_eq!(alternation.split('|').count(), 64);
        let contains = |text: &&str| alternation.split('|').any(|it| it == *text);
        assert!(["_KE", "tOk", "-kE"].iter().all(contains));
    }
}
