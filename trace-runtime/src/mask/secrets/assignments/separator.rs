//! Recognizes what stands between a name and its value.

use super::{Assignments, Name};
use std::ops::Range;

/// The types that may stand between a name and `=` in source code: `const API_KEY: &str = ".."`.
const TYPES: [&str; 10] = [
    "&'static str",
    "&str",
    "string",
    "str",
    "String",
    "Option<&str>",
    "Option<String>",
    "SecretString",
    "bytes",
    "Text",
];

impl Assignments<'_> {
    /// Returns the range from the end of the name to the end of the separator. Its text tells the
    /// notation: it contains `:`, `=`, `,`, `>` or only spaces.
    pub(super) fn separator(&self, name: &Range<usize>, kind: Name) -> Option<Range<usize>> {
        let before = name.start.checked_sub(1).map(|at| self.bytes[at]);
        let quote = before.filter(|byte| matches!(byte, b'"' | b'\'' | b'`'));
        let is_quoted = quote.is_some() && self.bytes.get(name.end).copied() == quote;
        let mut at = name.end + usize::from(is_quoted);
        if before == Some(b'<') && self.bytes.get(at) == Some(&b'>') {
            return Some(name.end..at + 1);
        }
        // `<entry key="password">..</entry>`.
        if is_quoted && self.bytes.get(at) == Some(&b'>') {
            return Some(name.end..at + 1);
        }
        // `os.environ["API_KEY"] = ..`.
        if is_quoted && self.bytes.get(at) == Some(&b']') {
            at += 1;
            let equals = self.skip(at, |byte| byte == b' ');
            return self.starts(equals, "=").then_some(name.end..equals + 1);
        }
        let spaces = at;
        at = self.skip(at, |byte| byte.is_ascii_whitespace());
        let byte = self.bytes.get(at).copied()?;
        let end = match byte {
            b':' if self.starts(at, "::") => return None,
            b':' => self.after_type(at + 1),
            b'=' => at + self.count(at, |byte| matches!(byte, b'=' | b'>' | b'~')),
            b',' if is_quoted => self.after_comma(name, at, kind)?,
            b'v' if is_quoted && at > spaces => self.after_value_name(at)?,
            // The next line of a list in YAML.
            b'v' if self.bytes[spaces..at].contains(&b'\n') => self.after_value_name(at)?,
            // `--password X`, and `PASSWORD 'X'` in SQL.
            _ if at > spaces && self.is_option(name) && byte != b'-' => at,
            b'\'' if at > spaces && !is_quoted => at,
            _ => return None,
        };
        Some(name.end..end)
    }

    /// Returns true if the name is an option of a command: `--api-key`, `-password`.
    fn is_option(&self, name: &Range<usize>) -> bool {
        let before = &self.bytes[..name.start];
        before.ends_with(b"--") || before.ends_with(b"-") && self.begins_argument(name.start - 1)
    }

    /// Skips a type annotation and `=` after a colon, or the rest of `:=`.
    fn after_type(&self, at: usize) -> usize {
        let start = self.skip(at, |byte| byte == b' ');
        // A number in source code is a constant.
        let integer = ["u32 =", "i32 =", "u64 =", "i64 =", "usize =", "isize =", "u8 =", "u16 ="];
        if integer.iter().any(|integer| self.starts(start, integer)) {
            return self.bytes.len();
        }
        let known = TYPES.iter().find(|it| self.starts(start, it));
        let end = known.map_or(start, |it| start + it.len());
        let equals = self.skip(end, |byte| byte == b' ');
        if self.starts(equals, "=") { equals + 1 } else { at }
    }

    /// A pair in a list, `["x-api-key", "value"]`, or `"name": "X-Api-Key", "value": "value"`.
    fn after_comma(&self, name: &Range<usize>, comma: usize, kind: Name) -> Option<usize> {
        let at = self.skip(comma + 1, |byte| byte.is_ascii_whitespace());
        if let Some(end) = self.after_value_name(at) {
            return Some(end);
        }
        let opens = matches!(self.bytes.get(name.start.checked_sub(2)?), Some(b'[' | b'('));
        let quote = *self.bytes.get(at).filter(|byte| matches!(byte, b'"' | b'\''))?;
        let value = self.bytes.get(at + 1..)?;
        let len = value.iter().take(4096).take_while(|byte| **byte != quote).count();
        let value = &value[..len];
        let closes = self.skip(at + len + 2, |byte| byte.is_ascii_whitespace());
        // The last argument of `setenv` says whether an older value is replaced.
        let overwrites = [", 1)", ",1)", ", true)"].iter().find(|rest| self.starts(closes, rest));
        let closes = closes + overwrites.map_or(0, |rest| rest.len() - 1);
        let is_pair = opens && matches!(self.bytes.get(closes), Some(b']' | b')'));
        // `["password","username"]` is a list of names.
        let is_header = matches!(kind, Name::Authorization | Name::Cookie);
        let is_compound =
            self.bytes[name.clone()].iter().any(|byte| matches!(byte, b'-' | b'_' | b'.'));
        let is_word = value.iter().all(u8::is_ascii_alphabetic) && !is_header;
        (is_pair && !is_word && (is_header || is_compound || value.len() >= 16)).then_some(at)
    }

    /// Skips `"value":` or `value=`, which names the value of the name before it.
    fn after_value_name(&self, at: usize) -> Option<usize> {
        let quote = usize::from(matches!(self.bytes.get(at), Some(b'"' | b'\'')));
        let at = at + quote;
        let is_value = self.starts(at, "value") || self.starts(at, "Value");
        let end = self.skip(at + "value".len() + quote, |byte| byte == b' ');
        let follows = matches!(self.bytes.get(end), Some(b':' | b'='));
        (is_value && follows).then_some(end + 1)
    }

    pub(super) fn starts(&self, at: usize, text: &str) -> bool {
        self.bytes.get(at..).is_some_and(|rest| rest.starts_with(text.as_bytes()))
    }

    /// Returns the position of the first byte from `at` that does not fulfil a condition.
    pub(super) fn skip(&self, at: usize, condition: impl Fn(u8) -> bool) -> usize {
        at + self.count(at, condition)
    }

    pub(super) fn count(&self, at: usize, condition: impl Fn(u8) -> bool) -> usize {
        self.count_at_most(usize::MAX, at, condition)
    }

    pub(super) fn count_at_most(
        &self,
        max: usize,
        at: usize,
        condition: impl Fn(u8) -> bool,
    ) -> usize {
        let rest = self.bytes.get(at..).unwrap_or_default();
        rest.iter().take(max).take_while(|byte| condition(**byte)).count()
    }
}
