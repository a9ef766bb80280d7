//! The parts of an error message that help with an unknown name: the most similar name, and the
//! list of the accepted names.

use proc_macro2::Ident;
use syn::ext::IdentExt;

/// Returns the end of a sentence that reports the unknown name `found`: ": did you mean `name`?" if
/// a candidate is similar, and a full stop otherwise.
pub(crate) fn did_you_mean(found: &str, candidates: &[&str]) -> String {
    match most_similar(found, candidates) {
        Some(candidate) => format!(": did you mean `{candidate}`?"),
        None => ".".to_owned(),
    }
}

/// Formats the names `a`, `b` and `c` as "`a`, `b`, `c`".
pub(crate) fn quoted_list(names: &[&str]) -> String {
    let quoted: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    quoted.join(", ")
}

/// Returns the message for a name in `skip(..)` that is not an argument: `owner` is "function" or
/// "call", and `no_arguments` completes the message if it has none.
pub(crate) fn unknown_argument(
    found: &Ident,
    arguments: &[String],
    owner: &str,
    no_arguments: &str,
) -> String {
    let found = found.unraw().to_string();
    if found == "self" {
        return "`self` is never recorded: remove it from `skip`".to_owned();
    }
    if arguments.is_empty() {
        return format!("no argument `{found}` to skip: {no_arguments}");
    }
    let names: Vec<&str> = arguments.iter().map(String::as_str).collect();
    format!(
        "no argument `{found}` to skip{} Arguments of this {owner}: {}",
        did_you_mean(&found, &names),
        quoted_list(&names),
    )
}

/// Returns the candidate with the smallest edit distance to `found`. One edit is allowed, and one
/// more for every four bytes of `found`; with more edits, any two short names would count as
/// similar.
fn most_similar<'a>(found: &str, candidates: &[&'a str]) -> Option<&'a str> {
    let max_distance = 1 + found.len() / 4;
    candidates
        .iter()
        .map(|candidate| (edit_distance(found, candidate), *candidate))
        .filter(|(distance, _)| *distance <= max_distance)
        .min()
        .map(|(_, candidate)| candidate)
}

/// Returns the optimal string alignment distance: the number of insertions, deletions, replacements
/// and swaps of adjacent characters that turn `a` into `b`. Plain Levenshtein distance counts a
/// swap, the most frequent typing mistake, as two edits.
fn edit_distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    // `rows[i][j]` is the distance between the first `i` characters of `a` and `j` of `b`.
    let mut rows = vec![(0..=b.len()).collect::<Vec<_>>()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let replaced = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let deleted = rows[i - 1][j] + 1;
            let inserted = row[j - 1] + 1;
            let mut distance = replaced.min(deleted).min(inserted);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                let swapped = rows[i - 2][j - 2] + 1;
                distance = distance.min(swapped);
            }
            row.push(distance);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::{did_you_mean, most_similar};

    #[test]
    fn most_similar_with_two_letters_swapped_finds_the_name() {
        assert_eq!(most_similar("nmae", &["skip", "name", "root"]), Some("name"));
    }

    #[test]
    fn most_similar_with_a_letter_missing_finds_the_name() {
        assert_eq!(most_similar("skip_al", &["skip", "skip_all", "skip_output"]), Some("skip_all"));
    }

    #[test]
    fn most_similar_with_another_word_finds_no_name() {
        assert_eq!(most_similar("colour", &["skip", "name", "root"]), None);
    }

    #[test]
    fn did_you_mean_ends_the_sentence_with_and_without_a_suggestion() {
        assert_eq!(did_you_mean("nmae", &["skip", "name"]), ": did you mean `name`?");
        assert_eq!(did_you_mean("colour", &["skip", "name"]), ".");
    }
}
