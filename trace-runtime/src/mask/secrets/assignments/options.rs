//! Options of commands: `--token X`, `-password X`, `curl -u user:password`, `mysql -pX`.

use super::super::names::Strength;
use super::super::values::{Notation, is_secret};
use super::{Assignments, MAX_DECISIVE, MAX_NAME, is_name_byte};

/// The number of bytes before an option in which its command is searched.
const MAX_COMMAND: usize = 96;

/// Commands whose short option takes a password, and true if a space precedes it.
const PASSWORD_OPTIONS: [(&str, &[u8], bool); 8] = [
    ("-p", b"mysql", false),
    ("-p", b"mariadb", false),
    ("-p", b"mysqldump", false),
    ("-p", b"sshpass", true),
    ("-p", b"sshpass", false),
    ("-p", b" login ", true),
    ("-a", b"redis-cli", true),
    ("-w", b"ldapsearch", true),
];

impl Assignments<'_> {
    /// Examines a dash that may begin an option. Returns true if an escape may hide its value.
    pub(super) fn examine_option(&mut self, at: usize) -> bool {
        let next = at + 1;
        match self.bytes.get(next) {
            Some(b'-') if self.starts(next + 1, "user") => {
                self.user_option(next + 1 + "user".len());
                true
            }
            // A line of dashes. Its last two may begin an option, and its last five a private key.
            Some(b'-') if self.starts(next + 1, "-") => false,
            Some(b'-') => self.named_option(next + 1),
            Some(b'u') if self.starts(next, "u ") || self.bytes[..at].ends_with(b"curl ") => {
                self.user_option(next + 1);
                true
            }
            Some(letter) if letter.is_ascii_alphabetic() && self.begins_argument(at) => {
                self.password_option(at);
                self.named_option(next)
            }
            _ => false,
        }
    }

    /// Examines `name value`, after the dashes.
    fn named_option(&mut self, start: usize) -> bool {
        let len = self.count_at_most(MAX_NAME, start, is_name_byte);
        let end = start + len;
        len > 1 && self.bytes.get(end) == Some(&b' ') && self.examine_name(end)
    }

    /// Returns true if an argument of a command can begin here.
    pub(super) fn begins_argument(&self, at: usize) -> bool {
        matches!(self.bytes[..at].last(), None | Some(b' ' | b'\t' | b'\n' | b'"' | b'\''))
    }

    /// `mysql -pX`, `redis-cli -a X`.
    fn password_option(&mut self, at: usize) {
        let before = &self.bytes[at.saturating_sub(MAX_COMMAND)..at];
        let line = before.rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
        let runs = |command: &[u8]| memchr::memmem::find(line, command).is_some();
        let option = PASSWORD_OPTIONS.iter().find(|(option, command, has_space)| {
            let end = at + option.len();
            let follows = self.bytes.get(end).is_some_and(|byte| (*byte == b' ') == *has_space);
            self.starts(at, option) && follows && runs(command)
        });
        let Some((option, _, has_space)) = option else { return };
        let start = at + option.len() + usize::from(*has_space);
        let start = start + usize::from(matches!(self.bytes.get(start), Some(b'"' | b'\'')));
        let len = self.count_at_most(MAX_DECISIVE, start, |byte| {
            !byte.is_ascii_whitespace() && !b"\"'\\`\x1b".contains(&byte)
        });
        let value = start..start + len;
        if len >= 3 && is_secret(&self.text[value.clone()], Strength::Strong, Notation::Assigned) {
            self.add(value);
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
        let is_digits =
            |range: std::ops::Range<usize>| self.bytes[range].iter().all(u8::is_ascii_digit);
        // `docker run -u 1000:1000`.
        let is_id = is_digits(at..at + user) && is_digits(start..start + len);
        if len >= 3
            && !is_id
            && is_secret(&self.text[start..start + len], Strength::Strong, Notation::Assigned)
        {
            self.add(start..start + len);
        }
    }
}
