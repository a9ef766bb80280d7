//! Text that a backend answered, in the form that messages show.
//!
//! A backend is not trusted: it may repeat the key that it refuses, or write control sequences for
//! a terminal. All transports pass its text through [`shown`].

use super::settings::OtlpSettings;
use super::shown_url::hidden_parts;
use aho_corasick::{AhoCorasick, MatchKind};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::ops::Range;
use ureq::http::HeaderValue;

/// The largest number of characters that are shown.
const MAX_CHARACTERS: usize = 200;
/// A shorter value is only hidden where it stands alone: as a part of words it is not a secret.
const MIN_SECRET: usize = 4;
/// The text in place of a value that was sent.
const HIDDEN: &str = "[hidden]";

/// Returns the text on one line of at most 200 characters, without control and bidirectional
/// characters, and without the values of the headers that were sent and the secret parts of the
/// URL.
pub(super) fn shown(settings: &OtlpSettings, text: &str) -> String {
    let visible: String = text.chars().map(|c| if c.is_whitespace() { ' ' } else { c }).collect();
    let visible: String = visible.chars().filter(|character| !is_invisible(*character)).collect();
    let line = visible.split_whitespace().collect::<Vec<_>>().join(" ");
    let Some(line) = without_secrets(settings, &line) else { return String::new() };
    match line.char_indices().nth(MAX_CHARACTERS) {
        None => line,
        Some(_) => line.chars().take(MAX_CHARACTERS - 1).chain(['…']).collect(),
    }
}

/// Returns the body of an answer as text. A body that is not text, such as a protobuf status,
/// counts as empty.
pub(super) fn text_of(body: &[u8]) -> &str {
    let is_binary = |c: char| c.is_ascii_control() && !c.is_ascii_whitespace() && c != '\u{1b}';
    std::str::from_utf8(body).ok().filter(|text| !text.contains(is_binary)).unwrap_or_default()
}

/// Returns true for characters that change how a terminal shows the others: control characters,
/// marks of the writing direction, and characters without width, which can hide the others.
fn is_invisible(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}'
                | '\u{61c}'
                | '\u{180e}'
                | '\u{200b}'..='\u{200f}'
                | '\u{202a}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}'
        )
}

/// Replaces each secret. Returns `None` if that is impossible, so that nothing is shown.
fn without_secrets(settings: &OtlpSettings, line: &str) -> Option<String> {
    let mut secrets: Vec<String> = settings.headers.iter().flat_map(|(_, v)| sent(v)).collect();
    secrets.extend(hidden_parts(&settings.endpoint.url).into_iter().flat_map(forms));
    // The longest first: a value without its scheme is part of the whole value.
    secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
    secrets.dedup();
    if secrets.is_empty() {
        return Some(line.to_owned());
    }
    // Headers and URLs are ASCII, and a backend may change the case.
    let search = AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .match_kind(MatchKind::LeftmostLongest)
        .build(&secrets)
        .ok()?;
    let mut hidden = String::with_capacity(line.len());
    search.replace_all_with(line, &mut hidden, |found, text, hidden| {
        let is_hidden = text.len() >= MIN_SECRET || stands_alone(line, found.range());
        hidden.push_str(if is_hidden { HIDDEN } else { text });
        true
    });
    Some(hidden)
}

/// Returns true if a part of a text is not part of a word.
fn stands_alone(text: &str, part: Range<usize>) -> bool {
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let before = part.start.checked_sub(1).and_then(|at| text.as_bytes().get(at));
    let after = text.as_bytes().get(part.end);
    !before.is_some_and(is_word) && !after.is_some_and(is_word)
}

/// Returns the forms in which a backend may repeat the value of a header: the whole value, the
/// value without a scheme such as `Bearer`, and the password of `Basic`.
fn sent(value: &HeaderValue) -> Vec<String> {
    let Ok(value) = value.to_str() else { return Vec::new() };
    let mut all = forms(value);
    if let Some((_, credential)) = value.split_once(' ') {
        let credential = credential.trim();
        all.extend(forms(credential));
        let decoded = STANDARD.decode(credential).ok().and_then(|b| String::from_utf8(b).ok());
        if let Some(decoded) = decoded {
            all.extend(decoded.split_once(':').into_iter().flat_map(|(_, pass)| forms(pass)));
            all.extend(forms(&decoded));
        }
    }
    all
}

