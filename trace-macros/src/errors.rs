//! Collects every mistake of one annotation, so that they are reported together.

use proc_macro2::TokenStream;
use std::fmt::Display;

/// The mistakes found so far.
#[derive(Default)]
pub(crate) struct Errors {
    combined: Option<syn::Error>,
}

impl Errors {
    /// Adds a mistake at the place of `spanned`.
    pub(crate) fn push(&mut self, spanned: impl quote::ToTokens, message: impl Display) {
        self.push_error(syn::Error::new_spanned(spanned, message));
    }

    /// Adds a mistake that already knows its place.
    pub(crate) fn push_error(&mut self, error: syn::Error) {
        match &mut self.combined {
            Some(combined) => combined.combine(error),
            None => self.combined = Some(error),
        }
    }

    /// `compile_error!` invocations for every mistake, or `None` where there are none.
    pub(crate) fn into_compile_errors(self) -> Option<TokenStream> {
        self.combined.map(syn::Error::into_compile_error)
    }
}

/// The candidate that differs least from `found`, if it is near enough to be what was meant.
pub(crate) fn nearest<'a>(found: &str, candidates: &[&'a str]) -> Option<&'a str> {
    let near_enough = 1 + found.len() / 4;
    candidates
        .iter()
        .map(|candidate| (edit_distance(found, candidate), *candidate))
        .filter(|(distance, _)| *distance <= near_enough)
        .min()
        .map(|(_, candidate)| candidate)
}

/// Writes `a`, `b` and `c` as "`a`, `b`, `c`".
pub(crate) fn listed(names: &[&str]) -> String {
    let quoted: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    quoted.join(", ")
}

/// Insertions, deletions, replacements and swaps of neighbours that turn `a` into `b`.
fn edit_distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows = vec![(0..=b.len()).collect::<Vec<_>>()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let replaced = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut best = replaced.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_swapped_pair_of_letters_is_near() {
        assert_eq!(nearest("nmae", &["skip", "name", "root"]), Some("name"));
    }

    #[test]
    fn a_missing_letter_is_near() {
        assert_eq!(nearest("skip_al", &["skip", "skip_all", "skip_output"]), Some("skip_all"));
    }

    #[test]
    fn another_word_is_not_near() {
        assert_eq!(nearest("colour", &["skip", "name", "root"]), None);
    }
}
