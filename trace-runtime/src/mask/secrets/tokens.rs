//! Finds tokens of a known form, wherever they stand.
//!
//! Every form is a run of at least [`MIN_RUN`] characters without a space or a quote. Words are
//! shorter, so the search looks only at every sixteenth byte until it is inside such a run: 0.2 ns
//! per byte of prose, less than a SIMD search for all prefixes needs.

use super::forms::{Alphabet, FORMS, Form, Proof};
use super::values::is_random;
use super::{Finding, blocks};
use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use std::ops::Range;
use std::sync::LazyLock;

/// The shortest token, `sk_live_` and eight characters.
const MIN_RUN: usize = 16;

/// The number of bytes that decide if a word is a token. Without a bound, the rest of a run would be
/// read for each of many prefixes in it.
const MAX_DECISIVE: usize = 256;

/// The literals that are no prefixes; they follow the prefixes of [`FORMS`] in the automaton.
const LITERALS: [&str; 7] = ["eyJ", "Q~", ".atlasv1.", "-us", "_mmk", ":AA", "-----BEGIN"];

// `None` if the automaton cannot be built, which the tests would find.
static PREFIXES: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let literals = FORMS.iter().map(|form| form.prefix).chain(LITERALS);
    AhoCorasick::builder()
        .match_kind(MatchKind::Standard)
        .kind(Some(AhoCorasickKind::DFA))
        .build(literals)
        .ok()
});

/// Adds the tokens in `text`. Returns true if there is a prefix of any, which escapes may have kept
/// from being one.
pub(super) fn search(text: &str, found: &mut Vec<Finding>) -> bool {
    let bytes = text.as_bytes();
    let (mut at, mut has_prefix) = (0, false);
    // A private key has lines of several runs, which it covers.
    let mut covered = 0;
    while let Some(run) = next_run(bytes, at) {
        at = run.end;
        if run.start < covered {
            continue;
        }
        let Some(prefixes) = PREFIXES.as_ref() else { return false };
        discord(text, &run, found);
        for hit in prefixes.find_overlapping_iter(&bytes[run.clone()]) {
            has_prefix = true;
            let hit_range = run.start + hit.start()..run.start + hit.end();
            if hit_range.start < covered {
                continue;
            }
            let range = match FORMS.get(hit.pattern().as_usize()) {
                Some(form) => match_form(bytes, form, &hit_range),
                None => match_literal(bytes, &hit_range, &run),
            };
            if let Some(range) = range {
                covered = range.end;
                found.push(Finding::new(range));
            }
        }
    }
    // The dashes before `BEGIN` are too few for a run if a space follows.
    has_prefix | blocks::search(text, found)
}

/// Returns true if the key of an attribute contains a token. Keys are short and most are known, so
/// only those with a long part that has digits are searched.
pub(in crate::mask) fn is_in_name(key: &str) -> bool {
    let is_long = |part: &str| part.len() >= MIN_RUN && part.bytes().any(|it| it.is_ascii_digit());
    let mut found = Vec::new();
    if key.split('.').any(is_long) {
        search(key, &mut found);
    }
    !found.is_empty()
}

/// Returns the next run of token characters that is long enough, from `at`.
fn next_run(bytes: &[u8], mut at: usize) -> Option<Range<usize>> {
    loop {
        let window = bytes.get(at..at + MIN_RUN)?;
        let Some(last) = window.iter().rposition(|byte| !is_token_byte(*byte)) else {
            let rest = &bytes[at + MIN_RUN..];
            let end = rest.iter().position(|byte| !is_token_byte(*byte));
            return Some(at..at + MIN_RUN + end.unwrap_or(rest.len()));
        };
        at += last + 1;
    }
}

/// Returns true for the characters of tokens, and of the paths of webhooks.
fn is_token_byte(byte: u8) -> bool {
    const TABLE: [bool; 256] = {
        let mut table = [false; 256];
        let mut byte = 0;
        while byte < 256 {
            #[expect(clippy::cast_possible_truncation, reason = "below 256")]
            let it = byte as u8;
            table[byte] = it.is_ascii_alphanumeric()
                || matches!(it, b'_' | b'-' | b'+' | b'/' | b'.' | b'~' | b':');
            byte += 1;
        }
        table
    };
    TABLE[usize::from(byte)]
}