/// Returns a value as it is on one line, as a JSON string, and as a part of a URL.
fn forms(value: &str) -> Vec<String> {
    let line = value.split_whitespace().collect::<Vec<_>>().join(" ");
    let json = serde_json::Value::from(value).to_string();
    let json = json.get(1..json.len() - 1).unwrap_or_default().to_owned();
    let encoded = percent_encoding::utf8_percent_encode(value, percent_encoding::NON_ALPHANUMERIC);
    let encoded = encoded.to_string();
    let mut forms = vec![line, json, encoded];
    forms.retain(|form| !form.is_empty());
    forms.dedup();
    forms
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Setting;
    use crate::delivery::otlp::{Compression, Endpoint, Headers};
    use std::time::Duration;

    fn settings(headers: &[(&str, &str)]) -> OtlpSettings {
        let setting = Setting::Method("header");
        let mut sent = Headers::default();
        for (name, value) in headers {
            sent.add(setting, name, value).unwrap();
        }
        let url = "https://h/hooks/pathtoken/v1/traces?key=querytoken";
        OtlpSettings {
            endpoint: Endpoint::new(setting, url, None).unwrap(),
            headers: sent,
            timeout: Duration::ZERO,
            compression: Compression::None,
            certificate: None,
            identity: None,
            backend: None,
            additions: crate::enrich::Additions::default(),
        }
    }

    #[test]
    fn header_values_are_hidden_with_and_without_their_scheme() {
        let settings = settings(&[
            ("authorization", "Bearer s3cr3t-value"),
            ("x-basic", "Basic dXNlcjpwYXNzd29yZA=="),
            ("x-quoted", r#"a"b\c/d"#),
            ("x-short", "p"),
        ]);
        let table = [
            ("bad token: Bearer s3cr3t-value", "bad token: [hidden]"),
            ("bad token s3cr3t-value.", "bad token [hidden]."),
            ("BAD TOKEN S3CR3T-VALUE", "BAD TOKEN [hidden]"),
            ("s3cr3t\u{202e}-va\u{200b}lue\u{7}", "[hidden]"),
            ("s3cr3t%2Dvalue", "[hidden]"),
            ("dXNlcjpwYXNzd29yZA== is user:password", "[hidden] is [hidden]"),
            (r#"{"key":"a\"b\\c/d"}"#, r#"{"key":"[hidden]"}"#),
            ("no project p, please", "no project [hidden], please"),
            (
                "cannot POST /hooks/pathtoken/v1/traces?key=querytoken",
                "cannot POST /hooks/[hidden]/v1/traces?[hidden]",
            ),
        ];
        for (answered, expected) in table {
            assert_eq!(shown(&settings, answered), expected);
        }
    }

    #[test]
    fn control_and_bidirectional_characters_are_removed() {
        let answered = "\u{1b}[31mred\r\nnext\u{9b}line \u{202e}txt\u{2066}\u{feff}";
        assert_eq!(shown(&settings(&[]), answered), "[31mred nextline txt");
    }

    #[test]
    fn long_answer_is_cut_after_its_secrets_are_hidden() {
        let settings = settings(&[("x-key", "s3cr3t-value")]);
        let exact = "é".repeat(MAX_CHARACTERS);
        assert_eq!(shown(&settings, &exact), exact);
        // The cut falls into the secret.
        let long = format!("{} s3cr3t-value and more text", "x".repeat(MAX_CHARACTERS - 6));
        let shown = shown(&settings, &long);
        assert_eq!(shown.chars().count(), MAX_CHARACTERS);
        assert!(shown.ends_with("x [hid…") && !shown.contains("s3c"), "{shown}");
    }

    #[test]
    fn binary_body_counts_as_empty() {
        assert_eq!(text_of(b"\x08\x07\x12\x03abc"), "");
        assert_eq!(text_of(b"\xff\xfe"), "");
        assert_eq!(text_of("\u{1b}[31mé\n".as_bytes()), "\u{1b}[31mé\n");
    }
}
