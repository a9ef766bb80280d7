//! Redacts secrets in text: keys that have a known format, and values with the name of a secret.

mod patterns;
mod prefilter;

use super::REDACTED;
use patterns::{HEADER_PATTERN, JWT_PATTERN, KEY_PATTERNS, assignment_pattern};
use prefilter::may_contain_named_secret;
use regex::{Captures, Regex};
use std::borrow::Cow;
use std::sync::LazyLock;

// `None` if a pattern does not compile, which the tests of this module would find.
static PATTERNS: LazyLock<Option<[Regex; 4]>> = LazyLock::new(|| {
    let compile = |pattern: &str| Regex::new(pattern).ok();
    Some([
        compile(KEY_PATTERNS)?,
        compile(JWT_PATTERN)?,
        compile(HEADER_PATTERN)?,
        compile(&assignment_pattern())?,
    ])
});

/// Length of the shortest text that can contain a secret. Shorter ones, such as roles and MIME
/// types, are not searched.
const MIN_LEN: usize = "A_KEY='abcd".len();

/// Redacts the secrets in `text`. Returns `None` if there are none, so that the caller keeps the
/// original without a copy.
pub(super) fn redact(text: &str) -> Option<String> {
    if text.len() < MIN_LEN {
        return None;
    }
    redact_with(text, may_contain_named_secret)
}

/// [`redact`] with a replaceable prefilter, for the test that compares the results.
fn redact_with(text: &str, may_contain_named_secret: impl Fn(&str) -> bool) -> Option<String> {
    let [keys, jwt, headers, assignments] = PATTERNS.as_ref()?;
    // Keys are redacted first: `OPENAI_API_KEY=sk-..` becomes `OPENAI_API_KEY=__REDACTED__`, which
    // `replace_value` leaves unchanged.
    let mut redacted = keys.replace_all(text, REDACTED);
    redacted = replace(redacted, |text| jwt.replace_all(text, REDACTED));
    if may_contain_named_secret(&redacted) {
        redacted = replace(redacted, |text| headers.replace_all(text, replace_header));
        redacted = replace(redacted, |text| assignments.replace_all(text, replace_value));
    }
    match redacted {
        Cow::Owned(redacted) if redacted != text => Some(redacted),
        _ => None,
    }
}

/// Applies one more replacement, without a copy if it finds nothing.
fn replace(text: Cow<'_, str>, replacement: impl Fn(&str) -> Cow<'_, str>) -> Cow<'_, str> {
    match replacement(&text) {
        Cow::Owned(replaced) => Cow::Owned(replaced),
        Cow::Borrowed(_) => text,
    }
}

/// Redacts the credentials of a header and keeps its name and scheme.
fn replace_header(found: &Captures<'_>) -> String {
    let kept = found.name("keep").or(found.name("bearer")).map_or("", |kept| kept.as_str());
    format!("{kept}{REDACTED}")
}

/// Redacts the value of an assignment, or returns the match unchanged if the value is not a secret.
///
/// The result is still valid JSON: a number after a quoted name becomes a quoted text, as in
/// `{"password":1234567}` and `{"password":"__REDACTED__"}`.
fn replace_value(found: &Captures<'_>) -> String {
    let group = |name: &'static str| found.name(name).map(|found| found.as_str());
    let first = |names: [&'static str; 3]| names.into_iter().find_map(group);
    let bare = group("bare");
    let value = first(["plain", "escaped", "single"]).or(bare).unwrap_or_default();
    let [keep, quote, separator] =
        ["keep", "quote", "separator"].map(|name| group(name).unwrap_or_default());
    let is_word = value.chars().all(|character| character.is_ascii_alphabetic());
    // The scheme of a header is not a secret; the credentials after it are already redacted.
    let is_word = is_word || value.eq_ignore_ascii_case("aws4-hmac-sha256");
    // "Password: required"
    let is_prose = bare.is_some() && is_word && separator == ":";
    // "name, password, address", and `["password","username"]` in a JSON schema. A pair of a header
    // list has quotes and a value that is not a word: `["x-api-key","abcdef1"]`.
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