fn match_form(bytes: &[u8], form: &Form, prefix: &Range<usize>) -> Option<Range<usize>> {
    if form.proof != Proof::Prefix && !starts_word(bytes, prefix.start) {
        return None;
    }
    let rest = &bytes[prefix.end..];
    let decisive = &rest[..rest.len().min(MAX_DECISIVE)];
    let len = first(decisive, |byte| form.alphabet.contains(byte));
    if len < form.min || len > form.max {
        return None;
    }
    // An exact length ends the word: a longer word is something else.
    let continues = rest.get(len).is_some_and(u8::is_ascii_alphanumeric);
    if form.max != usize::MAX && continues {
        return None;
    }
    let body = &rest[..len];
    if form.proof == Proof::Random && !is_random(body) {
        return None;
    }
    let whole = first(rest, |byte| form.alphabet.contains(byte));
    Some(prefix.start..prefix.end + trimmed_len(&rest[..whole]))
}

/// Returns the length without a full stop that ends the sentence.
fn trimmed_len(body: &[u8]) -> usize {
    body.len() - body.iter().rev().take_while(|byte| **byte == b'.').count()
}

/// Matches the tokens whose literal is not at their beginning, and those with several parts.
fn match_literal(bytes: &[u8], hit: &Range<usize>, run: &Range<usize>) -> Option<Range<usize>> {
    let literal = &bytes[hit.clone()];
    let before = &bytes[run.start..hit.start];
    let after = &bytes[hit.end..];
    match literal {
        b"eyJ" => json_web_token(bytes, hit.start),
        // Azure, client secret: three characters and a digit before it.
        b"Q~" => {
            let id = last(before, 4, |byte| Alphabet::Dotted.contains(byte) || byte == b'~')?;
            let after = &after[..after.len().min(MAX_DECISIVE)];
            let len = first(after, |byte| Alphabet::Dotted.contains(byte) || byte == b'~');
            let is_secret = id[3].is_ascii_digit() && (30..=40).contains(&len);
            is_secret.then_some(hit.start - 4..hit.end + len)
        }
        // HCP Terraform.
        b".atlasv1." => {
            last(before, 14, |byte| byte.is_ascii_alphanumeric())?;
            let len = first(after, |byte| Alphabet::Base64.contains(byte));
            (len >= 50).then_some(hit.start - 14..hit.end + len)
        }
        // Mailchimp: 32 digits before the data centre.
        b"-us" => {
            last(before, 32, |byte| byte.is_ascii_hexdigit())?;
            let len = first(after, |byte| byte.is_ascii_digit());
            (1..=2).contains(&len).then_some(hit.start - 32..hit.end + len)
        }
        // MaxMind: six characters, `_`, 29 characters before it.
        b"_mmk" => {
            last(before, 36, |byte| byte.is_ascii_alphanumeric() || byte == b'_')?;
            let ends = !after.first().is_some_and(u8::is_ascii_alphanumeric);
            ends.then_some(hit.start - 36..hit.end)
        }
        // Telegram, bot: the number of the bot before it.
        b":AA" => {
            let digits = first_from_end(before, |byte| byte.is_ascii_digit());
            let len = first(after, |byte| Alphabet::Word.contains(byte));
            let is_token = (8..=10).contains(&digits) && (31..=40).contains(&len);
            is_token.then_some(hit.start - digits..hit.end + len)
        }
        _ => None,
    }
}

