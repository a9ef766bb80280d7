//! Finds values that have the name of a secret: `password = ..`, `"api_key": ".."`,
//! `authorization: Bearer ..`, `--token ..`, `?key=..`, `ApiKey("..")`.

use super::names::{Name, Strength, classify};
use super::tokens::escape_len;
use super::values::{Notation, is_random, is_secret};
use super::{Finding, urls};
use aho_corasick::packed::Searcher;
use aho_corasick::{AhoCorasick, MatchKind};
use base64::Engine as _;
use std::ops::Range;
use std::sync::LazyLock;

/// Every name of a secret contains one of these, and every URL. They are searched for at once with
/// SIMD, which at most 64 allow; prose contains few of them.
const STEMS: [&str; 58] = [
    "horization",
    "HORIZATION",
    "earer",
    "EARER",
    "oken",
    "OKEN",
    "ecret",
    "ECRET",
    "pass",
    "PASS",
    "Pass",
    "pwd",
    "PWD",
    "Pwd",
    "key",
    "KEY",
    "Key",
    "ookie",
    "OOKIE",
    "redential",
    "REDENTIAL",
    "ignature",
    "IGNATURE",
    "sig=",
    "Sig=",
    "SIG=",
    "sig\"",
    "sig\\",
    "auth\"",
    "auth\\",
    "auth=",
    "Auth=",
    "AUTH=",
    "auth:",
    "jwt",
    "JWT",
    "asic ",
    "ASIC ",
    "asic%20",
    "code=",
    "pw=",
    "pw\"",
    "PW=",
    "sas=",
    "pw:",
    " -u ",
    "--user",
    "://",
    ":\\/\\/",
    "%3A%2F%2F",
    "%3a%2f%2f",
    "IDENTIFIED BY",
    "identified by",
    "\\u0070ass",
    "pw\\",
    "Sig\"",
    "SAS=",
    "code%3D",
];

/// The number of bytes that decide if a value is a secret. Without a bound, the rest of the text
/// would be read for each of many names in it.
const MAX_DECISIVE: usize = 1024;

/// The greatest length of a name on either side of its stem.
const MAX_NAME: usize = 96;

enum Stems {
    Simd(Searcher),
    Automaton(AhoCorasick),
}

// `None` if no search can be built, which the tests would find.
static STEM_SEARCH: LazyLock<Option<Stems>> = LazyLock::new(|| {
    // Processors without SIMD.
    let automaton =
        || AhoCorasick::builder().match_kind(MatchKind::LeftmostFirst).build(STEMS).ok();
    Searcher::new(STEMS).map(Stems::Simd).or_else(|| automaton().map(Stems::Automaton))
});

/// Adds the named secrets in `text`. Returns true if there is a name or a URL, which escapes may
/// have kept from being recognized.
pub(super) fn search(text: &str, found: &mut Vec<Finding>) -> bool {
    let Some(stems) = STEM_SEARCH.as_ref() else { return false };
    let mut assignments = Assignments { text, bytes: text.as_bytes(), covered: 0, found };
    let mut is_suspect = false;
    let mut visit = |range: Range<usize>| is_suspect |= assignments.examine(&range);
    match stems {
        Stems::Simd(searcher) => searcher.find_iter(text).for_each(|hit| visit(hit.range())),
        Stems::Automaton(automaton) => automaton.find_iter(text).for_each(|hit| visit(hit.range())),
    }
    is_suspect
}

struct Assignments<'a> {
    text: &'a str,
    bytes: &'a [u8],
    /// The end of the last name or value. What lies before it is not examined again.
    covered: usize,
    found: &'a mut Vec<Finding>,
}

