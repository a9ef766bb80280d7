//! Decides if a value is a secret.

use super::names::{Strength, is_secret_name};
use base64::Engine as _;

/// The notation of a value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Notation {
    /// Between quotes.
    Quoted,
    /// After `=`, or in a list of arguments of a shell.
    Assigned,
    /// After `=` between spaces, as in source code.
    Spaced,
    /// After `:`, as in YAML, in headers and in prose. `ends_line` is true if nothing follows.
    Colon { ends_line: bool },
    /// A parameter of the query of a URL.
    Query,
}

/// Words that follow the name of a secret in prose, schemas and source code.
const WORDS: &[&str] = &[
    "any",
    "dyn",
    "f32",
    "f64",
    "i16",
    "i32",
    "i64",
    "i8",
    "impl",
    "isize",
    "mut",
    "self",
    "u16",
    "u32",
    "u64",
    "u8",
    "usize",
    "auto",
    "bool",
    "boolean",
    "box",
    "bytes",
    "changed",
    "char",
    "correct",
    "default",
    "disabled",
    "empty",
    "enabled",
    "expired",
    "false",
    "file",
    "forgotten",
    "hidden",
    "here",
    "include",
    "incorrect",
    "input",
    "int",
    "integer",
    "invalid",
    "is",
    "missing",
    "must",
    "needed",
    "never",
    "new",
    "nil",
    "no",
    "none",
    "null",
    "number",
    "object",
    "off",
    "ok",
    "omit",
    "on",
    "option",
    "optional",
    "prompt",
    "random",
    "redacted",
    "refused",
    "required",
    "reset",
    "same",
    "same-origin",
    "see",
    "set",
    "str",
    "string",
    "text",
    "true",
    "undefined",
    "unknown",
    "unset",
    "valid",
    "valueerror",
    "wrong",
    "yes",
];

/// Returns true if a value with the name of a secret is one. `name` is the strength of the name.
pub(super) fn is_secret(value: &str, name: Strength, notation: Notation) -> bool {
    let trimmed = value.trim();
    if trimmed.is_empty() || is_placeholder(trimmed) {
        return false;
    }
    match name {
        Strength::Weak => is_random(trimmed.as_bytes()) && !trimmed.contains(char::is_whitespace),
        // Tokens of a model begin with their space: `{"token":" Paris2024"}`.
        Strength::Medium => {
            !value.starts_with(' ') && is_unlike_words(trimmed) && !is_path(trimmed)
        }
        Strength::Strong => match notation {
            Notation::Quoted => true,
            Notation::Query | Notation::Assigned => !is_code(trimmed) && !is_path(trimmed),
            Notation::Spaced => trimmed.len() >= 3 && !is_code(trimmed) && !is_path(trimmed),
            Notation::Colon { ends_line } => {
                trimmed.len() >= 3
                    && !is_code(trimmed)
                    && !is_path(trimmed)
                    && (ends_line && is_plain_word(trimmed)
                        || has_digit_or_symbol(trimmed)
                        || has_mixed_cases(trimmed))
            }
        },
    }
}

/// Returns true if a value states that there is none, or where it comes from.
fn is_placeholder(value: &str) -> bool {
    let first = value.as_bytes()[0];
    let repeats = value.bytes().all(|byte| byte == first) && !first.is_ascii_alphanumeric();
    let hides = value.bytes().all(|byte| matches!(byte, b'*' | b'.' | b'x' | b'X' | b'-'));
    let bare = value.trim_matches(['.', ',', ';', ':', '!', '?', ')', '(']);
    repeats
        || hides && value.len() >= 3
        || value
            .get(..5)
            .is_some_and(|it| it.eq_ignore_ascii_case("your_") || it.eq_ignore_ascii_case("your-"))
        || value.ends_with("-...")
        || value.contains("xxxxxxxx")
        || is_colour(value)
        || value.starts_with("${")
        || value.starts_with("{{")
        || value.starts_with("$(")
        || value.starts_with('<') && value.ends_with('>')
        || value.starts_with('%') && value.len() <= 3
        || value.starts_with('$') && value[1..].bytes().all(is_name_byte)
        || value.starts_with('{') && value.ends_with('}')
        || value.starts_with("*mut")
        || value.starts_with("*const")
        || value.contains("REDACTED")
        || value.contains("redacted")
        || value.eq_ignore_ascii_case("aws4-hmac-sha256")
        || bare.len() <= 12 && WORDS.iter().any(|word| bare.eq_ignore_ascii_case(word))
}

/// Returns true for a colour in CSS, as design systems name them: `--color-token: #ff00aa`.
fn is_colour(value: &str) -> bool {
    let digits = value.strip_prefix('#').unwrap_or_default().as_bytes();
    matches!(digits.len(), 3 | 6 | 8) && digits.iter().all(u8::is_ascii_hexdigit)
}

