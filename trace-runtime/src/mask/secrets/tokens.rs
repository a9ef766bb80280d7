//! Finds tokens of a known form, wherever they stand.
//!
//! Every form is a run of at least [`MIN_RUN`] characters without a space or a quote, and most have
//! digits. Words are shorter, so the search skips whole parts of prose, and jumps from space to space
//! elsewhere. A search for all prefixes at once reads every byte with an automaton, which took ten
//! times as long for 20 KB of prose.

use super::Finding;
use super::forms::{Alphabet, FORMS, Form, Proof};
use super::values::is_random;
use aho_corasick::automaton::OverlappingState;
use aho_corasick::{AhoCorasick, AhoCorasickKind, Anchored, Input, MatchKind, StartKind};
use base64::Engine as _;
use std::ops::Range;
use std::sync::LazyLock;

/// The shortest token, `sk_live_` and eight characters.
const MIN_RUN: usize = 16;

/// The number of bytes that decide if a word is a token. Without a bound, the rest of a run would be
/// read for each of many prefixes in it.
const MAX_DECISIVE: usize = 256;

/// The length of the longest escape at the beginning of a run: `\u0027`, `[1;31m`.
const MAX_ESCAPE: usize = 8;

/// The literals that are no prefixes; they follow the prefixes of [`FORMS`] in the automaton.
const LITERALS: [&str; 6] = ["eyJ", "Q~", ".atlasv1.", "-us", "_mmk", ":AA"];

// `None` if the automaton cannot be built, which the tests would find.
static PREFIXES: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let literals = FORMS.iter().map(|form| form.prefix).chain(LITERALS);
    AhoCorasick::builder()
        .match_kind(MatchKind::Standard)
        .start_kind(StartKind::Both)
        .kind(Some(AhoCorasickKind::DFA))
        .build(literals)
        .ok()
});

/// Adds the tokens in `text`. Returns true if an escape interrupts what may be one.
pub(super) fn search(text: &str, found: &mut Vec<Finding>) -> bool {
    let Some(prefixes) = PREFIXES.as_ref() else { return false };
    let mut runs = Runs { text, bytes: text.as_bytes(), prefixes, covered: 0, found };
    let (mut at, mut is_suspect) = (0, false);
    while let Some(run) = next_run(runs.bytes, at) {
        at = run.end;
        let has_prefix = runs.examine(&run);
        is_suspect |= has_prefix && starts_escape(runs.bytes.get(run.end));
    }
    is_suspect
}

/// Returns false for paths, addresses and most identifiers: they have no digit and few capitals.
fn may_be_token(run: &[u8]) -> bool {
    run.iter().any(u8::is_ascii_digit)
        || run.iter().filter(|byte| byte.is_ascii_uppercase()).take(6).count() == 6
}

/// Returns true if the byte can begin an escape.
pub(super) fn starts_escape(byte: Option<&u8>) -> bool {
    matches!(byte, Some(b'\\' | b'%' | b'&' | 0x1b))
}

struct Runs<'a> {
    text: &'a str,
    bytes: &'a [u8],
    prefixes: &'a AhoCorasick,
    /// The end of the last token.
    covered: usize,
    found: &'a mut Vec<Finding>,
}

impl Runs<'_> {
    /// Adds the tokens of a run. Returns true if the run has the prefix of any.
    fn examine(&mut self, run: &Range<usize>) -> bool {
        self.credentials(run);
        discord(self.text, run, self.found);
        let bytes = &self.bytes[run.clone()];
        if !may_be_token(bytes) {
            return false;
        }
        let separator = memchr::memchr3(b'-', b'_', b'.', bytes);
        if separator.or_else(|| memchr::memchr2(b'~', b':', bytes)).is_some() {
            let prefixes = self.prefixes;
            let hits = prefixes.find_overlapping_iter(bytes);
            return hits.fold(false, |_, hit| {
                self.match_prefix(run, hit.pattern().as_usize(), hit.range());
                true
            });
        }
        // Base64 and digests are long. No prefix without a separator may follow a letter, so it is
        // enough to look at the beginning of each word.
        let first = 0..bytes.len().min(MAX_ESCAPE);
        let first = first.filter(|at| starts_word(self.bytes, run.start + at));
        let starts: Vec<_> =
            first.chain(memchr::memchr2_iter(b'+', b'/', bytes).map(|at| at + 1)).collect();
        starts.into_iter().fold(false, |has_prefix, start| {
            let input = Input::new(bytes).span(start..bytes.len()).anchored(Anchored::Yes);
            let mut state = OverlappingState::start();
            let mut has_hit = false;
            while self.prefixes.try_find_overlapping(input.clone(), &mut state).is_ok()
                && let Some(hit) = state.get_match()
            {
                has_hit = true;
                self.match_prefix(run, hit.pattern().as_usize(), hit.range());
            }
            has_prefix || has_hit
        })
    }

    /// Adds a run that follows the word `Basic`, if it is base64 with a colon, and one that follows
    /// `Bearer` in any case.
    fn credentials(&mut self, run: &Range<usize>) {
        let before = self.bytes[..run.start].trim_ascii_end();
        let word = &before[before.len().saturating_sub("bearer".len())..];
        let padding = first(&self.bytes[run.end..], |byte| byte == b'=').min(2);
        let end = run.end + padding;
        let token = &self.bytes[run.clone()];
        let is_bearer =
            word.eq_ignore_ascii_case(b"bearer") && token.iter().any(u8::is_ascii_digit);
        let is_basic = word.len() >= 5 && word[word.len() - 5..].eq_ignore_ascii_case(b"basic");
        if before.len() < run.start && (is_bearer || is_basic && is_basic_token(token)) {
            self.found.push(Finding::new(run.start..end));
        }
    }

    /// Adds the token that begins with a prefix, if the rest has its form.
    fn match_prefix(&mut self, run: &Range<usize>, prefix: usize, hit: Range<usize>) {
        let hit = run.start + hit.start..run.start + hit.end;
        if hit.start < self.covered {
            return;
        }
        let range = match FORMS.get(prefix) {
            Some(form) => match_form(self.bytes, form, &hit),
            None => match_literal(self.bytes, &hit, run),
        };
        if let Some(range) = range {
            self.covered = range.end;
            self.found.push(Finding::new(range));
        }
    }
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