/// JSON Web Tokens: parts in base64url, of which the first is the beginning of JSON (`eyJ` encodes
/// `{"`). Signed ones have three parts, the second also JSON; encrypted ones have five.
fn json_web_token(bytes: &[u8], start: usize) -> Option<Range<usize>> {
    const MIN_PART: usize = 8;
    // A longer first part is no header. The bound keeps `eyJeyJ..` from being read many times.
    const MAX_HEADER: usize = 1024;
    if !starts_word(bytes, start) {
        return None;
    }
    let part = |from: usize| first(&bytes[from..], |byte| Alphabet::Word.contains(byte));
    let header = first(&bytes[start..bytes.len().min(start + MAX_HEADER)], |byte| {
        Alphabet::Word.contains(byte)
    });
    let mut end = start + header;
    let mut lens = Vec::with_capacity(4);
    while lens.len() < 4 && bytes.get(end) == Some(&b'.') {
        let len = part(end + 1);
        lens.push(len);
        end += 1 + len;
    }
    let payload = bytes.get(start + header + 1..).unwrap_or_default();
    let is_signed = lens.len() >= 2 && payload.starts_with(b"eyJ") && lens[0] >= MIN_PART;
    let is_encrypted = lens.len() == 4 && lens[2] >= MIN_PART;
    (header >= MIN_PART + 3 && (is_signed || is_encrypted)).then_some(start..end)
}

/// Discord bots: the id of the bot in base64, a time, a code. They have no prefix.
fn discord(text: &str, run: &Range<usize>, found: &mut Vec<Finding>) {
    let Some(run_text) = text.get(run.clone()).filter(|text| text.len() <= 128) else { return };
    // An escape may precede it in the run.
    let mut starts = run_text.match_indices(['M', 'N', 'O']).map(|(at, _)| at).take(8);
    let Some(at) = starts.find(|at| starts_word(text.as_bytes(), run.start + at)) else { return };
    let word = &run_text[at..];
    let mut parts = word.split('.');
    let (Some(id), Some(time), Some(code)) = (parts.next(), parts.next(), parts.next()) else {
        return;
    };
    let has_lengths = (23..=28).contains(&id.len())
        && (6..=7).contains(&time.len())
        && (27..=40).contains(&code.len());
    if has_lengths && is_random(word.as_bytes()) {
        found.push(Finding::new(run.end - word.len()..run.end));
    }
}

/// Returns true if a word can begin at `at`: no letter or digit precedes, except as the end of an
/// escape or of a terminal's colour.
pub(super) fn starts_word(bytes: &[u8], at: usize) -> bool {
    let Some(before) = bytes.get(..at) else { return true };
    !before.last().is_some_and(u8::is_ascii_alphanumeric) || escape_len(before) > 0
}

/// Returns the length of the escape at the end of `before` whose last character is a letter or
/// digit: `\n`, `%3D`, `\x27`, `\u0027`, and `[32m` of a colour.
pub(super) fn escape_len(before: &[u8]) -> usize {
    let is_hex = |count: usize| {
        before.len() >= count && before[before.len() - count..].iter().all(u8::is_ascii_hexdigit)
    };
    let ends = |count: usize, start: &[u8]| before[..before.len() - count].ends_with(start);
    match before.last() {
        Some(b'n' | b'r' | b't' | b'b' | b'f' | b'v' | b'0') if ends(1, b"\\") => 2,
        _ if is_hex(2) && ends(2, b"%") => 3,
        _ if is_hex(2) && ends(2, b"\\x") => 4,
        _ if is_hex(4) && ends(4, b"\\u") => 6,
        Some(b'm') => {
            let parameters = before[..before.len() - 1].iter().rev().take(12);
            let is_parameter = |byte: &&u8| byte.is_ascii_digit() || **byte == b';';
            let parameters = parameters.take_while(is_parameter).count();
            if ends(parameters + 1, b"[") { parameters + 2 } else { 0 }
        }
        _ => 0,
    }
}

/// Counts the bytes at the beginning that fulfil a condition.
fn first(bytes: &[u8], condition: impl Fn(u8) -> bool) -> usize {
    bytes.iter().take_while(|byte| condition(**byte)).count()
}

/// Counts the bytes at the end that fulfil a condition.
fn first_from_end(bytes: &[u8], condition: impl Fn(u8) -> bool) -> usize {
    bytes.iter().rev().take_while(|byte| condition(**byte)).count()
}

/// Returns the last `count` bytes if all fulfil a condition.
fn last(bytes: &[u8], count: usize, condition: impl Fn(u8) -> bool) -> Option<&[u8]> {
    let last = bytes.get(bytes.len().checked_sub(count)?..)?;
    last.iter().all(|byte| condition(*byte)).then_some(last)
}
