//! Finds values that have the name of a secret: `password = ..`, `"api_key": ".."`,
//! `authorization: Bearer ..`, `--token ..`, `?key=..`, `ApiKey("..")`.

use super::boundary::{escape_len, starts_escape};
use super::names::{self, Name, Strength, classify};
use super::values::{is_basic, is_random};
use super::{Finding, blocks, urls};
use std::ops::Range;

/// The number of bytes that decide if a value is a secret. Without a bound, the rest of the text
/// would be read for each of many names in it.
const MAX_DECISIVE: usize = 1024;

/// The greatest length of a name.
const MAX_NAME: usize = 96;

/// The greatest number of bytes between a name and its value that are searched: quotes, spaces,
/// brackets, and escapes of these.
const MAX_BETWEEN: usize = 32;

/// Adds the named secrets in `text`, which has only words before `from`. Returns true if an escape may
/// keep one from being recognized.
///
/// Every name stands before or after a character that is rare in prose. Each search for three of
/// them runs at the speed of memory; a search for all names at once took four times as long.
pub(super) fn search(text: &str, from: usize, found: &mut Vec<Finding>) -> bool {
    let bytes = text.as_bytes();
    let rest = &bytes[from..];
    let find = |a, b, c| memchr::memchr3_iter(a, b, c, rest).map(move |at| from + at);
    let mut assignments = Assignments { text, bytes, covered: 0, found };
    let mut is_suspect = false;
    for at in find(b':', b'=', b'>') {
        is_suspect |= assignments.examine_separator(at);
    }
    assignments.covered = 0;
    for at in find(b'-', b'[', b'(') {
        is_suspect |= assignments.examine_opening(at);
    }
    assignments.covered = 0;
    for at in memchr::memchr_iter(b'\'', rest) {
        assignments.examine_apostrophe(from + at);
    }
    assignments.covered = 0;
    let from_name = prose::words_before(bytes, from);
    for end in prose::names(&bytes[from_name..]) {
        is_suspect |= assignments.examine_prose(from_name + end);
    }
    is_suspect || find(b'\\', b'%', 0x1b).any(|at| hides_name(bytes, at))
}

/// Returns true if an escape hides the punctuation around a name: `%22`, `\u001b[0m`, `[\"`. Line
/// ends and quotes do not.
fn hides_name(bytes: &[u8], at: usize) -> bool {
    let next = bytes.get(at + 1);
    match bytes[at] {
        b'%' => matches!(next, Some(b'1' | b'2' | b'3' | b'5' | b'7')),
        b'\\' => match next {
            Some(b'u' | b'x' | b'e' | b'0') => true,
            Some(b'"' | b'\\') => at.checked_sub(1).is_some_and(|at| b"[(= ".contains(&bytes[at])),
            _ => false,
        },
        _ => true,
    }
}

struct Assignments<'a> {
    text: &'a str,
    bytes: &'a [u8],
    /// The end of the last name or value. What lies before it is not examined again.
    covered: usize,
    found: &'a mut Vec<Finding>,
}

