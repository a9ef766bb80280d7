//! The boundaries of words: letters and digits that belong to an escape are not part of a word.

/// Returns true if the byte can begin an escape.
pub(super) fn starts_escape(byte: Option<&u8>) -> bool {
    matches!(byte, Some(b'\\' | b'%' | b'&' | 0x1b))
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
