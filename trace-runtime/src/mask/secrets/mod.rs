//! Secrets in text: keys by their form, and what stands behind the name of a secret.

mod patterns;
mod prefilter;

use super::REDACTED;
use patterns::{FORMS, HEADERS, SIGNED, named};
use prefilter::may_name_a_secret;
use regex::{Captures, Regex};
use std::borrow::Cow;
use std::sync::LazyLock;

// A pattern that does not compile would be found by the tests of this module.
static PATTERNS: LazyLock<Option<[Regex; 4]>> = LazyLock::new(|| {
    let pattern = |text: &str| Regex::new(text).ok();
    Some([pattern(FORMS)?, pattern(SIGNED)?, pattern(HEADERS)?, pattern(&named())?])
});

/// The length of the shortest secret with its name.
const SHORTEST: usize = "A_KEY='abcd".len();

/// `text` without its secrets; `None` if it has none.
pub(super) fn without(text: &str) -> Option<String> {
    if text.len() < SHORTEST {
        return None;
    }
    without_if_named(text, may_name_a_secret)
}

fn without_if_named(text: &str, may_name_a_secret: impl Fn(&str) -> bool) -> Option<String> {
    let [forms, signed, headers, named] = PATTERNS.as_ref()?;
    let mut without = forms.replace_all(text, REDACTED);
    without = then(without, |text| signed.replace_all(text, REDACTED));
    if may_name_a_secret(&without) {
        without = then(without, |text| headers.replace_all(text, header));
        without = then(without, |text| named.replace_all(text, value));
    }
    match without {
        Cow::Owned(without) if without != text => Some(without),
        _ => None,
    }
}

fn then(text: Cow<'_, str>, replace: impl Fn(&str) -> Cow<'_, str>) -> Cow<'_, str> {
    match replace(&text) {
        Cow::Owned(replaced) => Cow::Owned(replaced),
        Cow::Borrowed(_) => text,
    }
}

fn header(found: &Captures<'_>) -> String {
    let kept = found.name("keep").or(found.name("bearer")).map_or("", |kept| kept.as_str());
    format!("{kept}{REDACTED}")
}

/// The replacement keeps JSON valid: a value without quotes behind a name with quotes gets some.
fn value(found: &Captures<'_>) -> String {
    let group = |name: &'static str| found.name(name).map(|found| found.as_str());
    let first = |names: [&'static str; 3]| names.into_iter().find_map(group);
    let bare = group("bare");
    let value = first(["plain", "escaped", "single"]).or(bare).unwrap_or_default();
    let [keep, quote, separator] =
        ["keep", "quote", "separator"].map(|name| group(name).unwrap_or_default());
    let is_word = value.chars().all(|character| character.is_ascii_alphabetic());
    // The scheme of a header is no secret.
    let is_word = is_word || value.eq_ignore_ascii_case("aws4-hmac-sha256");
    let is_prose = bare.is_some() && is_word && separator == ":";
    let is_list = separator == "," && (bare.is_some() || quote.is_empty() || is_word);
    if value.contains(REDACTED) || is_prose || is_list {
        return found.get(0).map_or("", |whole| whole.as_str()).to_owned();
    }
    match first(["opening", "escape", "tick"]) {
        Some(opening) => format!("{keep}{opening}{REDACTED}"),
        None => format!("{keep}{quote}{REDACTED}{quote}"),
    }
}

#[cfg(test)]
mod tests;