/// The number of bytes that are judged at once.
const CHUNK: usize = 64;

/// Returns true if a part of a text can contain a token: it has a digit, `_` or `-`, or many
/// capitals. Most prose has none of them, and the loop compiles to a few vector instructions.
fn is_interesting(chunk: &[u8]) -> bool {
    let Ok(chunk) = <&[u8; CHUNK]>::try_from(chunk) else { return true };
    let (mut marks, mut capitals) = (0_u8, 0_u8);
    for byte in chunk {
        let is_digit = byte.wrapping_sub(b'0') < 10;
        marks |= u8::from(is_digit) | u8::from(*byte == b'_') | u8::from(*byte == b'-');
        capitals += u8::from(byte.wrapping_sub(b'A') < 26);
    }
    marks != 0 || capitals >= 8
}

/// Returns the next run of token characters that is long enough, from `at`.
fn next_run(bytes: &[u8], mut at: usize) -> Option<Range<usize>> {
    // The end of the last part that was judged.
    let mut judged = at;
    loop {
        while at >= judged {
            let chunk = bytes.get(judged..bytes.len().min(judged + CHUNK)).unwrap_or_default();
            judged += CHUNK;
            if chunk.is_empty() {
                return None;
            }
            if is_interesting(chunk) {
                continue;
            }
            // A token may begin in this part, before its first digit.
            let tail = chunk.iter().rev().take_while(|byte| is_token_byte(**byte)).count();
            at = at.max(judged.min(bytes.len()) - tail);
        }
        let window = bytes.get(at..at + MIN_RUN)?;
        let (low, high) = window.split_at(MIN_RUN / 2);
        let last = last_below_plus(high)
            .map(|last| last + MIN_RUN / 2)
            .or_else(|| last_below_plus(low))
            .or_else(|| window.iter().rposition(|byte| !is_token_byte(*byte)));
        let Some(last) = last else {
            let rest = &bytes[at + MIN_RUN..];
            let end = rest.iter().position(|byte| !is_token_byte(*byte));
            return Some(at..at + MIN_RUN + end.unwrap_or(rest.len()));
        };
        at += last + 1;
    }
}

/// Returns the position of the last of eight bytes that is below `+` or not ASCII: a space, a quote,
/// a line end. Token characters are none of these, and nearly every eight bytes of text have one.
/// All are compared at once: the highest bit of each stays set if the rest is not below.
fn last_below_plus(eight: &[u8]) -> Option<usize> {
    const HIGH: u64 = u64::from_le_bytes([0x80; 8]);
    const PLUS: u64 = u64::from_le_bytes([b'+'; 8]);
    let bytes = u64::from_le_bytes(eight.try_into().ok()?);
    let is_below = !((bytes | HIGH) - PLUS) & HIGH | bytes & HIGH;
    (is_below != 0).then(|| 7 - is_below.leading_zeros() as usize / 8)
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

/// Returns true for base64 of a user and a password, which has a colon.
pub(super) fn is_basic_token(token: &[u8]) -> bool {
    let end = token.iter().rposition(|byte| *byte != b'=').map_or(0, |last| last + 1);
    let decoded = base64::engine::general_purpose::STANDARD_NO_PAD.decode(&token[..end]);
    decoded.is_ok_and(|text| text.contains(&b':') && text.iter().all(|byte| *byte >= b' '))
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