impl Assignments<'_> {
    /// Examines the text around a stem. Returns true if it may belong to a secret.
    fn examine(&mut self, stem: &Range<usize>) -> bool {
        if stem.start < self.covered {
            return true;
        }
        match &self.text[stem.clone()] {
            "://" => {
                if let Some(range) = urls::password(self.bytes, stem.end) {
                    self.add(range);
                }
                return self.bytes[stem.end..].iter().take(256).any(|byte| *byte == b'%');
            }
            ":\\/\\/" | "%3A%2F%2F" | "%3a%2f%2f" => return true,
            " -u " | "--user" => {
                self.user_option(stem.end);
                return true;
            }
            "IDENTIFIED BY" | "identified by" => {
                let at = self.skip(stem.end, |byte| byte == b' ');
                self.value(at, Strength::Strong, stem.end, &(stem.end..at));
                return true;
            }
            _ => {}
        }
        let name = self.name_around(stem);
        self.covered = self.covered.max(name.end);
        let Some(kind) = self.text.get(name.clone()).and_then(classify) else { return false };
        match kind {
            Name::Bearer => self.bearer(&name),
            Name::Basic => self.basic(name.end),
            Name::Query if !self.is_parameter(&name) => return false,
            Name::Query => self.named(&name, Strength::Weak, Name::Query),
            Name::Value(strength) => self.named(&name, strength, kind),
            Name::Authorization | Name::Cookie => self.named(&name, Strength::Strong, kind),
        }
        true
    }

    fn add(&mut self, range: Range<usize>) {
        self.covered = range.end;
        self.found.push(Finding::new(range));
    }

    /// Returns the whole name, without the escape that precedes it.
    fn name_around(&self, stem: &Range<usize>) -> Range<usize> {
        let is_name =
            |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
        let before = self.bytes[self.covered.min(stem.start)..stem.start].iter().rev();
        let mut start = stem.start - before.take(MAX_NAME).take_while(|it| is_name(it)).count();
        // An escape ends in letters or digits, which belong to it: `\npassword`, `%20token`.
        if matches!(start.checked_sub(1).map(|at| self.bytes[at]), Some(b'\\' | b'%' | b'[' | b';'))
        {
            let escapes = start + 1..=stem.start.min(start + 8);
            if let Some(end) = escapes.clone().rev().find(|end| escape_len(&self.bytes[..*end]) > 0)
            {
                start = end;
            }
        }
        let after = self.bytes[stem.start..].iter().take(MAX_NAME).take_while(|it| is_name(it));
        let mut end = stem.start + after.count();
        while end > start && matches!(self.bytes[end - 1], b'.' | b'-') {
            end -= 1;
        }
        while start < end && matches!(self.bytes[start], b'.' | b'-') {
            start += 1;
        }
        start..end.max(start)
    }

    /// Returns true if the name is a parameter in the query of a URL.
    fn is_parameter(&self, name: &Range<usize>) -> bool {
        let before = name.start.checked_sub(1).map(|at| self.bytes[at]);
        matches!(before, Some(b'?' | b'&' | b'#')) && self.bytes.get(name.end) == Some(&b'=')
    }

    /// A token after the word `bearer`, with or without the name of its header.
    fn bearer(&mut self, name: &Range<usize>) {
        let at = self.skip(name.end, |byte| matches!(byte, b' ' | b'\t' | b'+'));
        let len = self.count_at_most(MAX_DECISIVE, at, is_base64_token);
        let token = &self.bytes[at..at + len];
        let has_digit = token.iter().any(u8::is_ascii_digit);
        if at > name.end && (len >= 6 && has_digit || is_random(token)) {
            self.add(at..self.skip(at, is_base64_token));
        } else if at == name.end {
            self.named(name, Strength::Strong, Name::Value(Strength::Strong));
        }
    }

    /// `Basic` and the base64 of a user and a password, which has a colon.
    fn basic(&mut self, end: usize) {
        let at = self.skip(end, |byte| byte == b' ');
        let len = self.count(at, is_base64_token);
        if at > end && len >= 6 && is_basic(&self.bytes[at..at + len]) {
            self.add(at..at + len);
        }
    }

    /// `-u user:password` and `--user user:password`, as curl accepts.
    fn user_option(&mut self, at: usize) {
        let at = self.skip(at, |byte| matches!(byte, b' ' | b'='));
        let quote = self.bytes.get(at).copied().filter(|byte| matches!(byte, b'"' | b'\''));
        let at = at + usize::from(quote.is_some());
        let user = self.count_at_most(MAX_NAME, at, |byte| {
            byte.is_ascii_alphanumeric() || b"._-@+$".contains(&byte)
        });
        if user == 0 || self.bytes.get(at + user) != Some(&b':') {
            return;
        }
        let start = at + user + 1;
        let len = self.count_at_most(MAX_DECISIVE, start, |byte| match quote {
            Some(quote) => byte != quote && byte != b'\n',
            None => !byte.is_ascii_whitespace() && !b"\"'\\`\x1b".contains(&byte),
        });
        if len >= 3
            && is_secret(&self.text[start..start + len], Strength::Strong, Notation::Assigned)
        {
            self.add(start..start + len);
        }
    }

    /// The value after a name, if it is a secret.
    fn named(&mut self, name: &Range<usize>, strength: Strength, kind: Name) {
        let Some(separator) = self.separator(name, kind) else { return };
        let at = self.skip(separator.end, |byte| matches!(byte, b' ' | b'\t'));
        match kind {
            Name::Authorization if self.credentials(at) => {}
            Name::Cookie if self.cookies(at) => {}
            _ => self.value(at, strength, name.start, &separator),
        }
    }
}

fn is_base64_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"._~+/=-".contains(&byte)
}

fn is_basic(token: &[u8]) -> bool {
    let end = token.iter().rposition(|byte| *byte != b'=').map_or(0, |last| last + 1);
    let decoded = base64::engine::general_purpose::STANDARD_NO_PAD.decode(&token[..end]);
    decoded.is_ok_and(|text| text.contains(&b':') && text.iter().all(|byte| *byte >= b' '))
}

mod separator;
mod value;
