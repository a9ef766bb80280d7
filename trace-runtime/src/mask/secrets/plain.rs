//! Finds the first mark of a text: the words before it contain no secret.
//!
//! A mark is a digit, a symbol other than comma and full stop, or a capital inside a word. Every
//! token has one. Every name of a secret has one after it, in its separator or in its value, or
//! before it, such as `ENV`.

/// The number of bytes that are read at once.
const CHUNK: usize = 64;
/// The byte before a chunk, and the chunk.
type Window = [u8; 1 + CHUNK];

/// Returns the length of the beginning without a mark: the beginning of the chunk with the first one,
/// or the length of the text. Short texts are not worth a look, and nearly all have a mark.
pub(super) fn beginning(text: &[u8]) -> usize {
    let (Some(first), Some(last)) = (text.first(), text.last_chunk()) else { return 0 };
    if is_mark(b' ', *first) {
        return 0;
    }
    let mut len = 0;
    while let Some(window) = text.get(len..).and_then(<[u8]>::first_chunk) {
        if has_mark(window) {
            return len;
        }
        len += CHUNK;
    }
    if has_mark(last) { len } else { text.len() }
}

/// Returns true if a chunk has a mark. The loop compiles to a hundred vector instructions.
fn has_mark(window: &Window) -> bool {
    let mut marks = 0;
    for (before, byte) in window.iter().zip(&window[1..]) {
        marks |= u8::from(is_mark(*before, *byte));
    }
    marks != 0
}

/// Returns true if a byte is a mark after the one before it.
#[expect(clippy::needless_bitwise_bool, reason = "lazy operators cost 60 % more in a vector")]
fn is_mark(before: u8, byte: u8) -> bool {
    const ESCAPE: u8 = 0x1b;
    // Comma and full stop differ in one bit.
    let is_digit_or_symbol = is_in(byte, b'!', b'@') & (byte & !2 != b',');
    // Brackets and braces differ in the bit of capitals, and so do the symbols between them.
    let is_bracket = is_in(byte | 0x20, b'{', 0x7f);
    let is_inner_capital = is_in(byte, b'A', b'Z') & (before.cast_signed() > 0x20);
    is_digit_or_symbol | is_bracket | is_inner_capital | (byte == ESCAPE)
}

/// Returns true if a byte lies between two ASCII characters. A vector compares signed bytes with one
/// instruction, and unsigned ones with three.
pub(super) fn is_in(byte: u8, first: u8, last: u8) -> bool {
    let len = (last - first + 1).cast_signed();
    byte.wrapping_add(0x7f - last).cast_signed() > 0x7f - len
}
