//! Finds private keys of several lines: PEM, PGP and `PuTTY`.

use memchr::memmem;
use std::ops::Range;

pub(super) const BEGIN: &str = "-----BEGIN";

/// The greatest length of the name between the dashes.
const MAX_NAME: usize = 100;

/// Returns the lines of a private key in the format of `PuTTY`, which follow `Private-Lines:`.
pub(super) fn private_lines(text: &str, start: usize) -> Option<Range<usize>> {
    let rest = text.as_bytes().get(start..)?;
    let is_line = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/= \r\n\\-:".contains(byte);
    let len = rest.iter().take_while(|byte| is_line(byte)).count();
    (len >= 16).then_some(start..start + len)
}

/// Returns the end of the private key that begins at `start`: its END line, or else the end of its
/// lines, since the text may be cut.
pub(super) fn private_key(text: &str, start: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let name_end = dashes(bytes, start + BEGIN.len(), MAX_NAME)?;
    if !is_private(text.get(start..name_end)?) {
        return None;
    }
    let body = name_end + 5;
    let rest = bytes.get(body..)?;
    let stops = |byte: &u8| b"\"'{}<>`".contains(byte);
    let len = memmem::find(rest, b"-----").unwrap_or(rest.len());
    if rest[len..].starts_with(b"-----END") && !rest[..len].iter().any(stops) {
        let closing = dashes(bytes, body + len + 5, MAX_NAME).map(|dashes| dashes + 5);
        return closing.or(Some(body + len));
    }
    let lines = lines_len(rest);
    (lines > 0).then_some(body + lines)
}

/// Returns the length of the lines of base64 at the beginning, with the line ends before them,
/// which may be escaped. A shorter line than 16 characters is prose.
fn lines_len(bytes: &[u8]) -> usize {
    let mut end = 0;
    loop {
        let mut at = end;
        while let Some(len) = line_end_len(&bytes[at..]) {
            at += len;
        }
        let is_base64 = |byte: &&u8| byte.is_ascii_alphanumeric() || b"+/=".contains(byte);
        let line = bytes[at..].iter().take_while(is_base64).count();
        if at == end || line < 16 {
            return end;
        }
        end = at + line;
    }
}

/// Returns the length of a space, a line end or an escaped line end.
fn line_end_len(bytes: &[u8]) -> Option<usize> {
    match bytes.first()? {
        b' ' | b'\t' | b'\r' | b'\n' => Some(1),
        b'\\' => {
            let slashes = bytes.iter().take_while(|byte| **byte == b'\\').count();
            matches!(bytes.get(slashes), Some(b'n' | b'r')).then_some(slashes + 1)
        }
        _ => None,
    }
}

fn is_private(name: &str) -> bool {
    name.contains("PRIVATE KEY") || name.contains("PRIVATE%20KEY") || name.contains("PRIVATE+KEY")
}

/// Returns the position of the next five dashes, at most `max` bytes from `from`.
fn dashes(bytes: &[u8], from: usize, max: usize) -> Option<usize> {
    let window = bytes.get(from..bytes.len().min(from + max))?;
    memmem::find(window, b"-----").map(|found| from + found)
}
