//! Tokens whose literal is not at their beginning, and those of several parts.

use super::super::Finding;
use super::super::alphabet::Alphabet;
use super::super::boundary::starts_word;
use super::super::values::is_random;
use super::MAX_DECISIVE;
use std::ops::Range;

/// The literals that are not prefixes; they follow the prefixes of [`FORMS`] in the automaton.
pub(super) const LITERALS: [&str; 6] = ["eyJ", "Q~", ".atlasv1.", "-us", "_mmk", ":AA"];

/// Matches the tokens whose literal is not at their beginning, and those with several parts.
pub(super) fn match_literal(
    bytes: &[u8],
    hit: &Range<usize>,
    run: &Range<usize>,
) -> Option<Range<usize>> {
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
    // A longer first part is not a header. The bound keeps `eyJeyJ..` from being read many times.
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

/// The length of the shortest token of a Discord bot: three parts and two full stops.
const MIN_DISCORD: usize = 23 + 1 + 6 + 1 + 27;

/// Discord bots: the id of the bot in base64, a time, a code. They have no prefix.
pub(super) fn discord(text: &str, run: &Range<usize>, found: &mut Vec<Finding>) {
    if !(MIN_DISCORD..=128).contains(&run.len()) {
        return;
    }
    let Some(run_text) = text.get(run.clone()) else { return };
    // An escape may precede it in the run.
    let mut starts = memchr::memchr3_iter(b'M', b'N', b'O', run_text.as_bytes()).take(8);
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

/// Counts the bytes at the beginning that fulfil a condition.
pub(super) fn first(bytes: &[u8], condition: impl Fn(u8) -> bool) -> usize {
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