impl Assignments<'_> {
    /// Examines the name before a separator. Returns true if an escape may hide its value.
    fn examine_separator(&mut self, at: usize) -> bool {
        if at < self.covered {
            return false;
        }
        if self.starts(at, "://") {
            if let Some(range) = urls::password(self.bytes, at + "://".len()) {
                self.add(range);
            }
            return false;
        }
        let between = |byte: &&u8| {
            matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b'"' | b'\'' | b'`' | b'\\' | b']')
        };
        let before = self.bytes[self.covered..at].iter().rev();
        let end = at - before.take(MAX_BETWEEN).take_while(between).count();
        let before = &self.bytes[..end];
        if before.ends_with(b"value") || before.ends_with(b"Value") {
            return self.examine_value_of_a_name(end);
        }
        if before.ends_with(b"Private-Lines") {
            let lines = blocks::private_lines(self.text, at + 1);
            if let Some(lines) = lines {
                self.add(lines);
            }
        }
        names::may_end_secret_name(before) && self.examine_name(end)
            || self.starts(at, ":\\")
            || before.ends_with(b";") && (before.ends_with(b"&quot;") || before.ends_with(b"&#34;"))
            || before.ends_with(b"t") && escape_len(before) > 0
    }

    /// Examines the name before `"value":` in `{"name":"X-Api-Key","value":".."}`, and before
    /// `value=` in XML. `end` is the end of the word `value`.
    fn examine_value_of_a_name(&mut self, end: usize) -> bool {
        let between =
            |byte: &&u8| matches!(byte, b' ' | b'\t' | b'\n' | b',' | b'"' | b'\'' | b'\\');
        let start = end - "value".len();
        let before = self.bytes[..start].iter().rev().take(MAX_BETWEEN);
        let name = start - before.take_while(between).count();
        if escape_len(&self.bytes[..name]) > 0 {
            return true;
        }
        let separates = |byte: &u8| matches!(byte, b'"' | b'\'' | b'\n');
        let is_quoted = self.bytes[name..start].iter().any(separates);
        is_quoted && names::may_end_secret_name(&self.bytes[..name]) && self.examine_name(name)
    }

    /// Examines the name that ends at `end`. Returns true if an escape may hide its value.
    fn examine_name(&mut self, end: usize) -> bool {
        if end <= self.covered {
            return false;
        }
        let name = self.name_around(&(end - 1..end));
        self.covered = self.covered.max(name.end);
        let Some(kind) = self.text.get(name.clone()).and_then(classify) else { return false };
        let after = self.bytes[name.end..].iter().take(MAX_BETWEEN);
        let is_suspect = after.take_while(|byte| **byte != b'\n').any(|it| starts_escape(Some(it)));
        match kind {
            Name::Bearer => self.bearer(&name),
            Name::Basic => self.basic(name.end),
            Name::Query if !self.is_parameter(&name) => return false,
            Name::Query => self.named(&name, Strength::Weak, Name::Query),
            Name::Value(strength) => self.named(&name, strength, kind),
            Name::Authorization | Name::Cookie => self.named(&name, Strength::Strong, kind),
        }
        is_suspect
    }

    /// Examines options of commands, private keys, and the beginning of a list of pairs:
    /// `["name", "value"]`. Returns true if an escape may hide a value.
    fn examine_opening(&mut self, at: usize) -> bool {
        if at < self.covered {
            return false;
        }
        let next = at + 1;
        match (self.bytes[at], self.bytes.get(next)) {
            (b'-', Some(b'-')) if self.starts(at, blocks::BEGIN) => {
                let key = blocks::private_key(self.text, at);
                if let Some(end) = key {
                    self.add(at..end);
                }
                true
            }
            (b'-', _) => self.examine_option(at),
            (b'[' | b'(', Some(quote @ (b'"' | b'\''))) => {
                let len = self.count_at_most(MAX_NAME, next + 1, is_name_byte);
                let end = next + 1 + len;
                let is_argument = self.bytes[at] == b'(' && self.examine_call(at);
                is_argument
                    || len > 0 && self.bytes.get(end) == Some(quote) && self.examine_name(end)
            }
            _ => false,
        }
    }

    /// Examines the argument of a call or of a newtype: `.api_key("..")`, `set_password("..")`,
    /// `Password("..")`. The argument of `get_secret` is a name, so words are kept.
    fn examine_call(&mut self, parenthesis: usize) -> bool {
        if self.basic_call(parenthesis) {
            return false;
        }
        if parenthesis <= self.covered || !names::may_end_secret_name(&self.bytes[..parenthesis]) {
            return false;
        }
        let name = self.name_around(&(parenthesis - 1..parenthesis));
        let Some(text) = self.text.get(name.clone()) else { return false };
        let method = text.rsplit('.').next().unwrap_or_default();
        let reads = ["get", "find", "fetch", "read", "load", "is", "has"];
        if name.end == parenthesis
            && !reads.iter().any(|verb| method.starts_with(verb))
            && matches!(classify(text), Some(Name::Value(Strength::Medium | Strength::Strong)))
        {
            self.value(parenthesis + 1, Strength::Medium, name.start, &(name.end..parenthesis));
        }
        false
    }

    /// Adds the password of a user: `auth=("ada", "..")`, `basic_auth("ada", Some(".."))`. Returns
    /// false if the call is another one.
    fn basic_call(&mut self, parenthesis: usize) -> bool {
        let ends = |word: &str| ends_with(&self.bytes[..parenthesis], word);
        let is_basic = ["basicauth", "basic_auth", "auth=", "auth = "].into_iter().any(ends);
        let quote = self.bytes[parenthesis + 1];
        let user = self.count_at_most(MAX_NAME, parenthesis + 2, |byte| byte != quote);
        let comma = parenthesis + 2 + user + 1;
        if !is_basic || self.bytes.get(comma) != Some(&b',') {
            return false;
        }
        let at = self.skip(comma + 1, |byte| byte.is_ascii_whitespace());
        if matches!(self.bytes.get(at), Some(b'"' | b'\'')) || self.starts(at, "Some(") {
            self.value(at, Strength::Strong, parenthesis, &(comma..comma + 1));
        }
        true
    }

    /// Examines a quote in SQL: `PASSWORD '..'`, `IDENTIFIED BY '..'`.
    fn examine_apostrophe(&mut self, at: usize) {
        let before = self.bytes[..at].trim_ascii_end();
        let ends = |word: &str| ends_with(before, word);
        if before.len() == at || at < self.covered {
            return;
        }
        if ends("password") || ends(" secret") {
            self.examine_name(before.len());
        } else if ends("identified by") {
            self.value(at, Strength::Strong, at, &(at..at));
        }
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

    /// The value after a name, if it is a secret.
    fn named(&mut self, name: &Range<usize>, strength: Strength, kind: Name) {
        let Some(separator) = self.separator(name, kind) else { return };
        // `**Password:** ..` in Markdown.
        let bold = if self.starts(separator.end, "** ") { 2 } else { 0 };
        let at = self.skip(separator.end + bold, |byte| matches!(byte, b' ' | b'\t'));
        match kind {
            Name::Authorization if self.credentials(at) => {}
            Name::Cookie if self.cookies(at) => {}
            _ => self.value(at, strength, name.start, &separator),
        }
    }
}

/// Returns true if a text ends in a word, in capitals or small letters.
fn ends_with(text: &[u8], word: &str) -> bool {
    let start = text.len().checked_sub(word.len());
    start.is_some_and(|start| text[start..].eq_ignore_ascii_case(word.as_bytes()))
}

fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.')
}

fn is_base64_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"._~+/=-".contains(&byte)
}

mod options;
mod prose;
mod separator;
mod value;
