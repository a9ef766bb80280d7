//! Finds the password in a URL: `scheme://user:password@host`.

use std::ops::Range;

/// The greatest length of the part of a URL before its path.
const MAX_AUTHORITY: usize = 1024;

/// Returns the password in the authority that begins at `start`, after `://`. A user without a
/// password is one itself if it looks random, as in the DSN of Sentry and in `https://TOKEN@host`.
pub(super) fn password(bytes: &[u8], start: usize) -> Option<Range<usize>> {
    let rest = &bytes[start..bytes.len().min(start + MAX_AUTHORITY)];
    let ends = |byte: &u8| {
        matches!(
            byte,
            b' ' | b'\t'
                | b'\n'
                | b'\r'
                | b'/'
                | b'?'
                | b'#'
                | b'"'
                | b'\''
                | b'\\'
                | b'<'
                | b'>'
                | b'`'
                | b';'
                | b'|'
                | b'{'
                | b'}'
                | b'('
                | b')'
                | b'['
                | b']'
        )
    };
    let authority = &rest[..rest.iter().position(ends).unwrap_or(rest.len())];
    let at = authority.iter().rposition(|byte| *byte == b'@')?;
    let user_info = &authority[..at];
    match user_info.iter().position(|byte| *byte == b':') {
        // The user is the token: `https://TOKEN:x-oauth-basic@host`.
        Some(colon)
            if colon >= 16
                && matches!(&user_info[colon + 1..], b"" | b"x" | b"x-oauth-basic")
                && user_info[..colon].iter().any(u8::is_ascii_digit) =>
        {
            Some(start..start + at)
        }
        Some(colon) if colon + 1 < at => {
            let password = &user_info[colon + 1..];
            let is_hidden = password.iter().all(|byte| matches!(byte, b'*' | b'.' | b'x'));
            (!is_hidden).then_some(start + colon + 1..start + at)
        }
        Some(_) => None,
        None => {
            let is_token = user_info.len() >= 16 && user_info.iter().any(u8::is_ascii_digit);
            is_token.then_some(start..start + at)
        }
    }
}
