//! Finds private keys of several lines: PEM, PGP and `PuTTY`.

use super::Finding;
use memchr::memmem;

const BEGIN: &str = "-----BEGIN";

/// The greatest length of the name between the dashes.
const MAX_NAME: usize = 100;

/// Adds the private keys in `text`. Returns true if one begins, also if escapes keep it from being
/// recognized.
pub(super) fn search(text: &str, found: &mut Vec<Finding>) -> bool {
    let mut at = 0;
    let mut begins = false;
    while let Some(start) = find(text, BEGIN, at) {
        begins = true;
        at = start + BEGIN.len();
        if let Some(end) = private_key(text, start) {
            found.push(Finding::new(start..end));
            at = end;
        }
    }
    putty(text, found) | begins
}

/// Returns the end of the private key that begins at `start`: its END line, or else the end of its
/// lines, since the text may be cut.
fn private_key(text: &str, start: usize) -> Option<usize> {
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

/// The format of `PuTTY`: the lines after `Private-Lines`.
fn putty(text: &str, found: &mut Vec<Finding>) -> bool {
    const LINES: &str = "Private-Lines:";
    let mut at = 0;
    while let Some(start) = find(text, LINES, at) {
        at = start + LINES.len();
        let rest = &text.as_bytes()[at..];
        let is_line = |byte: &u8| {
            byte.is_ascii_alphanumeric()
                || matches!(byte, b'+' | b'/' | b'=' | b' ' | b'\r' | b'\n' | b'\\' | b'-' | b':')
        };
        let len = rest.iter().take_while(|byte| is_line(byte)).count();
        if len >= 16 {
            found.push(Finding::new(at..at + len));
            at += len;
        }
    }
    at > 0
}

fn find(text: &str, needle: &str, from: usize) -> Option<usize> {
    memmem::find(text.as_bytes().get(from..)?, needle.as_bytes()).map(|found| from + found)
}
