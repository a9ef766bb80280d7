//! Reads the value after a name and its separator.

use super::super::Finding;
use super::super::names::Strength;
use super::super::values::{Notation, is_secret};
use super::{Assignments, MAX_DECISIVE};
use std::ops::Range;

/// The number of wrappers around a value that are skipped: `Some(ApiKey("..`.
const MAX_WRAPPERS: usize = 4;

/// The names of the field that holds the value in an object around it.
const INNER_NAMES: [&str; 11] = [
    "value",
    "secret",
    "key",
    "token",
    "inner",
    "inner_secret",
    "data",
    "plaintext",
    "stringValue",
    "string_value",
    "S",
];

impl Assignments<'_> {
    /// Adds the value at `at` if it is a secret. `separator` begins at the end of the name.
    pub(super) fn value(
        &mut self,
        at: usize,
        strength: Strength,
        name_start: usize,
        separator: &Range<usize>,
    ) {
        // The text of an element in XML is not quoted.
        if self.text[separator.clone()].ends_with('>')
            && !self.text[separator.clone()].contains('=')
        {
            return self.element(at, strength, separator);
        }
        let mut at = at;
        for _ in 0..MAX_WRAPPERS {
            if self.bytes.get(at) == Some(&b'[') {
                return self.list(at + 1, strength);
            }
            match self.wrapper(at) {
                Some(inner) => at = inner,
                None => break,
            }
        }
        if let Some(value) = self.quoted(at) {
            let text = &self.text[value.clone()];
            // A name that is followed by a quote is prose: `the password "swordfish"` is not.
            if is_secret(text, strength, Notation::Quoted) {
                self.add(value);
            }
            return;
        }
        self.bare(at, strength, name_start, separator);
    }

    /// Skips one wrapper: `Some(`, `ApiKey(`, `b"`, `Secret { inner: `, `{"value": `, `&`.
    fn wrapper(&self, at: usize) -> Option<usize> {
        let rest = self.bytes.get(at..)?;
        let space = |at| self.skip(at, |byte| byte.is_ascii_whitespace());
        match rest.first()? {
            b'&' | b'(' => return Some(at + 1),
            b'b' | b'r' | b'f' | b'B' | b'u' | b'N' | b'@'
                if matches!(rest.get(1), Some(b'"' | b'\'')) =>
            {
                return Some(at + 1);
            }
            b'{' => return self.inner_field(space(at + 1)),
            b'|' | b'>' | b'!' => return self.yaml(at),
            byte if !byte.is_ascii_uppercase() => return None,
            _ => {}
        }
        let name = self.count(at, |byte| byte.is_ascii_alphanumeric() || byte == b'_');
        let end = space(at + name);
        match self.bytes.get(end)? {
            b'(' if end == at + name => Some(space(end + 1)),
            b':' => ["::from(\"", "::new(\""]
                .iter()
                .find_map(|call| self.starts(end, call).then(|| end + call.len() - 1)),
            b'{' => self.inner_field(space(end + 1)),
            _ => None,
        }
    }

    /// Skips the beginning of a value in YAML: `!!str `, `|` or `>-` and the line end after it.
    fn yaml(&self, at: usize) -> Option<usize> {
        if self.starts(at, "!!str ") {
            return Some(at + "!!str ".len());
        }
        let end = self.skip(at, |byte| matches!(byte, b'|' | b'>' | b'-' | b'+'));
        let value = self.skip(end, |byte| matches!(byte, b' ' | b'\r' | b'\n'));
        (self.bytes.get(end) == Some(&b'\n')).then_some(value)
    }

    /// Skips the name of the field that holds a value: `"value": `, `inner: `.
    fn inner_field(&self, at: usize) -> Option<usize> {
        let at = at + usize::from(matches!(self.bytes.get(at), Some(b'"' | b'\'')));
        let len = self.count(at, |byte| byte.is_ascii_alphanumeric() || byte == b'_');
        let name = self.text.get(at..at + len)?;
        INNER_NAMES.contains(&name).then_some(())?;
        let end = at + len + usize::from(matches!(self.bytes.get(at + len), Some(b'"' | b'\'')));
        let end = self.skip(end, |byte| byte == b' ');
        let follows = matches!(self.bytes.get(end), Some(b':' | b'='));
        follows.then(|| self.skip(end + 1, |byte| byte == b' '))
    }

    /// Returns the text between quotes. If the closing quote is missing, since the text is cut or
    /// the quote means something else, the value ends with its line.
    fn quoted(&self, at: usize) -> Option<Range<usize>> {
        let quote = *self.bytes.get(at).filter(|byte| matches!(byte, b'"' | b'\'' | b'`'))?;
        let triple = [quote; 3];
        let start = if self.bytes[at..].starts_with(&triple) { at + 3 } else { at + 1 };
        let mut end = start;
        while let Some(byte) = self.bytes.get(end) {
            match byte {
                b'\\' => end += 1,
                b'\n' | b'\r' => break,
                byte if *byte == quote => break,
                _ => {}
            }
            end += 1;
        }
        Some(start..end.min(self.bytes.len()))
    }

    /// Adds each secret of a list: `api_keys: ["..", ".."]`.
    fn list(&mut self, at: usize, strength: Strength) {
        let mut at = at;
        loop {
            at = self.skip(at, |byte| byte.is_ascii_whitespace() || byte == b',');
            let Some(value) = self.quoted(at) else { break };
            if is_secret(&self.text[value.clone()], strength, Notation::Quoted) {
                self.add(value.clone());
            }
            at = value.end + 1;
        }
        let item = at..self.bare_end(at, false, usize::MAX);
        if item.len() >= 6 && is_secret(&self.text[item.clone()], strength, Notation::Assigned) {
            self.add(item);
        }
    }

    /// Adds the text of an element of XML. The name may be an attribute of it, as in
    /// `<string name="api_key">`, but labels of forms have such names too.
    fn element(&mut self, at: usize, strength: Strength, separator: &Range<usize>) {
        let is_attribute = self.bytes[separator.start] != b'>';
        let strength = if is_attribute { strength.min(Strength::Medium) } else { strength };
        let len = self.count(at, |byte| !matches!(byte, b'<' | b'\n'));
        let closes = self.starts(at + len, "</");
        if closes && is_secret(&self.text[at..at + len], strength, Notation::Quoted) {
            self.add(at..at + len);
        }
    }

    fn bare(&mut self, at: usize, strength: Strength, name_start: usize, separator: &Range<usize>) {
        let between = &self.text[separator.clone()];
        let before = name_start.checked_sub(1).map(|at| self.bytes[at]);
        let is_query = matches!(before, Some(b'?' | b'&'));
        let name = &self.bytes[name_start..separator.start];
        // A line of an environment: only a space ends the value.
        let is_environment =
            !name.iter().any(u8::is_ascii_lowercase) && between == "=" && !is_query;
        let decisive = self.bare_end(at, is_environment, MAX_DECISIVE);
        let after = self.bytes.get(decisive);
        let notation = if is_query {
            Notation::Query
        } else if between.contains(':') && !between.contains('=') {
            let ends_line =
                matches!(after, None | Some(b'\n' | b'\r' | b'"' | b'\'' | b'\\' | 0x1b));
            Notation::Colon { ends_line: ends_line && self.begins_line(name_start) }
        } else if between.trim() != between {
            Notation::Spaced
        } else {
            Notation::Assigned
        };
        // Cut inside a character, a value is too long for one that is decided by its characters.
        let Some(text) = self.text.get(at..decisive) else { return };
        let is_call = after == Some(&b'(') || after == Some(&b'[') || after == Some(&b'{');
        if is_call || !is_secret(text, strength, notation) {
            return;
        }
        let range = at..self.bare_end(at, is_environment, usize::MAX);
        self.covered = range.end;
        self.found.push(Finding { quote: self.quote_for(separator.start, text), range });
    }

    /// Returns the quote that a number needs to stay JSON.
    fn quote_for(&self, name_end: usize, value: &str) -> Option<Range<usize>> {
        let is_number = value.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
        let is_quoted = matches!(self.bytes.get(name_end), Some(b'"'));
        (is_number && is_quoted).then_some(name_end..name_end + 1)
    }

    /// Returns true if only indentation, a list marker or a quote precedes the name on its line, as
    /// in YAML and in headers.
    fn begins_line(&self, name_start: usize) -> bool {
        let before = self.bytes[..name_start].iter().rev().take(32);
        let mut before = before.skip_while(|byte| matches!(byte, b' ' | b'\t' | b'-'));
        let starts = |byte: &u8| matches!(byte, b'\n' | b'\r' | b'"' | b'\'' | b'{' | b'=');
        before.next().is_none_or(starts) || super::escape_len(&self.bytes[..name_start]) > 0
    }

    /// Returns the end of a value without quotes, or the position after `max` bytes.
    fn bare_end(&self, at: usize, is_environment: bool, max: usize) -> usize {
        let mut end = at;
        while let Some(&byte) = self.bytes.get(end).filter(|_| end - at < max) {
            let stops = match byte {
                b'"' | b'\'' | b'`' | b'<' | b'>' | 0x1b => true,
                // The end of a text inside a text, or of its line.
                b'\\' => matches!(
                    self.bytes.get(end + 1),
                    None | Some(b'n' | b'r' | b't' | b'u' | b'"' | b'\'' | b'\\' | b'x')
                ),
                b',' | b';' | b'&' | b'{' | b'}' | b'[' | b']' | b'(' | b')' => !is_environment,
                _ => byte.is_ascii_whitespace(),
            };
            if stops {
                break;
            }
            end += 1;
        }
        while end > at
            && is_environment
            && matches!(self.bytes[end - 1], b',' | b';' | b')' | b'}' | b']')
        {
            end -= 1;
        }
        end
    }

    /// Adds the credentials of an `authorization` header and keeps its scheme. Returns false if the
    /// value has no scheme.
    pub(super) fn credentials(&mut self, at: usize) -> bool {
        let start = self.header_value(at);
        let scheme = self.count(start, |byte| byte.is_ascii_alphanumeric() || byte == b'-');
        let from = self.skip(start + scheme, |byte| byte == b' ');
        let is_scheme = (3..=20).contains(&scheme) && from > start + scheme;
        let end = self.header_end(from);
        let value = &self.text[from..end];
        if !is_scheme || value.len() < 4 || !is_known_scheme(&self.text[start..start + scheme]) {
            return false;
        }
        if is_secret(value, Strength::Strong, Notation::Quoted) {
            self.add(from..end);
        }
        true
    }

    /// Adds the cookies of a header and keeps the name of the first. Returns false if there is none.
    pub(super) fn cookies(&mut self, at: usize) -> bool {
        let start = self.header_value(at);
        let name =
            self.count(start, |byte| !byte.is_ascii_whitespace() && !b"\"'\\=;,".contains(&byte));
        if name == 0 || self.bytes.get(start + name) != Some(&b'=') {
            return false;
        }
        let from = start + name + 1;
        let end = self.header_end(from);
        if end >= from + 3 {
            self.add(from..end);
        }
        true
    }

    /// Skips the brackets and quotes before the value of a header.
    fn header_value(&self, at: usize) -> usize {
        self.skip(at, |byte| matches!(byte, b'[' | b'"' | b'\'' | b' ' | b'\t'))
    }

    fn header_end(&self, at: usize) -> usize {
        self.skip(at, |byte| !matches!(byte, b'"' | b'\'' | b'\\' | b'\r' | b'\n' | b'<'))
    }
}

fn is_known_scheme(scheme: &str) -> bool {
    const SCHEMES: [&str; 12] = [
        "bearer",
        "basic",
        "digest",
        "token",
        "key",
        "apikey",
        "api-key",
        "aws4-hmac-sha256",
        "negotiate",
        "bot",
        "sharedaccesssignature",
        "ntlm",
    ];
    SCHEMES.iter().any(|known| scheme.eq_ignore_ascii_case(known))
}