/// Returns true for source code: a path (`settings.key`), a call (`getpass()`), a type, or a name
/// that is itself the name of a secret (`api_key=api_key`).
fn is_code(value: &str) -> bool {
    let value = value.trim_end_matches([',', ';', ')']);
    let is_name = value.bytes().all(|byte| is_name_byte(byte) || byte == b'.');
    let has_digit = value.bytes().any(|byte| byte.is_ascii_digit());
    if value.contains('(') || value.contains("::") {
        let call = value.split(['(', ':']).next().unwrap_or_default();
        return call.bytes().all(|byte| is_name_byte(byte) || byte == b'.');
    }
    // `node.first2_token`.
    if is_name && value.rsplit_once('.').is_some_and(|(_, field)| is_secret_name(field)) {
        return true;
    }
    if !is_name || has_digit {
        return false;
    }
    let parts = value.split('.').count();
    let is_identifier = value.contains('_') && value.bytes().all(|byte| !byte.is_ascii_uppercase());
    let names_secret = is_secret_name(value) || value.ends_with("key") || value.ends_with("token");
    parts > 1 || is_identifier && names_secret || is_secret_name(value) || is_camel(value)
}

/// Returns true for an identifier of several capitalized words: `SecretString`, `apiKey`.
fn is_camel(value: &str) -> bool {
    let capitals = value.bytes().skip(1).filter(u8::is_ascii_uppercase).count();
    let lower = value.bytes().filter(u8::is_ascii_lowercase).count();
    value.bytes().all(|byte| byte.is_ascii_alphabetic()) && capitals > 0 && lower > 3 * capitals
}

fn is_path(value: &str) -> bool {
    let is_absolute = value.starts_with('/') && value[1..].contains('/');
    let is_relative = ["~/", "./", "../", "file:", "C:\\", "http://", "https://"]
        .iter()
        .any(|it| value.starts_with(it));
    let is_file = [".json", ".pem", ".key", ".txt", ".crt", ".yaml", ".yml", ".toml", ".env"];
    is_absolute || is_relative || is_file.iter().any(|end| value.ends_with(end))
}

fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// Returns true for a word with capitals within it, such as `gAfzSxyYx`.
fn has_mixed_cases(value: &str) -> bool {
    let value = value.trim_end_matches(['.', ',', ';', ':', '!', '?', ')']);
    let capitals = value.bytes().skip(1).filter(u8::is_ascii_uppercase).count();
    let lower = value.bytes().filter(u8::is_ascii_lowercase).count();
    value.len() >= 8 && capitals >= 2 && lower >= 2
}

fn is_plain_word(value: &str) -> bool {
    value.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-' || byte == b'_')
}

fn has_digit_or_symbol(value: &str) -> bool {
    let value = value.trim_end_matches(['.', ',', ';', ':', '!', '?', ')']);
    value.bytes().any(|byte| !byte.is_ascii_alphabetic() && !matches!(byte, b'\'' | b'/' | b'_'))
        && !(value.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'))
}

/// Returns true for a value that no sentence, count or identifier has: at least eight characters
/// with letters and digits, or a symbol among them.
fn is_unlike_words(value: &str) -> bool {
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    let letters = value.bytes().filter(u8::is_ascii_alphabetic).count();
    let symbols = value.bytes().filter(|byte| b"!@#$%^&*+=?~".contains(byte)).count();
    let is_one_word = !value.contains(char::is_whitespace);
    is_one_word
        && !is_code(value)
        && (value.len() >= 8 && letters > 0 && digits > 0
            || value.len() >= 6 && symbols > 0 && letters > 0
            || digits >= 10 && letters == 0 && digits == value.len()
            || value.len() >= 20 && is_random(value.as_bytes()))
}

/// Returns true for base64 of a user and a password, which has a colon.
pub(super) fn is_basic(token: &[u8]) -> bool {
    let end = token.iter().rposition(|byte| *byte != b'=').map_or(0, |last| last + 1);
    let decoded = base64::engine::general_purpose::STANDARD_NO_PAD.decode(&token[..end]);
    decoded.is_ok_and(|text| text.contains(&b':') && text.iter().all(|byte| *byte >= b' '))
}

/// Returns true if the bytes look random: some part between separators is long and changes between
/// digits and letters, or between the cases of letters, more often than words and names do.
pub(super) fn is_random(bytes: &[u8]) -> bool {
    let is_separator = |byte: &u8| !byte.is_ascii_alphanumeric();
    let is_uuid = bytes.len() >= 36 && is_uuid(&bytes[bytes.len() - 36..]);
    is_uuid && bytes.len() > 36 || bytes.split(is_separator).any(is_random_part)
}

/// The groups of a UUID have 8, 4, 4, 4 and 12 digits.
fn is_uuid(bytes: &[u8]) -> bool {
    let mut groups = bytes.split(|byte| *byte == b'-');
    let lens = [8, 4, 4, 4, 12];
    let is_group =
        |group: &[u8], len| group.len() == len && group.iter().all(u8::is_ascii_hexdigit);
    lens.into_iter().all(|len| groups.next().is_some_and(|group| is_group(group, len)))
}

fn is_random_part(part: &[u8]) -> bool {
    #[derive(PartialEq)]
    enum Class {
        Digit,
        Lower,
        Upper,
    }
    if part.len() < 12 {
        return false;
    }
    let class = |byte: &u8| match byte {
        b'0'..=b'9' => Class::Digit,
        b'a'..=b'z' => Class::Lower,
        _ => Class::Upper,
    };
    let (mut digits, mut cases) = (0, 0);
    for pair in part.windows(2) {
        let (before, after) = (class(&pair[0]), class(&pair[1]));
        let has_digit = before == Class::Digit || after == Class::Digit;
        digits += usize::from(has_digit && before != after);
        // From upper to lower case is the second letter of any capitalized word.
        cases += usize::from(before == Class::Lower && after == Class::Upper);
    }
    digits + cases >= 3 && digits > 0 || cases >= 4
}
