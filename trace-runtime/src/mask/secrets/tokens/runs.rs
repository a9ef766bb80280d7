//! Finds the runs of characters that can be tokens.

use super::super::plain::is_in;
use std::ops::Range;

/// The shortest token, `sk_live_` and eight characters.
pub(in crate::mask::secrets) const MIN_RUN: usize = 16;

/// The least number of capitals in a token without a digit.
pub(super) const MIN_CAPITALS: usize = 6;

/// The number of bytes that are judged at once.
const CHUNK: usize = 64;

/// Returns true if a part of a text can contain a token: it has a digit, `_` or `-`, or many
/// capitals. Most prose has none of them, and the loop compiles to a few vector instructions. A run
/// that two parts share is found in any case.
fn is_interesting(chunk: &[u8]) -> bool {
    let Ok(chunk) = <&[u8; CHUNK]>::try_from(chunk) else { return true };
    let (mut marks, mut capitals) = (0_u8, 0_u8);
    for byte in chunk {
        let is_mark = is_in(*byte, b'0', b'9') || matches!(byte, b'_' | b'-');
        marks |= u8::from(is_mark);
        capitals += u8::from(is_in(*byte, b'A', b'Z'));
    }
    marks != 0 || usize::from(capitals) >= MIN_CAPITALS
}

/// Returns the beginning of the run of token characters that ends at `at`.
pub(super) fn run_start(bytes: &[u8], at: usize) -> usize {
    at - bytes[..at].iter().rev().take_while(|byte| is_token_byte(**byte)).count()
}

/// Returns the next run of token characters that is long enough, from `at`. The bytes before `judged`
/// need no look.
pub(super) fn next_run(bytes: &[u8], mut at: usize, mut judged: usize) -> Option<Range<usize>> {
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
            return Some(at..run_end(bytes, at + MIN_RUN));
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

/// Returns the end of the run of token characters that has reached `at`.
fn run_end(bytes: &[u8], mut at: usize) -> usize {
    loop {
        let chunk = &bytes[at..bytes.len().min(at + CHUNK)];
        at += chunk.iter().take_while(|byte| is_token_byte(**byte)).count();
        if bytes.get(at).is_none_or(|byte| !is_token_byte(*byte)) {
            return at;
        }
        // Few runs are longer.
        let chunks = bytes[at..].chunks_exact(CHUNK);
        at += chunks.take_while(|chunk| are_token_bytes(chunk)).count() * CHUNK;
    }
}

/// Returns true if all bytes are characters of tokens. The loop compiles to vector instructions, since
/// base64 has long runs.
fn are_token_bytes(chunk: &[u8]) -> bool {
    let mut others = 0;
    for byte in chunk {
        let is_letter = is_in(byte | 0x20, b'a', b'z');
        // `-`, `.`, `/`, the digits and `:` follow each other.
        let is_token = is_letter || is_in(*byte, b'-', b':') || matches!(byte, b'_' | b'+' | b'~');
        others |= u8::from(!is_token);
    }
    others == 0
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

#[cfg(test)]
mod tests {
    use super::{CHUNK, are_token_bytes, is_token_byte};

    #[test]
    fn many_bytes_are_judged_like_each_of_them() {
        for byte in 0..=u8::MAX {
            assert_eq!(are_token_bytes(&[byte; CHUNK]), is_token_byte(byte), "{byte}");
        }
    }
}
